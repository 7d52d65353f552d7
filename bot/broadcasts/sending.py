"""One recipient: sending, and what the platform's answer means for the ledger."""

from collections.abc import Mapping
from datetime import datetime, timedelta

import structlog

from bot.broadcasts.crowd import Crowds, Told
from bot.broadcasts.pace import tomorrow
from bot.broadcasts.words import WEIBO, entry_of, said
from bot.delivery.backoff import Backoff
from bot.delivery.reasons import sentence
from bot.delivery.sending import LimitReached, OptedOut, Sender, Tried
from bot.metrics import Metrics
from channels.base import Channel, Clock, Publishes
from channels.errors import AccountBroken, DailyQuotaUsed, HeldElsewhere, OutcomeUnknown, SendFailed
from channels.messages import Sent, Via
from storage.broadcast_records import Broadcast, Outcome, Recipient, RecipientState
from storage.errors import StorageError
from storage.records import Conversation
from storage.store import Store

UNKNOWN = "unknown"
_SAID_BEFORE = "said_before"
_ELSEWHERE = timedelta(seconds=2)
_SENTENCES: Mapping[str, str] = {
    UNKNOWN: "发送时中断，不知道对方有没有收到；为免重复没有再发",
    "unpublishable": "内容不合微博的要求（如缺少安全域名下的网址、超过 140 字）",
    "left_account": "设置里已没有这个账号",
}


def reason_said(code: str) -> str:
    """The Chinese sentence of a reason in the ledger."""
    return _SENTENCES.get(code) or sentence(code)


class Posting:
    """Sends to recipients of a broadcast, through the channels."""

    def __init__(
        self,
        *,
        store: Store,
        channels: Mapping[tuple[str, str], Channel],
        clock: Clock,
        metrics: Metrics,
        backoff: Backoff,
    ) -> None:
        self._channels = channels
        self._sender = Sender(store=store, channels=channels, clock=clock, metrics=metrics)
        self.crowds = Crowds(store=store, channels=channels, clock=clock, metrics=metrics)
        self._clock = clock
        self._backoff = backoff

    async def send(self, broadcast: Broadcast, recipient: Recipient, person: Conversation) -> Told:
        """Send to one; None: nobody knows whether it went out."""
        try:
            if recipient.address.channel == WEIBO:
                return recipient, await self._published(broadcast, recipient), Via.PUBLIC
            entry = entry_of(
                broadcast, recipient.address, id=recipient.id, conversation_id=person.id, now=self._clock()
            )
            tried: Tried = await self._sender.send(entry, "", person)
        except StorageError as error:
            structlog.get_logger().warning("broadcast.send_unknown", recipient=recipient.id, error=error.code)
            return recipient, None, None
        return recipient, tried.result, tried.via

    async def _published(self, broadcast: Broadcast, recipient: Recipient) -> Sent | SendFailed:
        address = recipient.address
        channel = self._channels.get((address.channel, address.account))
        if not isinstance(channel, Publishes):
            return SendFailed("cannot publish")
        try:
            return await channel.publish(said(broadcast.title, broadcast.text, WEIBO))
        except SendFailed as failure:
            if failure.code == _SAID_BEFORE and recipient.doubtful:
                return Sent()  # it was out already when we were cut off
            return failure

    def outcome(
        self, recipient: Recipient, result: Sent | SendFailed | None, via: Via | None, *, now: datetime
    ) -> Outcome | None:
        """What ``result`` means; None: it stays in doubt."""
        if isinstance(result, Sent):
            return Outcome(
                recipient=recipient, state=RecipientState.SENT, at=now, via=via, provider_id=result.provider_id
            )
        if result is None or isinstance(result, OutcomeUnknown):
            return None
        if isinstance(result, OptedOut):
            return Outcome(recipient=recipient, state=RecipientState.EXCLUDED, at=now, reason=result.code)
        again = self._again_at(recipient, result, now)
        if again is None:
            return Outcome(recipient=recipient, state=RecipientState.FAILED, at=now, via=via, reason=result.code)
        counts = not isinstance(result, HeldElsewhere | LimitReached | AccountBroken | DailyQuotaUsed)
        return Outcome(
            recipient=recipient,
            state=RecipientState.QUEUED,
            at=now,
            reason=result.code,
            due_at=again,
            counts_as_try=counts,
        )

    def _again_at(self, recipient: Recipient, failure: SendFailed, now: datetime) -> datetime | None:
        """When it is tried again; None: never."""
        match failure:
            case LimitReached():
                return failure.free_at
            case HeldElsewhere():
                return now + _ELSEWHERE
            case AccountBroken():
                return now
            case DailyQuotaUsed():
                return now + timedelta(seconds=failure.retry_after) if failure.retry_after else tomorrow(now)
        tries = recipient.tries + 1
        if not failure.retryable or self._backoff.exhausted(tries):
            return None
        wait = min(self._backoff.longest_seconds, self._backoff.first_seconds * 2 ** min(tries - 1, 20))
        return now + timedelta(seconds=max(wait, failure.retry_after or 0.0))
