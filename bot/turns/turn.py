"""One turn: hear, decide, commit. Nothing is written but by the one commit at its end."""

import asyncio
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Protocol

import structlog

from bot.casework.settled import Settled
from bot.faults import frames_of
from bot.media.wanting import Wanting
from bot.metrics import Metrics
from bot.turns import unheard
from bot.turns.beforehand import Beforehand, is_notification
from bot.turns.giving import due, in_parts, leased_to_webhook, passive_of, room_of
from bot.turns.mentions import Invitations, InvitationText, granted, is_mention
from bot.turns.pulse import Pulse
from bot.turns.waited import Waited, waited
from channels.base import Capabilities, Channel, Clock
from channels.messages import Inbound
from dialogs.outcome import Effect, FileCase, Heard, Outcome, Person, Reply
from storage.commit import Change
from storage.errors import StorageError
from storage.records import ArrivedMessage, Call, Conversation, OutboxEntry
from storage.store import Store

TURN_TIMEOUT_S = 8.0
TRIES = 3
_APOLOGY = "抱歉，系统处理您的消息时出了问题，我们已通知工作人员查看。您可以稍后再发一次，或直接拨打 12345。"


class Manager(Protocol):
    """What a turn asks of the dialog (fulfilled by ``dialogs.manager.Manager``)."""

    async def turn(
        self, state: Mapping[str, object], heard: Sequence[Heard], person: Person, now: datetime
    ) -> Outcome: ...

    def gathers(self, state: Mapping[str, object], heard: Sequence[Heard]) -> bool: ...


class Settler(Protocol):
    """Turns the dialog's effects into changes (fulfilled by ``bot.casework.effects``)."""

    async def __call__(self, effects: Sequence[Effect], *, conversation: Conversation, now: datetime) -> Settled: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """A committed turn. ``reply``: what the newest message's webhook may answer; ``kick``: deliveries now due.

    ``wanted``: attachments that may be fetched now.
    """

    conversation: Conversation
    reply: OutboxEntry | None
    kick: tuple[str, ...]
    wanted: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Hearing:
    """What one turn hears of whom, and how it may answer.

    ``release``: its commit gives the lease back. ``passive``: the newest message's call is still open.
    """

    conversation: Conversation
    batch: Sequence[ArrivedMessage]
    capabilities: Capabilities
    release: bool
    passive: bool

    @property
    def newest(self) -> ArrivedMessage:
        return self.batch[-1]

    @property
    def ids(self) -> list[str]:
        return [message.id for message in self.batch]

    def given(self, entry: OutboxEntry, now: datetime) -> OutboxEntry:
        """``entry``, leased to the webhook where that may still answer."""
        open_call = self.passive and self.capabilities.passive and not self.newest.passive_closed
        return leased_to_webhook(entry, self.newest, now) if open_call else entry

    def afterwards(self, **known: Any) -> Conversation:
        """The conversation as the commit leaves it."""
        before = self.conversation
        lease = None if self.release else before.lease_token
        return replace(before, **{"version": before.version + 1, "lease_token": lease, **known})


class TurnFailed(Exception):
    """The turn broke (not the storage): it may be tried again at once."""


async def _no_invitation() -> str:
    return ""


class TurnMaker:
    """Makes turns. Holds no state of its own.

    ``invitation``: what is said to whoever names us in public. ``beforehand``: what is answered before the dialog.
    """

    def __init__(
        self,
        *,
        store: Store,
        manager: Manager,
        settle: Settler,
        channels: Mapping[tuple[str, str], Channel],
        clock: Clock,
        metrics: Metrics,
        invitation: InvitationText = _no_invitation,
        beforehand: Beforehand | None = None,
        wanting: Wanting | None = None,
    ) -> None:
        self._store = store
        self._invitations = Invitations(store=store, text=invitation, clock=clock)
        self._manager = manager
        self._beforehand = beforehand or Beforehand(store=store, clock=clock)
        self._wanting = wanting or Wanting(store=store)
        self._settle = settle
        self._channels = channels
        self._clock = clock
        self._metrics = metrics
        self._pulse = Pulse(store.pulses)

    def takes(self, conversation: Conversation, message: Inbound) -> bool:
        """Whether ``message`` is answered before the dialog, and so by itself."""
        return self._beforehand.takes(conversation, message)

    async def make(
        self, conversation: Conversation, batch: Sequence[ArrivedMessage], *, release: bool, passive: bool
    ) -> Done:
        """Hear ``batch`` as one thought and commit what follows, the lease's release included where asked for.

        Raises:
            TurnFailed: the dialog or an effect broke; nothing was written but the count of tries.
            StorageError: nothing was written, or (``StorageAway``) perhaps all of it.
        """
        capabilities = self._channels[conversation.address.channel, conversation.address.account].capabilities
        hearing = _Hearing(
            conversation=conversation, batch=batch, capabilities=capabilities, release=release, passive=passive
        )
        with self._metrics.turn_seconds.time():
            if is_mention(hearing.newest.message):
                return await self._invite(hearing)
            try:
                outcome, settled = await self._decide(hearing)
            except StorageError:
                raise
            except Exception as error:  # noqa: BLE001 - whatever broke, the person is answered
                return await self._stumble(hearing, error)
            return await self._commit(hearing, outcome, settled)

    async def _decide(self, hearing: _Hearing) -> tuple[Outcome, Settled]:
        conversation, batch, now = hearing.conversation, hearing.batch, self._clock()
        if self._beforehand.takes(conversation, batch[-1].message):
            return await self._beforehand.answer(conversation, batch[-1], now)
        if not hearing.capabilities.free_text:
            outcome, settled = await unheard.called(self._store, conversation, batch, now)
            return self._beforehand.around(conversation, batch, outcome, settled, now)
        person = Person(
            conversation_id=conversation.id,
            address=conversation.address,
            # a mention in public makes a version, but nothing was said of who we are
            first_contact=not conversation.state,
            room=room_of(hearing.capabilities),
        )
        async with asyncio.timeout(TURN_TIMEOUT_S):
            outcome = await self._manager.turn(conversation.state, heard(batch), person, now)
            settled = await self._settle(outcome.effects, conversation=conversation, now=now)
        return self._beforehand.around(conversation, batch, outcome, settled, now)

    async def _invite(self, hearing: _Hearing) -> Done:
        """Answer a mention in public without the dialog, whose state stays as it is."""
        conversation, mention = hearing.conversation, hearing.newest
        invitation = await self._invitations.entry(conversation, mention, hearing.capabilities)
        now = self._clock()
        entries = [hearing.given(invitation, now)] if invitation else []
        advance = self._store.conversations.advance(
            conversation,
            state=dict(conversation.state),
            release=hearing.release,
            now=now,
            grant=granted(conversation, mention),
        )
        await self._store.committer.commit([advance, *self._answered(hearing, entries, now)])
        return Done(conversation=hearing.afterwards(), reply=passive_of(entries), kick=due(entries))

    async def _commit(self, hearing: _Hearing, outcome: Outcome, settled: Settled) -> Done:
        conversation, newest = hearing.conversation, hearing.newest.message
        # What somebody who left has filed stays; what they only began does not.
        state = {} if settled.reachable is False else dict(outcome.state)
        filed = next((effect.number for effect in outcome.effects if isinstance(effect, FileCase)), None)
        late = await waited(self._store, conversation, newest, hearing.capabilities)
        entries = self._entries(hearing, outcome.replies, filed=filed, waited=late)
        if outcome.intent == unheard.TEMPLATES_ONLY and outcome.replies:
            entries = unheard.by_template(conversation, hearing.newest, hearing.capabilities, self._clock())
        now = self._clock()
        wanted = await self._wanting.of(hearing.batch, outcome.effects, now=now)
        changes: list[Change] = [
            self._store.conversations.advance(
                conversation,
                state=state,
                release=hearing.release,
                now=now,
                grant=newest.grant,
                last_inbound_at=newest.received_at,
                # Whoever writes has (again) not left; only leaving says otherwise, and a switch turned says nothing.
                reachable=None if is_notification(newest) else settled.reachable is not False,
                consent_version=settled.consent_version,
                consent_sensitive=settled.consent_sensitive,
                also={**self._store.conversations.facts(conversation.id, **settled.known), **late.known},
            ),
            *self._answered(hearing, entries, now),
            *settled.changes,
            *wanted.changes,
            *late.changes(entries, now),
        ]
        await self._pulse.over(self._store.committer.commit(changes))
        structlog.get_logger().info(
            "turn.done", conversation=conversation.id, messages=len(hearing.batch), intent=outcome.intent
        )
        return Done(
            conversation=hearing.afterwards(state=state, **settled.known, **late.known),
            reply=passive_of(entries),
            kick=(*due(entries), *settled.kick, *late.kick),
            wanted=wanted.ids,
        )

    def _answered(self, hearing: _Hearing, entries: Sequence[OutboxEntry], now: datetime) -> list[Change]:
        reply = passive_of(entries)
        done = self._store.inbox.done(
            hearing.ids, turn_id=uuid.uuid4().hex, reply_id=reply.id if reply else None, at=now
        )
        return [*done, *(self._store.outbox.put(entry) for entry in entries)]

    def _entries(
        self, hearing: _Hearing, replies: Sequence[Reply], *, filed: str | None = None, waited: Waited | None = None
    ) -> list[OutboxEntry]:
        """What is said, in as many parts as it takes; ``filed``: the number of the case that the turn files."""
        text = "\n\n".join(reply.text for reply in replies if reply.text)
        text = waited.before(text) if waited else text
        capabilities = hearing.capabilities
        if not text or not capabilities.free_text:  # approved templates alone go out: no words of ours can
            return []
        buttons = tuple((button.title, button.payload) for reply in replies for button in reply.buttons)
        now = self._clock()
        parts = in_parts(
            hearing.conversation, hearing.newest, text, capabilities, now=now, buttons=buttons, filed=filed
        )
        return [*(hearing.given(first, now) for first in parts[:1]), *parts[1:]]

    async def _stumble(self, hearing: _Hearing, error: Exception) -> Done:
        """Count the failure; the third one sets the messages aside, apologises and calls a person."""
        tries = await self._store.inbox.count_try(hearing.newest.id)
        structlog.get_logger().error(
            "turn.failed",
            conversation=hearing.conversation.id,
            tries=tries,
            error=type(error).__name__,
            frames=frames_of(error),
        )
        if tries < TRIES:
            raise TurnFailed(type(error).__name__) from error
        return await self._set_aside(hearing)

    async def _set_aside(self, hearing: _Hearing) -> Done:
        conversation, now = hearing.conversation, self._clock()
        entries = self._entries(hearing, [Reply(text=_APOLOGY)])
        reply = passive_of(entries)
        call = Call(id=uuid.uuid4().hex, conversation_id=conversation.id, reason="fault", at=now)
        wanted = await self._wanting.of(hearing.batch, (), now=now)
        await self._store.committer.commit(
            [
                self._store.conversations.advance(
                    conversation,
                    state=conversation.state,
                    release=hearing.release,
                    now=now,
                    grant=hearing.newest.message.grant,
                ),
                *self._store.inbox.set_aside(
                    hearing.ids, reason="turn_failed", at=now, reply_id=reply.id if reply else None
                ),
                *(self._store.outbox.put(entry) for entry in entries),
                self._store.calls.add(call),
                *wanted.changes,
            ]
        )
        return Done(conversation=hearing.afterwards(), reply=reply, kick=due(entries))


def heard(batch: Sequence[ArrivedMessage]) -> list[Heard]:
    """``batch`` as the dialog takes it."""
    return [Heard(id=arrived.id, message=arrived.message) for arrived in batch]
