"""Words by which somebody who texts stops what we send, or wants it again; they never reach the dialog.

Carriers ask that these words work wherever a text of ours was read, so an answer that is one of them to the letter
counts as such too: a menu of ours never asks for "R" or "N". The first word stops broadcasts alone: notices of a case
were asked for by whoever filed it. A second one, or 停止通知, stops those as well. What the person asks in a text of
their own is answered all the same. Where the platform has a switch for mass messages (Weibo), it does what the first
word does.
"""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from channels.messages import EventName, Inbound, Kind, Purpose
from storage.records import Conversation, Stop

SMS = "sms"
STOPPABLE = (Purpose.BROADCAST, Purpose.CASE_NOTICE)


class Word(StrEnum):
    """What was asked of us."""

    OUT = "opted_out"
    NO_NOTICES = "stopped_notices"
    BACK = "opted_in"


_WORDS: Mapping[str, Word] = {
    **dict.fromkeys(("T", "TD", "R", "N", "0000", "退订", "退訂"), Word.OUT),
    "停止通知": Word.NO_NOTICES,
    **dict.fromkeys(("恢复", "订阅", "恢復", "訂閱"), Word.BACK),
}
_FINAL = " 。.!,;、~…"
"""What may end a word without changing it; a question mark asks about it."""

_BROADCASTS_STOPPED = "已退订群发通知，您所反映事项的进展仍会告知。全部停发请回复“停止通知”，恢复请回复“订阅”。"
_ALL_STOPPED = "已停发全部通知，您来短信我们仍会回复。需要恢复，请回复“订阅”。"
_BACK_AGAIN = "已恢复发送通知。不再需要时，请回复“退订”。"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stopping:
    """What a word comes to: what is stopped from now on, and what is answered."""

    stopped: Mapping[Purpose, Stop]
    reply: str


def asked_by_event(message: Inbound) -> Word | None:
    """What somebody asked of the platform instead of us: a tap there stops mass messages, or wants them again."""
    event = message.event
    if event is None:
        return None
    if event.name is EventName.OPTED_OUT:
        return Word.OUT
    return Word.BACK if event.name is EventName.SUBSCRIBED and event.details.get("broadcasts") == "wanted" else None


def stopped_by_event(
    word: Word, conversation: Conversation, *, message_id: str, at: datetime
) -> Mapping[Purpose, Stop] | None:
    """What is stopped from now on; None: as before. Such a tap is about mass messages alone, however often it comes."""
    before = conversation.stopped
    if (word is Word.OUT) is (Purpose.BROADCAST in before):
        return None
    if word is Word.OUT:
        return {**before, Purpose.BROADCAST: Stop(at=at, message_id=message_id)}
    return {purpose: stop for purpose, stop in before.items() if purpose is not Purpose.BROADCAST}


def word_of(message: Inbound, conversation: Conversation) -> Word | None:
    """The word that ``message`` is, in any width and case, but for blanks and final punctuation; None: none of them.

    Whoever stopped nothing has nothing to take up again: 恢复 is theirs to say to the dialog.
    """
    if message.address.channel != SMS or message.kind is not Kind.TEXT:
        return None
    word = _WORDS.get(unicodedata.normalize("NFKC", message.text).strip().rstrip(_FINAL).upper())
    return None if word is Word.BACK and not conversation.stopped else word


def stopping(word: Word, conversation: Conversation, *, message_id: str, at: datetime) -> Stopping:
    """What ``word`` of the message ``message_id`` comes to. What was stopped before keeps its first moment."""
    if word is Word.BACK:
        return Stopping(stopped={}, reply=_BACK_AGAIN)
    everything = word is Word.NO_NOTICES or Purpose.BROADCAST in conversation.stopped
    purposes = STOPPABLE if everything else (Purpose.BROADCAST,)
    stop = Stop(at=at, message_id=message_id)
    stopped = {purpose: conversation.stopped.get(purpose, stop) for purpose in purposes}
    return Stopping(stopped=stopped, reply=_ALL_STOPPED if everything else _BROADCASTS_STOPPED)
