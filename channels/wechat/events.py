"""The events a person or the platform causes, as our words: one table, one row an event."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from channels.messages import Event, EventName
from channels.wechat.scenes import place_of
from channels.wechat.wire import Fields, branch, branches, leaf

_SCENE_PREFIX = "qrscene_"
_MOST_CONSENTS = 20

Reader = Callable[[Fields], Event]


@dataclass(frozen=True, slots=True, kw_only=True)
class EventRule:
    """``answerable``: the platform shows a passive reply. ``grants``: it allows free messages for a minute."""

    read: Reader
    answerable: bool = False
    grants: bool = False


def _details(**found: str) -> Mapping[str, str]:
    return {name: value for name, value in found.items() if value}


def _subscribed(fields: Fields) -> Event:
    scene = leaf(fields, "EventKey").removeprefix(_SCENE_PREFIX)
    details = _details(ticket=leaf(fields, "Ticket"), **place_of(scene))
    return Event(name=EventName.SUBSCRIBED, key=scene, details=details)


def _unsubscribed(_: Fields) -> Event:
    return Event(name=EventName.UNSUBSCRIBED)


def _scanned(fields: Fields) -> Event:
    scene = leaf(fields, "EventKey")
    details = _details(ticket=leaf(fields, "Ticket"), **place_of(scene))
    return Event(name=EventName.SCANNED, key=scene, details=details)


def _clicked(fields: Fields) -> Event:
    scan = branch(fields, "ScanCodeInfo")
    details = _details(scan_type=leaf(scan, "ScanType"), scan_result=leaf(scan, "ScanResult"))
    return Event(name=EventName.MENU_CLICKED, key=leaf(fields, "EventKey"), details=details)


def _viewed(fields: Fields) -> Event:
    details = _details(menu_id=leaf(fields, "MenuId"))
    return Event(name=EventName.MENU_VIEWED, key=leaf(fields, "EventKey"), details=details)


def _position(fields: Fields) -> Event:
    return Event(name=EventName.POSITION_REPORTED, details=_details(precision=leaf(fields, "Precision")))


def _consents(fields: Fields) -> Event:
    """``details``: template id to accept or reject."""
    entries = subscription_entries(fields)[:_MOST_CONSENTS]
    details = {leaf(entry, "TemplateId"): leaf(entry, "SubscribeStatusString") for entry in entries}
    return Event(name=EventName.CONSENT_CHANGED, details=details)


def _other(fields: Fields) -> Event:
    details = _details(name=leaf(fields, "Event"))
    return Event(name=EventName.OTHER, key=leaf(fields, "EventKey"), details=details)


def subscription_entries(fields: Fields) -> list[Fields]:
    """The entries of a subscribe_msg_* event: one or several, wrapped (XML) or not (JSON)."""
    wrapped = [
        entry
        for name in ("SubscribeMsgPopupEvent", "SubscribeMsgChangeEvent", "SubscribeMsgSentEvent")
        for entry in branches(branch(fields, name), "List")
    ]
    return wrapped or list(branches(fields, "List"))


_MENU_ACTION = EventRule(read=_other, answerable=True)
_OTHER = EventRule(read=_other)

RULES: Mapping[str, EventRule] = MappingProxyType(
    {
        "subscribe": EventRule(read=_subscribed, answerable=True, grants=True),
        "unsubscribe": EventRule(read=_unsubscribed),
        "scan": EventRule(read=_scanned, answerable=True, grants=True),
        "click": EventRule(read=_clicked, answerable=True, grants=True),
        "scancode_push": EventRule(read=_clicked, answerable=True, grants=True),
        "scancode_waitmsg": EventRule(read=_clicked, answerable=True, grants=True),
        "view": EventRule(read=_viewed),
        "view_miniprogram": EventRule(read=_viewed),
        # The app reports it on its own, at entering or every 5 s: nobody spoke.
        "location": EventRule(read=_position),
        # What was picked follows as a message of its own.
        "pic_sysphoto": _MENU_ACTION,
        "pic_photo_or_album": _MENU_ACTION,
        "pic_weixin": _MENU_ACTION,
        "location_select": _MENU_ACTION,
        "subscribe_msg_popup_event": EventRule(read=_consents),
        "subscribe_msg_change_event": EventRule(read=_consents),
    }
)
"""By the event's name in lower case."""


def rule_for(fields: Fields) -> EventRule:
    return RULES.get(leaf(fields, "Event").lower(), _OTHER)
