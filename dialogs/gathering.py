"""Whether somebody is still telling their matter, message by message, so that an answer would come too early."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from channels.messages import Kind
from dialogs import options
from dialogs.abbreviations import in_full
from dialogs.engine.contract import State, requested_slot
from dialogs.kept import readable
from dialogs.nlu import commands
from dialogs.nlu.danger_model import DangerEar
from dialogs.nlu.facts import read_facts
from dialogs.nlu.matter import Categories, asks
from dialogs.outcome import Heard
from dialogs.text.clean import Script, clean, words_only

_TELLING = frozenset({"petition_matter", "addition_text"})
_CLOSES = re.compile(
    r"就这些|就这样|完了|没有?了$|说完|谢谢|拜托|望(?:尽快)?(?:解决|处理|回复)|请(?:尽快)?(?:处理|解决|回复)|[?？]$"
)
_FINISHED = re.compile(r"[。！!.~～]$")
_FRAGMENT = 60
_SHORT_QUESTION = 20


class Gathering:
    """Hears whether a message is the last of its thought."""

    def __init__(self, categories: Categories, script: Script, danger: DangerEar) -> None:
        self._categories = categories
        self._script = script
        self._danger = danger

    def gathers(self, state: Mapping[str, Any] | None, heard: Sequence[Heard]) -> bool:
        """Whether more is likely to follow at once: somebody is telling their matter, and it is not told yet.

        ``state`` is the conversation's before ``heard``. False whenever the last message ends the question: a tap,
        an event, a command, a text that holds everything or ends as what is finished ends.
        """
        if not heard:
            return False
        last, kept = heard[-1].message, readable(state)
        asked = requested_slot(kept["engine"])
        if last.payload or last.kind is Kind.EVENT:
            return False
        if last.kind is not Kind.TEXT:
            return asked in _TELLING
        text = self._script.simplified(clean(last.text))
        text = in_full(text, asked=asked) if last.address.channel == "sms" else text
        if (
            not text
            or _ends(text, asked)
            or self._danger.hear(text)
            or options.chosen(text, kept["options"], now=last.received_at, in_form=bool(asked))
        ):
            return False
        return self._goes_on("\n".join(h.message.text for h in heard), text, kept["engine"], asked)

    def _goes_on(self, everything: str, last: str, state: State | None, asked: str | None) -> bool:
        facts = read_facts(self._script.simplified(clean(everything)), self._categories)
        slots = (state or {}).get("slots") or {}
        place = facts.place or slots.get("petition_place")
        name = facts.name or facts.anonymous or slots.get("petition_name") or slots.get("known_name")
        phone = facts.phone or facts.anonymous or slots.get("petition_phone") or slots.get("known_phone")
        if facts.matter and place and ((name and phone) or _FINISHED.search(last)):
            return False
        if asked in _TELLING:
            return True
        return asked is None and bool(facts.matter) and len(last) <= _FRAGMENT and not _FINISHED.search(last)


def _ends(text: str, asked: str | None) -> bool:
    """Whether the text by itself asks to be answered now."""
    command = commands.command_in(text, in_form=asked is not None) or commands.opens(text)
    closes = _CLOSES.search(text[-12:])
    short_question = asks(text) and len(words_only(text)) < _SHORT_QUESTION
    return bool(command or closes or short_question or commands.affirms(text) or commands.denies(text))
