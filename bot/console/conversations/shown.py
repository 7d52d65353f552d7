"""A conversation as a page shows it: as the resident saw it, phones and names masked until somebody asks."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType

from bot import masking
from bot.console.cases.shown import CHANNELS, STATES
from bot.delivery.reasons import sentence
from channels.messages import EventName, Inbound, Kind, Via
from dialogs.explaining import explain
from storage.attachment_records import Attachment, AttachmentState
from storage.cases import Case
from storage.records import ArrivedMessage, Conversation, DeliveryState, OutboxEntry

SMS = "sms"
REASONS: Mapping[str, str] = MappingProxyType(
    {
        "asked": "要求人工",
        "danger": "危险",
        "gathering": "多人可能聚集",
        "unsure": "机器人没有把握",
        "media": "发来的图片或语音要人看",
        "overdue": "催问超期的诉求",
        "erase": "要求删除个人信息",
        "fault": "系统出错，没有答上",
        "templates_only": "机器人不能回复这个渠道",
    }
)
_VIAS: Mapping[Via, str] = MappingProxyType(
    {
        Via.PASSIVE: "当场回复",
        Via.CUSTOMER_SERVICE: "客服消息",
        Via.TEMPLATE: "模板消息",
        Via.SUBSCRIBE: "订阅通知",
        Via.SMS: "短信",
        Via.PUBLIC: "公开评论",
        Via.DIRECT: "私信",
        Via.MASS: "群发消息",
    }
)
_KINDS: Mapping[Kind, str] = MappingProxyType(
    {Kind.IMAGE: "图片", Kind.VOICE: "语音", Kind.VIDEO: "视频", Kind.FILE: "文件", Kind.LOCATION: "位置"}
)
_EVENTS: Mapping[EventName, str] = MappingProxyType(
    {
        EventName.SUBSCRIBED: "关注了账号",
        EventName.UNSUBSCRIBED: "取消了关注",
        EventName.SCANNED: "扫了二维码",
        EventName.MENU_CLICKED: "点了菜单",
        EventName.MENU_VIEWED: "打开了菜单里的网页",
        EventName.POSITION_REPORTED: "上报了位置",
        EventName.CONSENT_CHANGED: "改了订阅通知的设置",
        EventName.OPTED_OUT: "不再接收群发",
        EventName.MENTIONED: "公开提到我们",
    }
)
_FAILED = frozenset({DeliveryState.FAILED, DeliveryState.DEAD})
_LAST_WORDS = 60
_TAIL = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """An attachment: what it is, and where it can be looked at ("" where it cannot)."""

    label: str
    href: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One line of the transcript. ``mark``: what became of what we sent; ``event``: nobody spoke."""

    at: datetime
    out: bool
    text: str = field(repr=False)
    who: str = field(default="", repr=False)
    event: bool = False
    mark: str = ""
    failed: bool = False
    buttons: Sequence[str] = field(default=(), repr=False)
    files: Sequence[File] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """Free words, masked unless ``full``; ``names``: of the person, where we know them."""

    full: bool = False
    names: frozenset[str] = field(default=frozenset(), repr=False)

    def __call__(self, text: str) -> str:
        if self.full:
            return text
        for name in sorted(self.names, key=len, reverse=True):
            text = masking.text(text, person=name)
        return masking.text(text)


def words_of(conversation: Conversation, cases: Iterable[Case], *, full: bool = False) -> Words:
    """How the words of a conversation are shown."""
    slots = explain(conversation.state).slots
    told = {str(slots.get(slot) or "") for slot in ("petition_name", "known_name")}
    names = told | {case.filer.name for case in cases}
    return Words(full=full, names=frozenset(name for name in names if len(name) > 1))


def who(conversation: Conversation, cases: Iterable[Case], *, full: bool = False) -> str:
    """Whom staff are talking to: the name they filed under, else the phone, else a sign to tell them apart by."""
    name = next((case.filer.name for case in cases if case.filer.name and not case.anonymous), "")
    if name:
        return name if full else masking.name(name)
    if conversation.address.channel == SMS:
        return conversation.address.sender if full else masking.phone(conversation.address.sender)
    return f"用户 {conversation.id[-_TAIL:]}"


def channel(conversation: Conversation) -> str:
    return CHANNELS.get(conversation.address.channel, conversation.address.channel)


def heard(arrived: ArrivedMessage, files: Sequence[Attachment], numbers: frozenset[str], words: Words) -> Said:
    """What the resident sent; ``numbers``: the cases by which the viewer may look at attachments."""
    message = arrived.message
    return Said(
        at=arrived.arrived_at,
        out=False,
        text=words(masking.heard_code(_text(message))),
        event=message.event is not None,
        files=[_file(each, numbers) for each in files] or _unkept(message),
    )


def _waits(entry: OutboxEntry) -> str:
    """Why it waits for the person, in the planner's words."""
    why = next((sentence(way.reason) for way in entry.decision if not way.taken), "")
    return f"等对方再来消息时一起发出（{why}）" if why else "等对方再来消息时一起发出"


def sent(entry: OutboxEntry, words: Words) -> Said:
    """What we sent, and what became of it."""
    mark = _waits(entry) if entry.waits_for else STATES[entry.state]
    if entry.via is not None:
        mark = f"{mark}（{_VIAS[entry.via]}）"
    if entry.state in _FAILED and entry.reason:
        mark = f"{mark}：{sentence(entry.reason)}"
    if entry.maybe_twice:
        mark = f"{mark}，对方也许收到两次"
    return Said(
        at=entry.created_at,
        out=True,
        text=words(masking.told_code(entry.text)),
        who=entry.author or "机器人",
        mark=mark,
        failed=entry.state in _FAILED,
        buttons=[words(title) for title, _ in entry.buttons],
    )


def last_words(arrived: ArrivedMessage | None, words: Words) -> str:
    """What the resident said last, short enough for a list."""
    if arrived is None:
        return ""
    text = words(masking.heard_code(_text(arrived.message))) or _label(arrived.message)
    return text if len(text) <= _LAST_WORDS else f"{text[:_LAST_WORDS]}…"


def spoken(arrived: ArrivedMessage) -> str:
    """The words of a message, for a case made of them."""
    return "" if arrived.message.event else masking.heard_code(arrived.message.text)


def _text(message: Inbound) -> str:
    if message.event is not None:
        return _EVENTS.get(message.event.name, "在平台上做了操作")
    if message.location is not None and message.location.label:
        return message.location.label
    return message.text or (message.link.title if message.link is not None else "")


def _label(message: Inbound) -> str:
    label = _KINDS.get(message.kind, "")
    return f"［{label}］" if label else ""


def _unkept(message: Inbound) -> Sequence[File]:
    label = _KINDS.get(message.kind, "")
    return [File(label=label)] if label else []


def _file(attachment: Attachment, numbers: frozenset[str]) -> File:
    label = _KINDS.get(Kind(attachment.kind), "文件")
    number = next((each for each in attachment.case_numbers if each in numbers), "")
    if attachment.state is AttachmentState.KEPT:
        return File(label=label, href=f"/console/cases/{number}/attachments/{attachment.id}" if number else "")
    return File(label=f"{label}，{'正在取回' if attachment.state is AttachmentState.WANTED else '没有取到'}")
