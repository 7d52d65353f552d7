"""Delivering one outbox entry: claim, choose a way, send, record."""

import asyncio
import random
import uuid
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta

import structlog

from bot.delivery.backoff import Backoff
from bot.delivery.carrying import FileErased, following_id
from bot.delivery.planner import window_open
from bot.delivery.quiet import QuietHours
from bot.delivery.reasons import Reason
from bot.delivery.sending import LimitReached, OptedOut, Sender, Tried, may_wait
from bot.metrics import Metrics
from channels.base import Channel, Clock
from channels.errors import HeldElsewhere, OutcomeUnknown, RecipientGone, SendFailed, WayShut
from channels.messages import Sent, Via
from storage.errors import Conflict, StorageAway
from storage.records import REPLAYED, Attempt, Considered, Conversation, DeliveryState, OutboxEntry
from storage.store import Store

LEASE_SECONDS = 40.0
"""How long a claim holds; longer than every way of one delivery takes together."""
REPLIES_WAIT = timedelta(days=7)
"""How long after its making an answer waits for the person to write again; then staff see it as given up."""
GRACE = timedelta(seconds=2)
"""How long a kicked entry may take to be claimed before the sweeper kicks it again."""
_RECORD_AGAIN_S = (0.25, 1.0, 3.0)


class Deliverer:
    """Sends what the outbox holds. The claim is recorded before sending, so that two workers never send one entry."""

    def __init__(
        self,
        *,
        store: Store,
        channels: Mapping[tuple[str, str], Channel],
        clock: Clock,
        chance: random.Random,
        backoff: Backoff,
        quiet: QuietHours,
        kick: Callable[[Sequence[str]], Awaitable[object]],
        metrics: Metrics,
    ) -> None:
        self._store = store
        self._channels = channels
        self._sender = Sender(store=store, channels=channels, clock=clock, metrics=metrics)
        self._clock = clock
        self._chance = chance
        self._backoff = backoff
        self._quiet = quiet
        self._kick = kick

    async def deliver(self, entry_id: str) -> None:
        """Deliver one entry if it is due and nobody else holds it.

        Raises:
            StorageError: the entry stays claimed until its lease ends, then it is taken up again.
        """
        token = uuid.uuid4().hex
        entry = await self._store.outbox.claim(entry_id, token=token, seconds=LEASE_SECONDS, now=self._clock())
        if entry is None:
            return
        try:
            settled = await self._deliver(entry, token)
        except Conflict:
            # The lease ended under us and another worker took the entry, or a receipt was quicker.
            structlog.get_logger().warning("delivery.lost_claim", entry=entry_id)
            return
        if settled and entry.attachment:
            await self._kick([following_id(entry)])
        if settled and entry.reply_to is not None:
            following = await self._store.outbox.next_parts([entry.reply_to])
            if following:
                await self._kick(following)

    async def _deliver(self, entry: OutboxEntry, token: str) -> bool:
        """Whether nothing more is to be done about ``entry``: what comes behind it may go."""
        conversation = await self._store.conversations.get(entry.conversation_id)
        before = await self._store.outbox.part_before(entry)
        held = self._held(entry, conversation, before)
        if held is not None:
            not_before, reason = held
            if before is None or not before.waits_for or not await self._behind(entry, token):
                await self._wait(entry, token, not_before, self._passed_over(entry, reason))
            return False
        tried = await self._sender.send(entry, token, conversation)
        match tried.result:
            case Sent():
                await self._settle_success(token, tried, tried.result)
                return True
            case LimitReached():
                await self._wait(entry, token, tried.result.free_at, tried.decision)
                return False
            case HeldElsewhere():
                # Nobody was asked, so no try. Told of again, it may fall to whoever holds the connection; if nobody
                # does at the moment, the pause keeps it from going round and round.
                await self._store.outbox.postpone(entry.id, token, due_at=self._clock(), attempt=None)
                await asyncio.sleep(tried.result.retry_after or 0)
                await self._kick([entry.id])
                return False
            case _:
                if await self._awaits(entry, token, tried):
                    return False
                return await self._settle_failure(token, tried, tried.result)

    async def _awaits(self, entry: OutboxEntry, token: str, tried: Tried) -> bool:
        """Have what answers the person wait until they write again, where that opens the way; False: it does not."""
        until, now = entry.created_at + REPLIES_WAIT, self._clock()
        channel = self._channels.get((entry.address.channel, entry.address.account))
        if channel is None or now >= until or not may_wait(entry, tried.result, channel.capabilities):
            return False
        if not await self._store.waiting.put(entry, token, until=until, decision=tried.decision):
            return False
        structlog.get_logger().info("delivery.awaits_person", entry=entry.id, until=until.isoformat())
        # Since it was tried they may have written: that turn saw nothing wait.
        person = await self._store.conversations.get(entry.conversation_id)
        if person is not None and window_open(person, now=now):
            await self._kick(await self._store.waiting.wake(person.id, now=now))
        return True

    async def _behind(self, entry: OutboxEntry, token: str) -> bool:
        """Have a part wait with the one before it."""
        decision = tuple(self._passed_over(entry, Reason.EARLIER_PART))
        return await self._awaits(entry, token, Tried(entry=entry, via=None, result=WayShut(), decision=decision))

    def _held(
        self, entry: OutboxEntry, conversation: Conversation | None, before: OutboxEntry | None
    ) -> tuple[datetime, Reason] | None:
        """Until when ``entry`` may not go, and why; None: it may. ``before``: the part that must go first."""
        now = self._clock()
        if before is not None:
            return before.due_at if before.state is DeliveryState.QUEUED else now, Reason.EARLIER_PART
        until = self._quiet.holds_until(entry, conversation, now=now)
        return None if until is None else (until, Reason.QUIET)

    async def _wait(self, entry: OutboxEntry, token: str, until: datetime, decision: Sequence[Considered]) -> None:
        """No try, so no attempt: it must not count as one."""
        await self._store.outbox.postpone(entry.id, token, due_at=until, attempt=None, decision=decision)
        structlog.get_logger().info("delivery.held", entry=entry.id, until=until.isoformat())

    def _passed_over(self, entry: OutboxEntry, reason: Reason) -> Sequence[Considered]:
        address = entry.address
        channel = self._channels.get((address.channel, address.account))
        return [
            Considered(channel=address.channel, account=address.account, via=via, taken=False, reason=reason.value)
            for via in (channel.capabilities.ways if channel else ())
            if via not in (Via.PASSIVE, Via.PUBLIC)
        ]

    async def _settle_success(self, token: str, tried: Tried, sent: Sent) -> None:
        entry, now, way = tried.entry, self._clock(), tried.via or Via.DIRECT
        attempt = Attempt(at=now, via=way, outcome="sent", decision=tried.decision)
        await _surely(
            lambda: self._store.outbox.record_sent(
                entry.id, token, via=way, provider_id=sent.provider_id, at=now, attempt=attempt
            )
        )
        structlog.get_logger().info("delivery.sent", entry=entry.id, via=way, purpose=entry.purpose)

    async def _settle_failure(self, token: str, tried: Tried, failure: SendFailed) -> bool:
        entry, via, now, code = tried.entry, tried.via, self._clock(), failure.provider_code
        attempt = Attempt(at=now, via=via, outcome=failure.code, provider_code=code, decision=tried.decision)
        before = _since_replay(entry)
        tries = len(before) + 1
        structlog.get_logger().warning(
            "delivery.failed", entry=entry.id, via=via, code=failure.code, provider_code=code, tries=tries
        )
        if failure.retryable and not self._hopeless(before, failure):
            wait = self._backoff.wait(tries, self._chance, at_least=failure.retry_after)
            unknown = isinstance(failure, OutcomeUnknown)
            await _surely(
                lambda: self._store.outbox.postpone(
                    entry.id, token, due_at=now + wait, attempt=attempt, maybe_twice=unknown
                )
            )
            return False
        await self._give_up(entry, token, failure, attempt)
        return True

    async def _give_up(self, entry: OutboxEntry, token: str, failure: SendFailed, attempt: Attempt) -> None:
        final = isinstance(failure, RecipientGone | OptedOut | FileErased)
        await _surely(
            lambda: self._store.outbox.give_up(
                entry.id,
                token,
                state=DeliveryState.FAILED if final else DeliveryState.DEAD,
                reason=failure.sentence,
                attempt=attempt,
                at=attempt.at,
            )
        )

    def _hopeless(self, before: Sequence[Attempt], failure: SendFailed) -> bool:
        if isinstance(failure, OutcomeUnknown):
            # The platform has no idempotency key: one repeat at most, or the person reads it again and again.
            return any(attempt.outcome == OutcomeUnknown.code for attempt in before)
        return self._backoff.exhausted(len(before) + 1)


async def _surely(record: Callable[[], Awaitable[None]]) -> None:
    """Record what became of it, lest it is sent again: a storage that stumbles is asked again while the lease holds."""
    for seconds in _RECORD_AGAIN_S:
        try:
            return await record()
        except StorageAway as error:
            structlog.get_logger().warning("delivery.record_again", error=error.code)
        await asyncio.sleep(seconds)
    return await record()


def _since_replay(entry: OutboxEntry) -> Sequence[Attempt]:
    """The attempts that count: those since staff last began anew."""
    begun = [place for place, attempt in enumerate(entry.attempts, start=1) if attempt.outcome == REPLAYED]
    return entry.attempts[begun[-1] :] if begun else entry.attempts
