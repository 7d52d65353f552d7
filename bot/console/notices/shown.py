"""Notices and their recipients as the console shows them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot import masking
from bot.api.broadcast_views import eta_of
from bot.broadcasts.people import Tally
from bot.broadcasts.sending import reason_said
from bot.broadcasts.words import CHANNEL_NAMES, SMS, Words
from bot.local_time import at
from storage.audience import MANY
from storage.broadcast_records import Broadcast, BroadcastState, Counts, Recipient, RecipientState, Segment

BADGES: Mapping[BroadcastState, str] = {
    BroadcastState.DRAFT: "yellow",
    BroadcastState.APPROVED: "blue",
    BroadcastState.SCHEDULED: "blue",
    BroadcastState.RUNNING: "blue",
    BroadcastState.PAUSED: "yellow",
    BroadcastState.DONE: "green",
    BroadcastState.CANCELLED: "",
    BroadcastState.FAILED: "red",
}
HEADINGS: Sequence[str] = ("编号", "渠道", "收件人", "结果", "原因", "发出时间", "回执时间", "曾中断")
_VIA = {
    "mass": "群发消息",
    "template": "模板消息",
    "subscribe": "订阅通知",
    "customer_service": "客服消息",
    "public": "公开发布",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """How many are left out, and why."""

    channel: str
    why: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """A dry run, to read. ``texts``: text messages in all; ``cost``: "" where nobody said what one costs.

    ``massed``: how many get a mass message (群发), of which an account has few in a month.
    """

    to_send: Sequence[tuple[str, int]]
    left: Sequence[Left]
    sending: int
    left_out: int
    texts: int = 0
    cost: str = ""
    massed: int = 0


def tried(tally: Tally, words: Sequence[Words], fen: float) -> Tried:
    segments = next((each.segments for each in words if each.channel == SMS), 0)
    texts = segments * tally.to_send.get(SMS, 0)
    left = [
        Left(channel=channel_name(channel), why=reason_said(reason), count=count)
        for (channel, reason), count in sorted(tally.excluded.items(), key=lambda each: -each[1])
    ]
    return Tried(
        to_send=[(channel_name(channel), count) for channel, count in tally.to_send.items()],
        left=left,
        sending=tally.sending,
        left_out=tally.left_out,
        texts=texts,
        massed=sum(tally.by_mass.values()),
        cost=f"{texts * fen / 100:,.2f} 元" if fen and texts else "",
    )


def channel_name(channel: str) -> str:
    return CHANNEL_NAMES.get(channel, channel)


def followers(count: int) -> str:
    return "10 万以上" if count >= MANY else f"{count:,}"


def whom(segment: Segment) -> str:
    if segment.everybody:
        return "所选渠道的所有人"
    if segment.listed:
        return "上传的号码名单"
    parts = (
        ("反映过或关注着 {} 事项的人", segment.district),
        ("反映过或关注着“{}”类事项的人", segment.category),
        ("标签“{}”", segment.tag),
        ("订阅了“{}”通知的人", segment.topic),
    )
    return "，并且是".join(words.format(value) for words, value in parts if value)


def percent(counts: Counts) -> int:
    wanted = counts.total - counts.excluded
    return 100 if not wanted else int(100 * (wanted - counts.queued) / wanted)


def progress(broadcast: Broadcast, counts: Counts, now: datetime) -> Mapping[str, object]:
    """What the page of a notice under way tells anew every second."""
    eta = eta_of(broadcast, counts, now)
    return {
        "state": broadcast.state.value,
        "percent": percent(counts),
        "total": counts.total - counts.excluded,
        "queued": counts.queued,
        "sent": counts.sent,
        "delivered": counts.delivered,
        "failed": counts.failed,
        "excluded": counts.excluded,
        "told": _told(broadcast, eta, now),
    }


def _told(broadcast: Broadcast, eta: datetime | None, now: datetime) -> str:
    if broadcast.held_until is not None and broadcast.held_until > now:
        return f"{broadcast.reason}（{at(broadcast.held_until)}）"
    if broadcast.state is BroadcastState.RUNNING and broadcast.prepared_at is None:
        return "正在登记收件人……"
    if eta is None:
        return ""
    seconds = int((eta - now).total_seconds())
    left = f"{seconds // 60} 分 {seconds % 60} 秒" if seconds >= 60 else f"{seconds} 秒"  # noqa: PLR2004 - a minute
    return f"每秒约 {broadcast.rate:.0f} 人，还要 {left}"


def line(recipient: Recipient) -> Mapping[str, object]:
    address = recipient.address
    way = _VIA.get(recipient.via.value, "") if recipient.via else ""
    who = masking.phone(address.sender) if address.channel == SMS else recipient.conversation_id.rpartition(":")[2][:8]
    return {
        "id": recipient.id,
        "channel": channel_name(address.channel),
        "way": way,
        "who": who or "所有人可见",
        "state": recipient.state.label,
        "badge": _RECIPIENT_BADGES[recipient.state],
        "why": reason_said(recipient.reason) if recipient.reason else "",
        "sent_at": recipient.sent_at,
        "reported_at": recipient.reported_at,
        "doubtful": recipient.doubtful,
    }


def row(recipient: Recipient) -> list[str]:
    """A row under ``HEADINGS``."""
    shown = line(recipient)
    return [
        recipient.id,
        str(shown["channel"]),
        str(shown["who"]),
        str(shown["state"]),
        str(shown["why"]),
        at(recipient.sent_at),
        at(recipient.reported_at),
        "是" if recipient.doubtful else "",
    ]


_RECIPIENT_BADGES: Mapping[RecipientState, str] = {
    RecipientState.EXCLUDED: "",
    RecipientState.QUEUED: "blue",
    RecipientState.SENDING: "blue",
    RecipientState.SENT: "blue",
    RecipientState.DELIVERED: "green",
    RecipientState.FAILED: "red",
}
