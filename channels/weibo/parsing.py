"""A push as an ``Inbound``: every type, every event, unknown ones kept as unknown."""

import hashlib
import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

from channels.errors import Malformed
from channels.messages import Address, Event, EventName, Grant, Inbound, Kind, Location, Media
from channels.weibo.wire import Fields, as_json, inner, number, sent_at, short, words

ANSWERABLE_FOR = timedelta(seconds=16)
"""Three deliveries of 5 s each, and a second."""
WINDOW = timedelta(hours=48)
_DIGEST = 32


def read_inbound(fields: Fields, *, account: str, received_at: datetime) -> Inbound:
    """One message, event or mention.

    Raises:
        Malformed: where nobody sent it, or nothing says what it is.
    """
    kind, sender = short(fields, "type").lower(), number(fields, "sender_id")
    if not kind or not sender:
        raise Malformed("no type or no sender_id")
    common: dict[str, Any] = {
        "address": Address(channel="weibo", account=account, sender=sender),
        "sent_at": sent_at(fields, received_at),
        "received_at": received_at,
    }
    if kind == "event":
        return _event(fields, common)
    if kind == "mention":
        return _mention(fields, common)
    return Inbound(
        **common,
        **_READERS.get(kind, _unknown)(fields),
        message_id=_key(fields),
        grant=_window(received_at),
        reply_until=received_at + ANSWERABLE_FOR,
    )


def _key(fields: Fields) -> str:
    """There is no message id: the time, the type, and a digest of all that was said stand for it.

    The sender is part of the store's key anyway. ``data`` counts, so that two pictures of one second are two.
    """
    said = json.dumps([fields.get("text", ""), inner(fields, "data")], sort_keys=True)
    made = "\n".join([words(fields, "created_at"), short(fields, "type").lower(), said])
    return "digest:" + hashlib.sha256(made.encode("utf-8", "surrogatepass")).hexdigest()[:_DIGEST]


def _window(received_at: datetime, messages: int | None = None) -> Grant:
    return Grant(messages=messages, until=received_at + WINDOW)


def mention_id(kind: str, key: str) -> str:
    """One key for one mention, pushed or read: it is answered once."""
    return f"mention:{kind}:{key}"


def _mention(fields: Fields, common: Mapping[str, Any]) -> Inbound:
    data, received_at = inner(fields, "data"), common["received_at"]
    kind = "comment" if short(data, "subtype") == "comment" else "status"
    key = number(data, "key")
    return Inbound(
        **common,
        message_id=mention_id(kind, key) if key else _key(fields),
        kind=Kind.EVENT,
        text=words(fields, "text"),
        event=Event(name=EventName.MENTIONED, key=key, details={"kind": kind, "by": "push"}),
        grant=_window(received_at, 1),
        reply_until=received_at + ANSWERABLE_FOR,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rule:
    """What an event means, and whether a message may follow it; ``details``: what else it says of itself."""

    name: EventName
    grants: bool = False
    details: Mapping[str, str] = field(default_factory=dict)


_EVENTS: Mapping[str, _Rule] = MappingProxyType(
    {
        "follow": _Rule(name=EventName.SUBSCRIBED, grants=True),
        "subscribe": _Rule(name=EventName.SUBSCRIBED, grants=True, details={"broadcasts": "wanted"}),
        "scan_follow": _Rule(name=EventName.SUBSCRIBED, grants=True),
        "unfollow": _Rule(name=EventName.UNSUBSCRIBED),
        # Whoever takes no mass messages any more still follows us, and still may write.
        "unsubscribe": _Rule(name=EventName.OPTED_OUT),
        "scan": _Rule(name=EventName.SCANNED, grants=True),
        "click": _Rule(name=EventName.MENU_CLICKED, grants=True),
        "view": _Rule(name=EventName.MENU_VIEWED),
    }
)
_OTHER = _Rule(name=EventName.OTHER)


def _event(fields: Fields, common: Mapping[str, Any]) -> Inbound:
    data, received_at = inner(fields, "data"), common["received_at"]
    subtype = short(data, "subtype").lower()
    rule = _EVENTS.get(subtype, _OTHER)
    given = {name: value for name in ("subtype", "ticket") if (value := short(data, name))}
    return Inbound(
        **common,
        message_id=_key(fields),
        kind=Kind.EVENT,
        event=Event(name=rule.name, key=short(data, "key"), details={**given, **rule.details}),
        grant=_window(received_at) if rule.grants else None,
        reply_until=received_at + ANSWERABLE_FOR if rule.grants else None,
    )


def _text(fields: Fields) -> dict[str, Any]:
    given = fields.get("text")
    if isinstance(given, str):
        # Not stripped: what a resident wrote is kept as it was written.
        return {"kind": Kind.TEXT, "text": words(fields, "text")}
    # No text that anybody wrote: kept for people to read as it came, and answered as what could not be read.
    return {"kind": Kind.UNKNOWN, "text": "" if given is None else as_json(given)}


def _position(fields: Fields) -> dict[str, Any]:
    data = inner(fields, "data")
    latitude, longitude = _degrees(data, "latitude"), _degrees(data, "longitude")
    if not (abs(latitude) <= 90 and abs(longitude) <= 180):  # noqa: PLR2004 - degrees; NaN is never inside
        return _unknown(fields)
    return {"kind": Kind.LOCATION, "location": Location(latitude=latitude, longitude=longitude)}


def _degrees(data: Fields, name: str) -> float:
    found = data.get(name)
    try:
        return float(found) if isinstance(found, str | int | float) and not isinstance(found, bool) else math.nan
    except (ValueError, OverflowError):
        return math.nan


def _media(kind: Kind) -> Callable[[Fields], dict[str, Any]]:
    def read(fields: Fields) -> dict[str, Any]:
        # ``text`` holds a sentence of the platform's ("发了一张图片"), not of the person's.
        name = number(inner(fields, "data"), "tovfid")
        return {"kind": kind, "media": Media(id=name)} if name else _unknown(fields)

    return read


def _unknown(_: Fields) -> dict[str, Any]:
    return {"kind": Kind.UNKNOWN}


_READERS: Mapping[str, Callable[[Fields], dict[str, Any]]] = MappingProxyType(
    {"text": _text, "position": _position, "image": _media(Kind.IMAGE), "voice": _media(Kind.VOICE)}
)
