"""What a broadcast says on each channel, and what it costs there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from types import MappingProxyType

from bot.channel_registry import Channels
from bot.local_time import at
from bot.text import clip
from channels.base import Capabilities, Channel, Publishes
from channels.messages import Address, Purpose
from storage.broadcast_records import Broadcast
from storage.records import OutboxEntry

NOTICE = "broadcast"
"""The kind of notice, as the settings name its templates (``[wechat.main.templates.broadcast]``)."""
WECHAT, SMS, WEIBO = "wechat", "sms", "weibo"
CHANNEL_NAMES = {WECHAT: "微信", SMS: "短信", WEIBO: "微博"}
LONGEST_TITLE = 60
LONGEST_TEXT = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What a channel's readers see. ``segments``: text messages each costs, 0 where nobody counts."""

    channel: str
    text: str = field(repr=False)
    segments: int = 0
    problems: tuple[str, ...] = ()


def said(title: str, text: str, channel: str) -> str:
    """The words for ``channel``; a title of its own costs text messages, and posts have none."""
    return f"【{title}】\n{text}" if channel == WECHAT else text


def entry_of(broadcast: Broadcast, address: Address, *, id: str, conversation_id: str, now: datetime) -> OutboxEntry:  # noqa: A002
    """The message to one of its recipients, as the planner and the sender take it; it never lies in the outbox."""
    text = said(broadcast.title, broadcast.text, address.channel)
    return OutboxEntry(
        id=id,
        conversation_id=conversation_id,
        address=address,
        purpose=Purpose.BROADCAST,
        text=text,
        notice=NOTICE,
        fields=_fields(broadcast.title, broadcast.text, now.replace(second=0, microsecond=0)),
        created_at=now,
        due_at=now,
    )


@lru_cache(maxsize=64)
def _fields(title: str, text: str, minute: datetime) -> Mapping[str, str]:
    """What templates are filled with: the same for everybody who is told in the same minute."""
    filled = {"title": clip(title), "note": " ".join(text.split()), "state": "通知", "time": at(minute)}
    return MappingProxyType(filled)


def previews(title: str, text: str, channels: Sequence[str], known: Channels) -> list[Words]:
    """What each of ``channels`` would show, and what is wrong with it there."""
    found = []
    for name in channels:
        words = said(title, text, name)
        accounts = [channel for (of, _), channel in known.items() if of == name]
        first = accounts[0] if accounts else None
        if first is None:
            found.append(Words(channel=name, text=words, problems=(f"设置里没有{_name(name)}账号",)))
            continue
        count = first.capabilities.segments
        segments = count(words) if count else 0
        shown = first.capabilities.signed(words) if first.capabilities.signed else words
        found.append(Words(channel=name, text=shown, segments=segments, problems=problems(words, name, first)))
    return found


def problems(words: str, name: str, channel: Channel) -> tuple[str, ...]:
    """Why the channel would not take ``words``: a sentence each."""
    if name == WEIBO:
        if not isinstance(channel, Publishes):
            return ("这个微博账号不能发布微博",)
        return tuple(channel.unpublishable(words))
    length, limit = _length(words, channel.capabilities), channel.capabilities.text_limit
    if length <= limit:
        return ()
    unit = {"bytes": "字节", "utf16": "字"}.get(channel.capabilities.text_unit, "字")
    return (f"{_name(name)}内容太长：{length} {unit}，最多 {limit} {unit}",)


def _length(words: str, capabilities: Capabilities) -> int:
    match capabilities.text_unit:
        case "bytes":
            return len(words.encode())
        case "utf16":
            return len(words.encode("utf-16-le")) // 2
        case _:
            return len(words)


def _name(channel: str) -> str:
    return CHANNEL_NAMES.get(channel, channel)
