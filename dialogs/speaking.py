"""What the engine said, as replies: introduced at first contact, in the script that the person writes."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from dialogs.engine.contract import EngineTurn
from dialogs.outcome import Button, Reply
from dialogs.text.clean import Script

_SAYS_WHO_WE_ARE = frozenset({"greet", "welcome", "help", "danger"})


class Voice:
    """``notice`` is said once, at first contact, where the answer itself does not say who we are: by channel, "" for
    every other.
    """

    def __init__(self, notice: Mapping[str, str], script: Script) -> None:
        self._notice = notice
        self._script = script

    def replies(self, done: EngineTurn, *, first: bool, channel: str) -> list[Reply]:
        spoken = [message for message in done.messages if message.get("text")]
        replies = [_reply(message) for message in spoken]
        introduced = done.intent in _SAYS_WHO_WE_ARE or any(m.get("response") == "utter_summary" for m in spoken)
        notice = self._notice.get(channel, self._notice[""])
        return [Reply(text=notice), *replies] if first and replies and not introduced else replies

    def in_script(self, replies: Sequence[Reply], *, traditional: bool) -> list[Reply]:
        """The replies as they are to be read."""
        return [self._converted(reply) for reply in replies] if traditional else list(replies)

    def _converted(self, reply: Reply) -> Reply:
        convert = self._script.traditional
        buttons = tuple(Button(title=convert(b.title), payload=b.payload) for b in reply.buttons)
        return replace(reply, text=convert(reply.text), buttons=buttons)


def _reply(message: Mapping[str, Any]) -> Reply:
    named = str(message.get("response") or "")
    return Reply(text=str(message["text"]).strip(), buttons=_buttons(message), response=named)


def _buttons(message: Mapping[str, Any]) -> tuple[Button, ...]:
    return tuple(Button(title=str(b["title"]), payload=str(b.get("payload", ""))) for b in message.get("buttons") or ())
