"""What several messages come to: one thought, out of texts, pictures, places, taps and events."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from channels.messages import EventName, Inbound, Kind
from dialogs.outcome import Heard
from dialogs.scans import place_scanned
from dialogs.text.clean import clean

LONGEST_TEXT = 10_000
_SPEAKING_EVENTS = frozenset({EventName.SUBSCRIBED, EventName.SCANNED, EventName.MENU_CLICKED})
_MEDIA = {Kind.IMAGE: "image", Kind.VOICE: "voice", Kind.VIDEO: "video", Kind.FILE: "file"}
_PLACEHOLDER = re.compile(
    r"[【\[][^【】\[\]]{0,30}(?:不支持|无法(?:显示|查看|识别)|未知|消息类型|新版本)[^【】\[\]]{0,30}[】\]]"
)
"""What a platform puts in the place of what it cannot pass on: 【收到不支持的消息类型，暂无法显示】."""
_MENU_WORDS = (
    ("progress", "/show_progress"),
    ("query", "/show_progress"),
    ("add", "/add_to_case"),
    ("withdraw", "/withdraw"),
    ("faq", "/ask_policy"),
    ("policy", "/ask_policy"),
    ("person", "/call_person"),
    ("human", "/call_person"),
    ("file", "/file_petition"),
    ("petition", "/file_petition"),
    ("report", "/file_petition"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Thought:
    """One thing said, in one message or several.

    ``payload`` where nothing needs to be understood; else ``text``, and beside it what was sent along. ``ids`` are
    those of all its messages. ``scanned``: the place of the QR code, where it is the scan of one.
    """

    ids: tuple[str, ...]
    text: str = field(default="", repr=False)
    payload: str = ""
    attachments: tuple[Mapping[str, str], ...] = ()
    location: Mapping[str, Any] | None = field(default=None, repr=False)
    scanned: str = field(default="", repr=False)


def has_left(heard: Sequence[Heard]) -> bool:
    """Whether the last thing the person did was to leave the channel."""
    events = [h.message.event for h in heard if h.message.event and h.message.event.name in _COMING_AND_GOING]
    return bool(events) and bool(events[-1]) and events[-1].name is EventName.UNSUBSCRIBED


_COMING_AND_GOING = frozenset({EventName.SUBSCRIBED, EventName.UNSUBSCRIBED})


def thoughts(heard: Iterable[Heard]) -> list[Thought]:
    """The messages as thoughts, in order: a tap or an event stands alone, all else that follows each other is one.

    Silent events (a menu opened, a position reported) are none.
    """
    groups: list[list[Heard]] = []
    for one in heard:
        if _is_silent(one.message):
            continue
        if groups and not _stands_alone(one.message) and not _stands_alone(groups[-1][-1].message):
            groups[-1].append(one)
        else:
            groups.append([one])
    spoken = any(not _is_event(group[0].message) for group in groups)
    return [_thought(group) for group in groups if not (spoken and _is_greeting(group[0].message))]


def is_placeholder(text: str) -> bool:
    """Whether the text stands for a message of a kind that the platform does not pass on."""
    return bool(_PLACEHOLDER.fullmatch(text.strip()))


def _is_event(message: Inbound) -> bool:
    return message.kind is Kind.EVENT


def _is_silent(message: Inbound) -> bool:
    return _is_event(message) and (message.event is None or message.event.name not in _SPEAKING_EVENTS)


def _is_greeting(message: Inbound) -> bool:
    """Following the account needs no welcome where something was said at once."""
    return _is_event(message) and message.event is not None and message.event.name is not EventName.MENU_CLICKED


def _stands_alone(message: Inbound) -> bool:
    return bool(message.payload) or _is_event(message)


def _thought(group: Sequence[Heard]) -> Thought:
    messages = [h.message for h in group]
    texts = [m.text for m in messages if (m.kind is Kind.TEXT or m.kind in _MEDIA) and not is_placeholder(m.text)]
    text = clean("\n".join(texts))[:LONGEST_TEXT]
    attachments = tuple(_attachment(h) for h in group if h.message.kind in _MEDIA)
    location = next((_location(m) for m in reversed(messages) if m.location), None)
    payload = _payload(messages[-1], text=text, attachments=attachments, location=location)
    return Thought(
        ids=tuple(h.id for h in group),
        text="" if payload else text,
        payload=payload,
        attachments=attachments,
        location=location,
        scanned=place_scanned(messages[-1]),
    )


def _payload(
    last: Inbound, *, text: str, attachments: Sequence[Mapping[str, str]], location: Mapping[str, Any] | None
) -> str:
    if last.payload:
        return last.payload
    if _is_event(last):
        return _event_payload(last)
    if text:
        return ""
    if attachments:
        kinds = {a["kind"] for a in attachments}
        return '/send_media{"kind": "voice"}' if kinds == {"voice"} else '/send_media{"kind": "image"}'
    return "/share_place" if location else "/send_unknown"


def _event_payload(message: Inbound) -> str:
    event = message.event
    if event is None or event.name is not EventName.MENU_CLICKED:
        return "/welcome"
    if event.key.startswith("/"):
        return event.key
    return next((payload for word, payload in _MENU_WORDS if word in event.key.lower()), "/help")


def _attachment(heard: Heard) -> dict[str, str]:
    media = heard.message.media
    return {"message_id": heard.id, "kind": _MEDIA[heard.message.kind], "media_id": media.id if media else ""}


def _location(message: Inbound) -> dict[str, Any] | None:
    place = message.location
    return (
        {"latitude": place.latitude, "longitude": place.longitude, "label": clean(place.label)[:100]} if place else None
    )
