"""Delivering one outbox entry: claim, choose a way, send, record."""

import random
import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta

import structlog

from bot.delivery import planner
from bot.delivery.backoff import Backoff
from bot.delivery.quiet import QuietHours
from bot.metrics import Metrics
from channels.base import Channel, Clock
from channels.errors import OutcomeUnknown, RecipientGone, SendFailed, WayShut
from channels.messages import Outbound, Sent, Via
from storage.errors import Conflict
from storage.records import Attempt, Conversation, DeliveryState, OutboxEntry
from storage.store import Store

LEASE_SECONDS = 40.0
"""How long a claim holds; longer than every way of one delivery takes together."""


class ChannelMissing(SendFailed):
    """The entry's account is not among the settings (any more)."""

    code = "channel_missing"
    sentence = "设置里没有这个渠道账号"


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
        metrics: Metrics,
    ) -> None:
        self._store = store
        self._channels = channels
        self._clock = clock
        self._chance = chance
        self._backoff = backoff
        self._quiet = quiet
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
            await self._deliver(entry, token)
        except Conflict:
            # The lease ended under us and another worker took the entry, or a receipt was quicker.
            structlog.get_logger().warning("delivery.lost_claim", entry=entry_id)

    async def _deliver(self, entry: OutboxEntry, token: str) -> None:
        conversation = await self._store.conversations.get(entry.conversation_id)
        held_until = self._quiet.holds_until(entry, conversation, now=self._clock())
        if held_until is not None:
            await self._hold(entry, token, held_until)
            return
        try:
            via, sent = await self._send(entry, conversation)
        except SendFailed as failure:
            self._count(entry, failure.code)
            await self._settle_failure(entry, token, failure)
            return
        self._count(entry, "sent", via)
        now = self._clock()
        await self._store.outbox.record_sent(
            entry.id,
            token,
            via=via,
            provider_id=sent.provider_id,
            at=now,
            attempt=Attempt(at=now, via=via, outcome="sent"),
        )
        structlog.get_logger().info("delivery.sent", entry=entry.id, via=via, purpose=entry.purpose)

    async def _hold(self, entry: OutboxEntry, token: str, until: datetime) -> None:
        attempt = Attempt(at=self._clock(), via=None, outcome="quiet_hours")
        await self._store.outbox.postpone(entry.id, token, due_at=until, attempt=attempt)

    def _count(self, entry: OutboxEntry, outcome: str, via: Via | None = None) -> None:
        self._metrics.send_attempts.labels(channel=entry.address.channel, via=via or "none", outcome=outcome).inc()

    async def _send(self, entry: OutboxEntry, conversation: Conversation | None) -> tuple[Via, Sent]:
        channel = self._channels.get((entry.address.channel, entry.address.account))
        if channel is None or conversation is None:
            raise ChannelMissing(f"{entry.address.channel}.{entry.address.account}")
        failure: SendFailed = WayShut("no way reaches this person now")
        for via in planner.ways(entry, conversation, channel.capabilities, now=self._clock()):
            if via is Via.CUSTOMER_SERVICE and not await self._spend(conversation):
                continue
            try:
                return via, await channel.send(_outbound(entry, via))
            except SendFailed as error:
                failure = error
                if not error.try_other_way:
                    break
                await self._learn(conversation, via, error)
        raise failure

    async def _spend(self, conversation: Conversation) -> bool:
        if conversation.grant_left is None:
            return True
        return await self._store.conversations.spend_grant(conversation.id, now=self._clock())

    async def _learn(self, conversation: Conversation, via: Via, error: SendFailed) -> None:
        if via is Via.CUSTOMER_SERVICE and isinstance(error, WayShut):
            await self._store.conversations.close_window(conversation.id)

    async def _settle_failure(self, entry: OutboxEntry, token: str, failure: SendFailed) -> None:
        now = self._clock()
        attempt = Attempt(at=now, via=entry.via, outcome=failure.code, provider_code=failure.provider_code)
        tries = len(entry.attempts) + 1
        structlog.get_logger().warning(
            "delivery.failed",
            entry=entry.id,
            code=failure.code,
            provider_code=failure.provider_code,
            tries=tries,
        )
        if failure.retryable and not self._hopeless(entry, failure, tries):
            wait = self._backoff.wait(tries, self._chance, at_least=failure.retry_after)
            await self._store.outbox.postpone(entry.id, token, due_at=now + wait, attempt=attempt)
            return
        if isinstance(failure, RecipientGone):
            await self._store.conversations.mark_unreachable(entry.conversation_id)
        gone = isinstance(failure, RecipientGone)
        await self._store.outbox.give_up(
            entry.id,
            token,
            state=DeliveryState.FAILED if gone else DeliveryState.DEAD,
            reason=failure.sentence,
            attempt=attempt,
            at=now,
        )

    def _hopeless(self, entry: OutboxEntry, failure: SendFailed, tries: int) -> bool:
        if isinstance(failure, OutcomeUnknown):
            # The platform has no idempotency key: one repeat at most, or the person reads it again and again.
            return any(attempt.outcome == OutcomeUnknown.code for attempt in entry.attempts)
        return self._backoff.exhausted(tries)


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


GRACE = timedelta(seconds=2)
"""How long a kicked entry may take to be claimed before the sweeper kicks it again."""
