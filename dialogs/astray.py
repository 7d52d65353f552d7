"""A number at a numbered question that is none of its numbers: which there are is said, and the question stays open."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from dialogs import options
from dialogs.outcome import Outcome, Reply
from dialogs.short_texts import fitted
from dialogs.text.clean import Script

_TWO = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Astray:
    """``words``: the wording, with places for the number given, those there are, and the choices; "" says nothing."""

    words: str
    script: Script

    def answer(self, kept: Mapping[str, Any], text: str, now: datetime, *, room: int, in_form: bool) -> Outcome | None:
        """The answer to ``text``, of a conversation that stands at ``kept``; None where it is no such number."""
        found = options.beyond(text, kept["options"], now=now, in_form=in_form) if self.words else None
        if found is None:
            return None
        given, shown = found
        numbers = "1或2" if len(shown) == _TWO else f"1到{len(shown)}"
        choices = "\n".join(f"{number} {what}" for number, what in enumerate(shown, 1))
        said = self.words.replace("{given}", given).replace("{numbers}", numbers).replace("{choices}", choices)
        written = self.script.traditional(said) if kept["traditional"] else said
        page = fitted([Reply(text=written)], room, now=now)
        state = {**kept, "more": page.rest, "at": now.isoformat()}
        return Outcome(state=state, replies=page.replies, intent="astray", at=now)
