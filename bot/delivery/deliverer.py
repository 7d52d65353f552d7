"""Delivering one outbox entry: claim, choose a way, send, record."""

import asyncio
import random
import uuid
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from bot.delivery import planner
from bot.delivery.backoff import Backoff
from bot.delivery.quiet import QuietHours
from bot.faults import frames_of
from bot.metrics import Metrics
from channels.base import Channel, Clock
from channels.errors import HeldElsewhere, OutcomeUnknown, RecipientGone, SendFailed, WayShut
from channels.messages import Outbound, Sent, Via
from storage.errors import Conflict, StorageAway
from storage.records import REPLAYED, Attempt, Conversation, DeliveryState, OutboxEntry
from storage.store import Store

LEASE_SECONDS = 40.0
"""How long a claim holds; longer than every way of one delivery takes together."""
SEND_SECONDS = 12.0
"""How long one way may take, whatever the channel's own limit."""
GRACE = timedelta(seconds=2)
"""How long a kicked entry may take to be claimed before the sweeper kicks it again."""
_RECORD_AGAIN_S = (0.25, 1.0, 3.0)


class ChannelMissing(SendFailed):
    """The entry's account is not among the settings (any more)."""

    code = "channel_missing"
    sentence = "设置里没有这个渠道账号"


class PersonLeft(WayShut):
    """They left the account, and nothing that reaches them nonetheless is left to try. They may come back."""

    code = "person_left"
    sentence = "对方已取消关注，无法送达；重新关注后可以再发"


class DeliveryBroke(SendFailed):
    """Our own code failed; trying again would fail again."""

    code = "delivery_broke"
    sentence = "发送程序出错，需要技术人员查看日志"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Tried:
    """The way tried last (None: there was none) and what came of it."""

    via: Via | None
    result: Sent | SendFailed


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
        self._clock = clock
        self._chance = chance
        self._backoff = backoff
        self._quiet = quiet
        self._kick = kick
        self._metrics = metrics

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
        if settled and entry.reply_to is not None:
            following = await self._store.outbox.next_parts([entry.reply_to])
            if following:
                await self._kick(following)

    async def _deliver(self, entry: OutboxEntry, token: str) -> bool:
        """Whether nothing more is to be done about ``entry``: what comes behind it may go."""
        conversation = await self._store.conversations.get(entry.conversation_id)
        not_before = await self._not_before(entry, conversation)
        if not_before is not None:
            # no try, so no attempt: it must not count as one
            await self._store.outbox.postpone(entry.id, token, due_at=not_before, attempt=None)
            structlog.get_logger().info("delivery.held", entry=entry.id, until=not_before.isoformat())
            return False
        tried = await self._send(entry, conversation)
        if isinstance(tried.result, Sent):
            await self._settle_success(entry, token, tried.via, tried.result)
            return True
        if isinstance(tried.result, HeldElsewhere):
            # Nobody was asked, so no try: whoever holds the connection comes upon it soon.
            later = self._clock() + timedelta(seconds=tried.result.retry_after or 0)
            await self._store.outbox.postpone(entry.id, token, due_at=later, attempt=None)
            return False
        return await self._settle_failure(entry, token, tried.via, tried.result)

    async def _not_before(self, entry: OutboxEntry, conversation: Conversation | None) -> datetime | None:
        now = self._clock()
        before = await self._store.outbox.part_before(entry)
        if before is not None:
            return before.due_at if before.state is DeliveryState.QUEUED else now
        return self._quiet.holds_until(entry, conversation, now=now)

    async def _send(self, entry: OutboxEntry, conversation: Conversation | None) -> _Tried:
        channel = self._channels.get((entry.address.channel, entry.address.account))
        if channel is None:
            return _Tried(via=None, result=ChannelMissing(f"{entry.address.channel}.{entry.address.account}"))
        if conversation is None:
            return _Tried(via=None, result=WayShut("no such conversation"))
        last = _Tried(via=None, result=WayShut("no way reaches this person now"))
        for via in planner.ways(entry, conversation, channel.capabilities, now=self._clock()):
            if via is Via.CUSTOMER_SERVICE and not await self._spend(conversation):
                continue
            result = await self._try(channel, entry, via)
            if isinstance(result, Sent):
                return _Tried(via=via, result=result)
            await self._learn(conversation, via, result)
            if not result.try_other_way:
                return _Tried(via=via, result=result)
            # A way that opens again later is worth waiting for, though another one is shut for good.
            if not (isinstance(last.result, SendFailed) and last.result.retryable):
                last = _Tried(via=via, result=result)
        return last if conversation.reachable else _left(last)

    async def _try(self, channel: Channel, entry: OutboxEntry, via: Via) -> Sent | SendFailed:
        result = await _sent_within(SEND_SECONDS, channel, _outbound(entry, via))
        outcome = "sent" if isinstance(result, Sent) else result.code
        self._metrics.send_attempts.labels(channel=entry.address.channel, via=via, outcome=outcome).inc()
        return result

    async def _spend(self, conversation: Conversation) -> bool:
        if conversation.grant_left is None:
            return True
        return await self._store.conversations.spend_grant(conversation.id, now=self._clock())

    async def _learn(self, conversation: Conversation, via: Via, failure: SendFailed) -> None:
        if via is not Via.CUSTOMER_SERVICE:
            return
        if isinstance(failure, WayShut):
            await self._store.conversations.close_window(conversation.id)
        elif conversation.grant_until is not None and not isinstance(failure, OutcomeUnknown | DeliveryBroke):
            # Counted, but not taken: else a platform that is away for an hour would cost the whole grant.
            await self._store.conversations.restore_grant(conversation.id, until=conversation.grant_until)

    async def _settle_success(self, entry: OutboxEntry, token: str, via: Via | None, sent: Sent) -> None:
        now, way = self._clock(), via or Via.DIRECT
        attempt = Attempt(at=now, via=way, outcome="sent")
        await _surely(
            lambda: self._store.outbox.record_sent(
                entry.id, token, via=way, provider_id=sent.provider_id, at=now, attempt=attempt
            )
        )
        structlog.get_logger().info("delivery.sent", entry=entry.id, via=way, purpose=entry.purpose)

    async def _settle_failure(self, entry: OutboxEntry, token: str, via: Via | None, failure: SendFailed) -> bool:
        now, code = self._clock(), failure.provider_code
        attempt = Attempt(at=now, via=via, outcome=failure.code, provider_code=code)
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
        gone = isinstance(failure, RecipientGone)
        if gone:
            await self._store.conversations.mark_unreachable(entry.conversation_id)
        await _surely(
            lambda: self._store.outbox.give_up(
                entry.id,
                token,
                state=DeliveryState.FAILED if gone else DeliveryState.DEAD,
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


def _left(tried: _Tried) -> _Tried:
    """Staff shall read why every way is shut: the person left, and not that a window closed."""
    if not isinstance(tried.result, WayShut):
        return tried
    result = PersonLeft(tried.result.detail, provider_code=tried.result.provider_code)
    return _Tried(via=tried.via, result=result)


async def _sent_within(seconds: float, channel: Channel, message: Outbound) -> Sent | SendFailed:
    try:
        async with asyncio.timeout(seconds):
            return await channel.send(message)
    except SendFailed as failure:
        return failure
    except TimeoutError:
        return OutcomeUnknown("no answer in time")
    except Exception as error:  # noqa: BLE001 - an entry that breaks its sender would be claimed again for ever
        structlog.get_logger().error(
            "delivery.broke", entry=message.id, error=type(error).__name__, frames=frames_of(error)
        )
        return DeliveryBroke(type(error).__name__)


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


def _outbound(entry: OutboxEntry, via: Via) -> Outbound:
    return Outbound(
        id=entry.id,
        address=entry.address,
        via=via,
        text=entry.text,
        buttons=entry.buttons,
        notice=entry.notice,
        fields=entry.fields,
        url=entry.url,
    )
