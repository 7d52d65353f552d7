"""One turn: hear, decide, commit. Nothing is written but by the one commit at its end."""

import asyncio
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

import structlog

from bot.casework.effects import Settled
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
        with self._metrics.turn_seconds.time():
            if is_mention(batch[-1].message):
                return await self._invite(conversation, batch, release=release, passive=passive)
            try:
                outcome, settled = await self._decide(conversation, batch)
            except StorageError:
                raise
            except Exception as error:  # noqa: BLE001 - whatever broke, the person is answered
                return await self._stumble(conversation, batch, error, release=release, passive=passive)
            return await self._commit(conversation, batch, outcome, settled, release=release, passive=passive)

    async def _decide(self, conversation: Conversation, batch: Sequence[ArrivedMessage]) -> tuple[Outcome, Settled]:
        now = self._clock()
        if self._beforehand.takes(conversation, batch[-1].message):
            return await self._beforehand.answer(conversation, batch[-1], now)
        if not self._capabilities(conversation).free_text:
            outcome, settled = await unheard.called(self._store, conversation, batch, now)
            return self._beforehand.around(conversation, batch, outcome, settled, now)
        person = Person(
            conversation_id=conversation.id,
            address=conversation.address,
            # a mention in public makes a version, but nothing was said of who we are
            first_contact=not conversation.state,
            room=room_of(self._capabilities(conversation)),
        )
        async with asyncio.timeout(TURN_TIMEOUT_S):
            outcome = await self._manager.turn(conversation.state, heard(batch), person, now)
            settled = await self._settle(outcome.effects, conversation=conversation, now=now)
        return self._beforehand.around(conversation, batch, outcome, settled, now)

    async def _invite(
        self, conversation: Conversation, batch: Sequence[ArrivedMessage], *, release: bool, passive: bool
    ) -> Done:
        """Answer a mention in public without the dialog, whose state stays as it is."""
        mention = batch[-1]
        capabilities = self._capabilities(conversation)
        entry = await self._invitations.entry(conversation, mention, capabilities)
        now = self._clock()
        if entry and passive and capabilities.passive and not mention.passive_closed:
            entry = leased_to_webhook(entry, mention, now)
        entries = [entry] if entry else []
        state = dict(conversation.state)
        grant = granted(conversation, mention)
        advance = self._store.conversations.advance(conversation, state=state, release=release, now=now, grant=grant)
        await self._store.committer.commit([advance, *self._answered(batch, entries, now)])
        lease = None if release else conversation.lease_token
        return Done(
            conversation=replace(conversation, version=conversation.version + 1, lease_token=lease),
            reply=passive_of(entries),
            kick=due(entries),
        )

    async def _commit(
        self,
        conversation: Conversation,
        batch: Sequence[ArrivedMessage],
        outcome: Outcome,
        settled: Settled,
        *,
        release: bool,
        passive: bool,
    ) -> Done:
        # What somebody who left has filed stays; what they only began does not.
        state = {} if settled.reachable is False else dict(outcome.state)
        filed = next((effect.number for effect in outcome.effects if isinstance(effect, FileCase)), None)
        late = await waited(self._store, conversation, batch[-1].message, self._capabilities(conversation))
        entries = self._entries(conversation, batch[-1], outcome.replies, passive=passive, filed=filed, waited=late)
        if outcome.intent == unheard.TEMPLATES_ONLY and outcome.replies:
            entries = unheard.by_template(conversation, batch[-1], self._capabilities(conversation), self._clock())
        newest = batch[-1].message
        now = self._clock()
        wanted = await self._wanting.of(batch, outcome.effects, now=now)
        changes: list[Change] = [
            self._store.conversations.advance(
                conversation,
                state=state,
                release=release,
                now=now,
                grant=newest.grant,
                last_inbound_at=newest.received_at,
                # Whoever writes has (again) not left; only leaving says otherwise, and a switch turned says nothing.
                reachable=None if is_notification(newest) else settled.reachable is not False,
                consent_version=settled.consent_version,
                consent_sensitive=settled.consent_sensitive,
                also={**self._store.conversations.facts(conversation.id, **settled.known), **late.known},
            ),
            *self._answered(batch, entries, now),
            *settled.changes,
            *wanted.changes,
            *late.changes(entries, now),
        ]
        await self._pulse.over(self._store.committer.commit(changes))
        structlog.get_logger().info(
            "turn.done", conversation=conversation.id, messages=len(batch), intent=outcome.intent
        )
        known = {"version": conversation.version + 1, "state": state, **settled.known, **late.known}
        return Done(
            conversation=replace(conversation, **known, lease_token=None if release else conversation.lease_token),
            reply=passive_of(entries),
            kick=(*due(entries), *settled.kick, *late.kick),
            wanted=wanted.ids,
        )

    def _answered(self, batch: Sequence[ArrivedMessage], entries: Sequence[OutboxEntry], now: datetime) -> list[Change]:
        reply = passive_of(entries)
        done = self._store.inbox.done(
            [message.id for message in batch],
            turn_id=uuid.uuid4().hex,
            reply_id=reply.id if reply else None,
            at=now,
        )
        return [*done, *(self._store.outbox.put(entry) for entry in entries)]

    def _entries(
        self,
        conversation: Conversation,
        newest: ArrivedMessage,
        replies: Sequence[Reply],
        *,
        passive: bool,
        filed: str | None = None,
        waited: Waited | None = None,
    ) -> list[OutboxEntry]:
        """What is said, in as many parts as it takes; ``filed``: the number of the case that the turn files."""
        text = "\n\n".join(reply.text for reply in replies if reply.text)
        text = waited.before(text) if waited else text
        capabilities = self._capabilities(conversation)
        if not text or not capabilities.free_text:  # approved templates alone go out: no words of ours can
            return []
        buttons = tuple((button.title, button.payload) for reply in replies for button in reply.buttons)
        now = self._clock()
        entries = in_parts(conversation, newest, text, capabilities, now=now, buttons=buttons, filed=filed)
        if passive and capabilities.passive and not newest.passive_closed:
            entries[0] = leased_to_webhook(entries[0], newest, now)
        return entries

    def _capabilities(self, conversation: Conversation) -> Capabilities:
        return self._channels[conversation.address.channel, conversation.address.account].capabilities

    async def _stumble(
        self,
        conversation: Conversation,
        batch: Sequence[ArrivedMessage],
        error: Exception,
        *,
        release: bool,
        passive: bool,
    ) -> Done:
        """Count the failure; the third one sets the messages aside, apologises and calls a person."""
        tries = await self._store.inbox.count_try(batch[-1].id)
        structlog.get_logger().error(
            "turn.failed",
            conversation=conversation.id,
            tries=tries,
            error=type(error).__name__,
            frames=frames_of(error),
        )
        if tries < TRIES:
            raise TurnFailed(type(error).__name__) from error
        return await self._set_aside(conversation, batch, release=release, passive=passive)

    async def _set_aside(
        self, conversation: Conversation, batch: Sequence[ArrivedMessage], *, release: bool, passive: bool
    ) -> Done:
        now = self._clock()
        entries = self._entries(conversation, batch[-1], [Reply(text=_APOLOGY)], passive=passive)
        reply = passive_of(entries)
        call = Call(id=uuid.uuid4().hex, conversation_id=conversation.id, reason="fault", at=now)
        wanted = await self._wanting.of(batch, (), now=now)
        await self._store.committer.commit(
            [
                self._store.conversations.advance(
                    conversation,
                    state=conversation.state,
                    release=release,
                    now=now,
                    grant=batch[-1].message.grant,
                ),
                *self._store.inbox.set_aside(
                    [message.id for message in batch],
                    reason="turn_failed",
                    at=now,
                    reply_id=reply.id if reply else None,
                ),
                *(self._store.outbox.put(entry) for entry in entries),
                self._store.calls.add(call),
                *wanted.changes,
            ]
        )
        return Done(
            conversation=replace(conversation, version=conversation.version + 1),
            reply=reply,
            kick=due(entries),
        )


def heard(batch: Sequence[ArrivedMessage]) -> list[Heard]:
    """``batch`` as the dialog takes it."""
    return [Heard(id=arrived.id, message=arrived.message) for arrived in batch]
