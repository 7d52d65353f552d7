"""Sending one message: each way that is open in turn, then the other places where its reader is reached."""

import asyncio
from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import structlog

from bot.delivery.carrying import Carrier, FileErased
from bot.delivery.elsewhere import Elsewhere, OtherPlaces
from bot.delivery.planner import Way, weigh
from bot.delivery.reasons import Reason
from bot.faults import frames_of
from bot.metrics import Metrics
from channels.base import Capabilities, Channel, Clock, SendsMedia
from channels.errors import OutcomeUnknown, PayloadRejected, RecipientGone, SendFailed, WayShut
from channels.messages import Outbound, Purpose, Sent, Via
from storage.records import Considered, Conversation, OutboxEntry
from storage.store import Store

SEND_SECONDS = 12.0
"""How long one way may take, whatever the channel's own limit."""
MEDIA_SECONDS = 24.0
"""As much for a file: it is given to the platform first. With words in its place the claim still holds."""


class ChannelMissing(SendFailed):
    """The entry's account is not among the settings (any more)."""

    code = "channel_missing"
    sentence = "设置里没有这个渠道账号"


class PersonLeft(WayShut):
    """They left the account, and nothing that reaches them nonetheless is left to try. They may come back."""

    code = "person_left"
    sentence = "对方已取消关注，无法送达；重新关注后可以再发"


class OptedOut(WayShut):
    """They told us to send nothing of this purpose here."""

    code = "opted_out"
    sentence = "对方已退订，没有发送"


class LimitReached(SendFailed):
    """Nothing is sent before ``free_at``: so often has the person been written to."""

    code = "limit_reached"
    retryable = True
    sentence = "给这个号码的发送次数已到上限，到时间自动再发"

    def __init__(self, free_at: datetime) -> None:
        super().__init__()
        self.free_at = free_at


class DeliveryBroke(SendFailed):
    """Our own code failed; trying again would fail again."""

    code = "delivery_broke"
    sentence = "发送程序出错，需要技术人员查看日志"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """The entry as it was sent or not, the way tried last (None: there was none), what came of it, and what else was.

    ``decision``: every way that was weighed.
    """

    entry: OutboxEntry
    via: Via | None
    result: Sent | SendFailed
    decision: tuple[Considered, ...] = ()


class Sender:
    """Sends what a worker has claimed, and remembers of the conversation what the platform said."""

    def __init__(
        self, *, store: Store, channels: Mapping[tuple[str, str], Channel], clock: Clock, metrics: Metrics
    ) -> None:
        self._store = store
        self._channels = channels
        self._places = OtherPlaces(store=store, channels=channels, clock=clock)
        self._carrier = Carrier(store)
        self._clock = clock
        self._metrics = metrics

    async def send(self, entry: OutboxEntry, token: str, conversation: Conversation | None) -> Tried:
        """Send ``entry``, claimed by ``token``, by the first way that takes it.

        Raises:
            Conflict: the claim is another's by now.
            StorageError: nothing was sent, or it is not known.
        """
        if conversation is None:
            return Tried(entry=entry, via=None, result=WayShut("no such conversation"))
        tried = await self._at_home(entry, token, conversation)
        decision = tried.decision
        if not _may_go_elsewhere(tried.result):
            return tried
        async for place in self._places.of(entry, conversation):
            there = await self._there(entry, token, place)
            decision = (*decision, *there.decision)
            if not _may_go_elsewhere(there.result):
                return replace(there, decision=decision)
        return replace(tried, decision=decision)

    async def _at_home(self, entry: OutboxEntry, token: str, conversation: Conversation) -> Tried:
        address = entry.address
        channel = self._channels.get((address.channel, address.account))
        if channel is None:
            return Tried(entry=entry, via=None, result=ChannelMissing(f"{address.channel}.{address.account}"))
        weighed = weigh(entry, conversation, channel.capabilities, now=self._clock())
        held = await self._held(entry, conversation, channel, weighed)
        return held or await self._by_ways(entry, token, conversation, channel, weighed)

    async def _there(self, entry: OutboxEntry, token: str, place: Elsewhere) -> Tried:
        """Send it in another conversation: from then on the entry is that conversation's."""
        words = place.words
        moved = replace(entry, address=place.conversation.address, conversation_id=place.conversation.id)
        if words is not None:
            moved = replace(moved, text=words.text, fields=words.fields, buttons=(), url="")
        weighed = [
            replace(way, reason=place.reason) if way.open else way
            for way in weigh(moved, place.conversation, place.channel.capabilities, now=self._clock())
        ]
        if not any(way.open for way in weighed):
            return _unopened(entry, weighed)
        held = await self._held(moved, place.conversation, place.channel, weighed)
        if held is not None:
            return replace(held, entry=entry)
        moved = await self._store.outbox.redirect(moved, token, meant_for=entry.meant_for or entry.conversation_id)
        return await self._by_ways(moved, token, place.conversation, place.channel, weighed)

    async def _held(
        self, entry: OutboxEntry, conversation: Conversation, channel: Channel, weighed: Sequence[Way]
    ) -> Tried | None:
        """Count the message against the account's limits; where one is reached it waits. None: it may go."""
        limit = channel.capabilities.limits.get(entry.purpose)
        if limit is None or not any(way.open for way in weighed):
            return None
        what = entry.purpose.value if entry.purpose in _COUNTED_AS_ONE else f"{entry.purpose}:{entry.notice}"
        free_at = await self._store.counts.spend(
            f"{conversation.id}:{what}", entry.id, limit.windows(), now=self._clock()
        )
        if free_at is None:
            return None
        reached = Reason.LIMIT_REACHED.value
        decision = tuple(way.considered(taken=False, reason=reached if way.open else "") for way in weighed)
        return Tried(entry=entry, via=None, result=LimitReached(free_at), decision=decision)

    async def _by_ways(
        self, entry: OutboxEntry, token: str, conversation: Conversation, channel: Channel, weighed: Sequence[Way]
    ) -> Tried:
        last: Tried | None = None
        decision: list[Considered] = []
        for place, way in enumerate(weighed):
            if not way.open:
                decision.append(way.considered(taken=False))
                continue
            if way.via is Via.CUSTOMER_SERVICE and not await self._spend(conversation):
                decision.append(way.considered(taken=False, reason=Reason.GRANT_USED.value))
                continue
            entry, result, reason = await self._carried(channel, entry, token, way.via)
            if isinstance(result, Sent):
                rest = [each.considered(taken=False) for each in weighed[place + 1 :] if not each.open]
                weighing = (*decision, way.considered(taken=True, reason=reason), *rest)
                return Tried(entry=entry, via=way.via, result=result, decision=weighing)
            tried = Tried(entry=entry, via=way.via, result=result)
            decision.append(way.considered(taken=False, reason=result.code))
            await self._learn(conversation, way.via, result)
            if not result.try_other_way:
                return replace(tried, decision=tuple(decision))
            # A way that opens again later is worth waiting for, though another one is shut for good.
            if last is None or not (isinstance(last.result, SendFailed) and last.result.retryable):
                last = tried
        last = last or _unopened(entry, weighed)
        told = last if conversation.reachable else _left(last)
        return replace(told, decision=tuple(decision))

    async def _carried(
        self, channel: Channel, entry: OutboxEntry, token: str, via: Via
    ) -> tuple[OutboxEntry, Sent | SendFailed, str]:
        """Try ``via`` with the file of ``entry``, or with words in its place; the reason, where it is the latter."""
        if not entry.attachment:
            return entry, await self._try(channel, entry, via), ""
        try:
            content = await self._carrier.content(entry, channel, via)
        except FileErased as erased:
            return entry, erased, ""
        if content is not None:
            entry = await self._carrier.as_file(entry, token)
            result = await self._try(channel, entry, via, content)
            if isinstance(result, Sent):
                await self._carrier.words_follow(entry, self._clock())
            # What the platform refused was not sent: the words may go.
            if not isinstance(result, PayloadRejected):
                return entry, result, ""
        entry = await self._carrier.as_words(entry, token)
        return entry, await self._try(channel, entry, via), Reason.NO_MEDIA.value

    async def _try(
        self, channel: Channel, entry: OutboxEntry, via: Via, content: bytes | None = None
    ) -> Sent | SendFailed:
        message = _outbound(entry, via)
        if content is None or not isinstance(channel, SendsMedia):
            result = await sent_within(SEND_SECONDS, channel.send(message), message.id)
        else:
            result = await sent_within(MEDIA_SECONDS, channel.send_media(message, content), message.id)
        outcome = "sent" if isinstance(result, Sent) else result.code
        self._metrics.send_attempts.labels(channel=entry.address.channel, via=via, outcome=outcome).inc()
        return result

    async def _spend(self, conversation: Conversation) -> bool:
        if conversation.grant_left is None:
            return True
        return await self._store.conversations.spend_grant(conversation.id, now=self._clock())

    async def _learn(self, conversation: Conversation, via: Via, failure: SendFailed) -> None:
        if isinstance(failure, RecipientGone):
            await self._store.conversations.mark_unreachable(conversation.id)
        if via is not Via.CUSTOMER_SERVICE:
            return
        if isinstance(failure, WayShut):
            await self._store.conversations.close_window(conversation.id)
        elif conversation.grant_until is not None and not isinstance(failure, OutcomeUnknown | DeliveryBroke):
            # Counted, but not taken: else a platform that is away for an hour would cost the whole grant.
            await self._store.conversations.restore_grant(conversation.id, until=conversation.grant_until)


_COUNTED_AS_ONE = frozenset({Purpose.REPLY, Purpose.CODE})


def may_wait(entry: OutboxEntry, result: Sent | SendFailed, capabilities: Capabilities) -> bool:
    """Whether ``entry`` did not go, and goes when the person writes again: an answer to them, past what is allowed."""
    if not isinstance(result, WayShut) or isinstance(result, PersonLeft | OptedOut):
        return False
    return entry.purpose is Purpose.REPLY and Via.CUSTOMER_SERVICE in capabilities.ways


def _may_go_elsewhere(result: Sent | SendFailed) -> bool:
    """Whether the person cannot be reached here at all; what only has to wait, waits."""
    return isinstance(result, WayShut | RecipientGone | ChannelMissing)


def _unopened(entry: OutboxEntry, weighed: Sequence[Way]) -> Tried:
    opted_out = any(way.reason is Reason.OPTED_OUT for way in weighed)
    result = OptedOut() if opted_out else WayShut("no way reaches this person now")
    decision = tuple(way.considered(taken=False) for way in weighed)
    return Tried(entry=entry, via=None, result=result, decision=decision)


def _left(tried: Tried) -> Tried:
    """Staff shall read why every way is shut: the person left, and not that a window closed."""
    if not isinstance(tried.result, WayShut) or isinstance(tried.result, OptedOut):
        return tried
    return replace(tried, result=PersonLeft(tried.result.detail, provider_code=tried.result.provider_code))


async def sent_within(seconds: float, sending: Awaitable[Sent], entry_id: str) -> Sent | SendFailed:
    """Give what ``sending`` came to; what it raises comes back as a failure."""
    try:
        async with asyncio.timeout(seconds):
            return await sending
    except SendFailed as failure:
        return failure
    except TimeoutError:
        return OutcomeUnknown("no answer in time")
    except Exception as error:  # noqa: BLE001 - an entry that breaks its sender would be claimed again for ever
        structlog.get_logger().error(
            "delivery.broke", entry=entry_id, error=type(error).__name__, frames=frames_of(error)
        )
        return DeliveryBroke(type(error).__name__)


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
