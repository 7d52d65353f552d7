"""An inbound message as plain JSON and back: the form in which it is sealed.

Empty values are left out; a key that this version does not know is passed over, so that a newer process and
an older one can share a store during an upgrade.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from channels.messages import Address, Event, EventName, Grant, Inbound, Kind, Link, Location, Media

Json = dict[str, Any]


def address_to_json(address: Address) -> Json:
    return {"channel": address.channel, "account": address.account, "sender": address.sender}


def address_from_json(value: Mapping[str, Any]) -> Address:
    return Address(channel=value["channel"], account=value["account"], sender=value["sender"])


def inbound_to_json(message: Inbound) -> Json:
    kept = {
        "text": message.text,
        "payload": message.payload,
        "media": message.media and _media(message.media),
        "location": message.location and _location(message.location),
        "link": message.link and _link(message.link),
        "event": message.event and _event(message.event),
        "grant": message.grant and _grant(message.grant),
        "reply_until": message.reply_until and message.reply_until.isoformat(),
    }
    return {
        "address": address_to_json(message.address),
        "message_id": message.message_id,
        "kind": message.kind.value,
        "sent_at": message.sent_at.isoformat(),
        "received_at": message.received_at.isoformat(),
        **{key: value for key, value in kept.items() if value},
    }


def inbound_from_json(value: Mapping[str, Any]) -> Inbound:
    return Inbound(
        address=address_from_json(value["address"]),
        message_id=value["message_id"],
        kind=Kind(value["kind"]),
        sent_at=datetime.fromisoformat(value["sent_at"]),
        received_at=datetime.fromisoformat(value["received_at"]),
        text=value.get("text", ""),
        payload=value.get("payload", ""),
        media=_as(_media_from, value.get("media")),
        location=_as(_location_from, value.get("location")),
        link=_as(_link_from, value.get("link")),
        event=_as(_event_from, value.get("event")),
        grant=_as(_grant_from, value.get("grant")),
        reply_until=_as(datetime.fromisoformat, value.get("reply_until")),
    )


def _as(read: Any, value: Any) -> Any:
    return None if value is None else read(value)


def _media(media: Media) -> Json:
    return {"id": media.id, "url": media.url, "format": media.format, "thumbnail_id": media.thumbnail_id}


def _media_from(value: Mapping[str, Any]) -> Media:
    return Media(id=value["id"], url=value["url"], format=value["format"], thumbnail_id=value["thumbnail_id"])


def _location(location: Location) -> Json:
    return {"latitude": location.latitude, "longitude": location.longitude, "label": location.label}


def _location_from(value: Mapping[str, Any]) -> Location:
    return Location(latitude=value["latitude"], longitude=value["longitude"], label=value["label"])


def _link(link: Link) -> Json:
    return {"title": link.title, "url": link.url, "description": link.description}


def _link_from(value: Mapping[str, Any]) -> Link:
    return Link(title=value["title"], url=value["url"], description=value["description"])


def _event(event: Event) -> Json:
    return {"name": event.name.value, "key": event.key, "details": dict(event.details)}


def _event_from(value: Mapping[str, Any]) -> Event:
    return Event(name=EventName(value["name"]), key=value["key"], details=value["details"])


def _grant(grant: Grant) -> Json:
    return {"messages": grant.messages, "until": grant.until.isoformat()}


def _grant_from(value: Mapping[str, Any]) -> Grant:
    return Grant(messages=value["messages"], until=datetime.fromisoformat(value["until"]))
