"""The fields of a callback as an ``Inbound``: every message type, every event, unknown ones kept."""

import hashlib
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any

from channels.errors import Malformed
from channels.messages import Address, EventName, Grant, Inbound, Kind, Link, Location, Media
from channels.wechat.events import rule_for
from channels.wechat.wire import Fields, leaf

ANSWERABLE_FOR = timedelta(seconds=16)
"""Three deliveries of 5 s each, and a second."""

MESSAGE_GRANT = (5, timedelta(hours=48))
ACTION_GRANT = (3, timedelta(minutes=1))

_LONGEST_SENDER = 128
_LONGEST_ID = 64
_EARLIEST = datetime(2011, 1, 1, tzinfo=UTC)  # the platform is no older
_AHEAD = timedelta(days=1)
_MILLISECOND_DIGITS = 13


def sent_at(fields: Fields, received_at: datetime) -> datetime:
    """CreateTime in seconds; 13 digits are milliseconds, as some relays send. ``received_at`` where it is absurd."""
    digits = leaf(fields, "CreateTime")
    if not (digits.isascii() and digits.isdigit() and len(digits) <= _MILLISECOND_DIGITS):
        return received_at
    seconds = int(digits) / (1000 if len(digits) == _MILLISECOND_DIGITS else 1)
    if not _EARLIEST.timestamp() <= seconds <= (received_at + _AHEAD).timestamp():
        return received_at
    return datetime.fromtimestamp(seconds, tz=UTC)


def read_inbound(fields: Fields, *, text: str, account: str, received_at: datetime) -> Inbound:
    """One message or event. ``text`` is the whole document, for a key where the platform gave none.

    Raises:
        Malformed: where nobody sent it, or nothing says what it is.
    """
    kind = leaf(fields, "MsgType").lower()
    if not kind or not leaf(fields, "ToUserName"):
        raise Malformed("no MsgType or no ToUserName")
    common: dict[str, Any] = {
        "address": Address(channel="wechat", account=account, sender=_sender(fields)),
        "sent_at": sent_at(fields, received_at),
        "received_at": received_at,
    }
    if kind == "event":
        return _event(fields, text, common)
    return _message(kind, fields, text, common)


def _sender(fields: Fields) -> str:
    sender = leaf(fields, "FromUserName")
    if not sender or len(sender) > _LONGEST_SENDER:
        raise Malformed("no FromUserName")
    return sender


def _digest(text: str) -> str:
    return "digest:" + hashlib.sha256(text.encode()).hexdigest()[:32]


def _granted(grant: tuple[int, timedelta], received_at: datetime) -> Grant:
    messages, span = grant
    return Grant(messages=messages, until=received_at + span)


def _message(kind: str, fields: Fields, text: str, common: Mapping[str, Any]) -> Inbound:
    # A tap on a button of ours counts as a message here; whether the platform grants it less is not settled,
    # and a refused message goes another way.
    number = leaf(fields, "MsgId")
    return Inbound(
        **common,
        **_READERS.get(kind, _unknown)(fields),
        message_id=number if 0 < len(number) <= _LONGEST_ID else _digest(text),
        grant=_granted(MESSAGE_GRANT, common["received_at"]),
        reply_until=common["received_at"] + ANSWERABLE_FOR,
    )


def _event(fields: Fields, text: str, common: Mapping[str, Any]) -> Inbound:
    rule = rule_for(fields)
    event = rule.read(fields)
    received_at = common["received_at"]
    return Inbound(
        **common,
        # Consents have no key, and two of one second are told in two calls: what they say tells them apart.
        message_id=_digest(text) if event.name is EventName.CONSENT_CHANGED else _event_key(fields, text),
        kind=Kind.EVENT,
        event=event,
        location=_point(fields, "Latitude", "Longitude") if event.name is EventName.POSITION_REPORTED else None,
        grant=_granted(ACTION_GRANT, received_at) if rule.grants else None,
        reply_until=received_at + ANSWERABLE_FOR if rule.answerable else None,
    )


def _event_key(fields: Fields, text: str) -> str:
    """Events have no number: time, name and key stand for it (the sender is part of the store's key anyway)."""
    time = leaf(fields, "CreateTime")
    key = f"event:{time}:{leaf(fields, 'Event')}:{leaf(fields, 'EventKey')}"
    return key if time and len(key) <= 4 * _LONGEST_ID else _digest(text)


def _point(fields: Fields, latitude: str, longitude: str, label: str = "Label") -> Location | None:
    try:
        point = float(leaf(fields, latitude)), float(leaf(fields, longitude))
    except ValueError:
        return None
    inside = abs(point[0]) <= 90 and abs(point[1]) <= 180  # noqa: PLR2004 - degrees; NaN is never inside
    return Location(latitude=point[0], longitude=point[1], label=leaf(fields, label)) if inside else None


def _content(fields: Fields) -> str:
    # Not stripped: what a resident wrote is kept as it was written.
    content = fields.get("Content")
    return content if isinstance(content, str) else ""


def _text(fields: Fields) -> dict[str, Any]:
    return {"kind": Kind.TEXT, "text": _content(fields), "payload": leaf(fields, "bizmsgmenuid")}


def _media(kind: Kind, fields: Fields) -> dict[str, Any]:
    media = Media(
        id=leaf(fields, "MediaId"),
        url=leaf(fields, "PicUrl"),
        format=leaf(fields, "Format"),
        thumbnail_id=leaf(fields, "ThumbMediaId"),
    )
    return {"kind": kind, "media": media} if media.id or media.url else _unknown(fields)


def _voice(fields: Fields) -> dict[str, Any]:
    # The platform is withdrawing its own recognition: mostly this is empty.
    return {**_media(Kind.VOICE, fields), "text": leaf(fields, "Recognition")}


def _location(fields: Fields) -> dict[str, Any]:
    location = _point(fields, "Location_X", "Location_Y")
    return {"kind": Kind.LOCATION, "location": location} if location else _unknown(fields)


def _link(fields: Fields) -> dict[str, Any]:
    link = Link(title=leaf(fields, "Title"), url=leaf(fields, "Url"), description=leaf(fields, "Description"))
    return {"kind": Kind.LINK, "link": link}


def _unknown(_: Fields) -> dict[str, Any]:
    return {"kind": Kind.UNKNOWN}


_READERS: Mapping[str, Callable[[Fields], dict[str, Any]]] = MappingProxyType(
    {
        "text": _text,
        "image": lambda fields: _media(Kind.IMAGE, fields),
        "voice": _voice,
        "video": lambda fields: _media(Kind.VIDEO, fields),
        "shortvideo": lambda fields: _media(Kind.VIDEO, fields),
        "location": _location,
        "link": _link,
    }
)
"""By MsgType."""
