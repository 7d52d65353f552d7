"""What is settled before the dialog hears it, and which of the dialog's answers are kept back.

To the dialog such a message never was: its state stays as it is, so that a question it asked still stands.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import structlog

from bot.casework.settled import Settled
from bot.turns.binding import PhoneBinding
from bot.turns.in_vain import asked_in_vain
from bot.turns.loops import caution
from bot.turns.stopping import SMS, Word, asked_by_event, stopped_by_event, stopping, word_of
from channels.base import Clock
from channels.messages import EventName, Inbound, Purpose
from dialogs.nlu.danger import danger_in
from dialogs.outcome import Outcome, Reply
from storage.contacts import ContactEvent
from storage.records import ArrivedMessage, Conversation, Stop
from storage.store import Store

TAKEN_OVER = "taken_over"
"""The intent of a turn that somebody of staff sees to."""
_YES = "accept"
_COMES_OR_GOES = frozenset({EventName.SUBSCRIBED, EventName.UNSUBSCRIBED})


class Beforehand:
    """Holds no state of its own."""

    def __init__(self, *, store: Store, clock: Clock, binding: PhoneBinding | None = None) -> None:
        self._store = store
        self._clock = clock
        self._binding = binding

    def takes(self, conversation: Conversation, message: Inbound) -> bool:
        """Whether the dialog must not hear ``message``."""
        if is_notification(message):
            return True
        if self._taken(conversation, message):
            return True
        return self._binds(conversation, message) or word_of(message, conversation) is not None

    async def answer(
        self, conversation: Conversation, arrived: ArrivedMessage, now: datetime
    ) -> tuple[Outcome, Settled]:
        """What comes of a message that ``takes`` named."""
        consents = _consents(arrived.message)
        if consents is not None:
            settled = Settled(known={"refused": _refused(conversation.refused, consents)})
            return Outcome(state=conversation.state, intent="consents", at=now), settled
        if asked_by_event(arrived.message) is Word.OUT:
            settled = self._asked(conversation, arrived, Word.OUT, now)
            return Outcome(state=conversation.state, intent=Word.OUT.value, at=now), settled
        word = word_of(arrived.message, conversation)
        message = arrived.message
        if word is None and (self._taken(conversation, message) or not self._binds(conversation, message)):
            # Kept, and shown to whoever took over: no answer of the bot's.
            return Outcome(state=conversation.state, intent=TAKEN_OVER, at=now), Settled()
        if word is None:
            return await self._bound(conversation, arrived, now)
        made = stopping(word, conversation, message_id=arrived.id, at=now)
        outcome = Outcome(state=conversation.state, replies=[Reply(text=made.reply)], intent=word.value, at=now)
        return outcome, self._stops(conversation, arrived.id, word, made.stopped, now)

    def around(
        self,
        conversation: Conversation,
        batch: Sequence[ArrivedMessage],
        outcome: Outcome,
        settled: Settled,
        now: datetime,
    ) -> tuple[Outcome, Settled]:
        """The dialog's answer to ``batch`` with what the dialog does not see to.

        Who subscribes wants mass messages; and an answer is kept back that would go to a machine that answers it.
        """
        back = next((each for each in batch if asked_by_event(each.message) is Word.BACK), None)
        if back is not None:
            also = self._asked(conversation, back, Word.BACK, now)
            changes = (*settled.changes, *also.changes)
            settled = replace(settled, changes=changes, known={**settled.known, **also.known})
        if noted := asked_in_vain(self._store, batch, outcome, now):
            settled = replace(settled, changes=(*settled.changes, *noted))
        return self._cautious(conversation, batch[-1].message, outcome, settled, now)

    def _binds(self, conversation: Conversation, message: Inbound) -> bool:
        return self._binding is not None and self._binding.takes(conversation, message)

    def _taken(self, conversation: Conversation, message: Inbound) -> bool:
        """Whether somebody of staff answers ``message``.

        Who comes or leaves is no message to them. Danger is the dialog's at any time: it names the emergency number at
        once, and calls everybody.
        """
        if not conversation.held_by(self._clock()) or (message.event and message.event.name in _COMES_OR_GOES):
            return False
        return not (message.text and danger_in(message.text))

    def _asked(self, conversation: Conversation, arrived: ArrivedMessage, word: Word, now: datetime) -> Settled:
        stopped = stopped_by_event(word, conversation, message_id=arrived.id, at=now)
        return Settled() if stopped is None else self._stops(conversation, arrived.id, word, stopped, now)

    def _stops(
        self, conversation: Conversation, message_id: str, word: Word, stopped: Mapping[Purpose, Stop], now: datetime
    ) -> Settled:
        event = ContactEvent(
            at=now,
            kind=word.value,
            conversation_id=conversation.id,
            contact_id=conversation.contact_id or conversation.id,
            message_id=message_id,
            details={"stopped": sorted(purpose.value for purpose in stopped)},
        )
        return Settled(changes=(self._store.contacts.record(event),), known={"stopped": stopped})

    async def _bound(
        self, conversation: Conversation, arrived: ArrivedMessage, now: datetime
    ) -> tuple[Outcome, Settled]:
        if self._binding is None:
            raise ValueError(arrived.id)
        answered = await self._binding.answer(conversation, arrived, now)
        replies = [Reply(text=answered.reply)]
        return Outcome(state=conversation.state, replies=replies, intent="bind_phone", at=now), answered.settled

    def _cautious(
        self, conversation: Conversation, message: Inbound, outcome: Outcome, settled: Settled, now: datetime
    ) -> tuple[Outcome, Settled]:
        """The dialog's answer, kept back where it would go to a machine that answers it."""
        if conversation.address.channel != SMS:
            return outcome, settled
        digest = self._store.vault.pseudonym("machine text", message.text) if message.text else ""
        care = caution(conversation, message.text, digest, now=now)
        known: dict[str, Any] = {}
        if care.machine_text is not None:
            known["machine_text"] = care.machine_text
        if care.answered_at is not None and outcome.replies:
            known["answered_at"] = care.answered_at
        if care.silent:
            structlog.get_logger().info("turn.not_answered", conversation=conversation.id)
            outcome = replace(outcome, replies=())
        return outcome, replace(settled, known={**settled.known, **known}) if known else settled


def is_notification(message: Inbound) -> bool:
    """Whether the platform tells of a switch that somebody turned there: nobody spoke, or came back."""
    event = message.event
    return event is not None and event.name in {EventName.CONSENT_CHANGED, EventName.OPTED_OUT}


def _consents(message: Inbound) -> Mapping[str, str] | None:
    """What somebody said yes or no to, by the platform's id of the notice; None where that is not what it is about."""
    event = message.event
    return event.details if event is not None and event.name is EventName.CONSENT_CHANGED else None


def _refused(before: frozenset[str], consents: Mapping[str, str]) -> frozenset[str]:
    agreed = {each for each, said in consents.items() if said == _YES}
    return (before | consents.keys()) - agreed
