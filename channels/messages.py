"""The words all packages share: what a person sent, what we send, what became of it.

Values only: frozen, keyword-only, datetimes aware and UTC. No platform's name for a thing appears here.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where one person is reached: an account of ours on a channel, and their identity there.

    ``sender`` is what the platform calls the person (openid, uid, phone number). It is personal data: it is
    never logged and never stored in clear (``storage.personal_data`` makes a pseudonym of it).
    """

    channel: str
    account: str
    sender: str = field(repr=False)


class Kind(StrEnum):
    """What sort of message a person sent."""

    TEXT = "text"
    IMAGE = "image"
    VOICE = "voice"
    VIDEO = "video"
    LOCATION = "location"
    LINK = "link"
    FILE = "file"
    EVENT = "event"
    UNKNOWN = "unknown"


class EventName(StrEnum):
    """Things a person or the platform did that are not messages."""

    SUBSCRIBED = "subscribed"
    """``details``: "broadcasts" is "wanted" where it is mass messages alone that they (again) want."""
    UNSUBSCRIBED = "unsubscribed"
    SCANNED = "scanned"
    MENU_CLICKED = "menu_clicked"
    MENU_VIEWED = "menu_viewed"
    POSITION_REPORTED = "position_reported"
    CONSENT_CHANGED = "consent_changed"
    OPTED_OUT = "opted_out"
    """They want no mass messages any more; they stay, may write, and are answered."""
    MENTIONED = "mentioned"
    """We were named in public. ``key``: the post's or comment's id; ``details``: "kind" (status, comment), "by"
    (push, poll), and "status", the post of a comment. It is never understood, only answered by an invitation."""
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Media:
    """A picture, voice, video or file, still lying at the platform."""

    id: str
    url: str = ""
    format: str = ""
    thumbnail_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Location:
    """A point the person sent: degrees (GCJ-02 from Chinese platforms) and the platform's label."""

    latitude: float
    longitude: float
    label: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A shared web page."""

    title: str
    url: str
    description: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """An event with its key (menu key, scene of a QR code) and what else came with it, narrowed to strings.

    A scan or subscription by a code of ours tells in ``details`` where the code hangs: "place", and "district".
    """

    name: EventName
    key: str = ""
    details: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """What an inbound message allows us to send unasked: ``messages`` free ones until ``until``.

    WeChat: 5 within 48 h of a message, 3 within a minute of a menu click, a subscription or a scan.
    ``None`` for ``messages`` means no count, only the window.
    """

    messages: int | None
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Inbound:
    """One thing a person sent, verified and narrowed.

    ``message_id`` is the channel's own key for "the same message again"; it is unique together with the
    address. ``payload`` is set where the person tapped a button of ours: it needs no understanding.
    ``reply_until`` ends the time in which the platform may repeat the call and take a passive reply
    (WeChat: 16 s after the first delivery); ``None``: this channel knows no passive reply.
    """

    address: Address
    message_id: str
    kind: Kind
    sent_at: datetime
    received_at: datetime
    text: str = field(default="", repr=False)
    payload: str = ""
    media: Media | None = None
    location: Location | None = field(default=None, repr=False)
    link: Link | None = field(default=None, repr=False)
    event: Event | None = None
    grant: Grant | None = None
    reply_until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MessagePart:
    """One part of a message that travels in several (a long text message), to be kept until the others are there.

    ``inbound``: as of a message of its own, with this part's text; half a surrogate pair may stand at either end.
    ``number``: from 1, of ``total``. ``reference``: the sender's own for the whole; it comes again after some time.
    """

    inbound: Inbound
    reference: str
    number: int
    total: int


class Via(StrEnum):
    """The way by which an outgoing message travels."""

    PASSIVE = "passive"
    CUSTOMER_SERVICE = "customer_service"
    TEMPLATE = "template"
    SUBSCRIBE = "subscribe"
    SMS = "sms"
    PUBLIC = "public"
    """For everybody to read: only ``PUBLIC_INVITATION`` goes this way."""
    DIRECT = "direct"
    MASS = "mass"
    """One call for many people (``channels.base.SendsToMany``): only notices to many go this way."""


PUBLIC_INVITATION = "public_invitation"
"""``Outbound.notice`` of the one fixed text that may be said in public; ``fields`` hold "kind", "key" and "status"."""


class Purpose(StrEnum):
    """Why something is sent; opt-out, quiet hours and the choice of the way depend on it."""

    REPLY = "reply"
    CASE_NOTICE = "case_notice"
    BROADCAST = "broadcast"
    CODE = "code"
    """A code that the person asked for just now: never held, and counted by itself."""
    ALARM = "alarm"
    """To staff, of their work: whoever sends it minds the hours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outbound:
    """One message to one person by one way. ``id`` is ours (the outbox entry's).

    ``notice`` and ``fields`` serve the ways that carry no free text: ``notice`` names the kind ("progress"),
    ``fields`` hold the facts ("number", "state", "title", "time", "note"), which the channel maps onto the
    template that its settings name. ``buttons`` are (title, payload) pairs to tap, where the channel knows such
    a thing; the text alone must always say what to answer.
    """

    id: str
    address: Address
    via: Via
    text: str = field(repr=False)
    buttons: tuple[tuple[str, str], ...] = ()
    notice: str = ""
    fields: Mapping[str, str] = field(default_factory=dict, repr=False)
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """The platform took the message. ``provider_id`` is its own number for it, where it gives one."""

    provider_id: str = ""


class ReceiptState(StrEnum):
    """What a platform reports later of something we sent."""

    DELIVERED = "delivered"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """A delivery report: about ``provider_id`` (theirs) or ``message_id`` (ours, ``Outbound.id``)."""

    channel: str
    account: str
    state: ReceiptState
    at: datetime
    provider_id: str = ""
    message_id: str = ""
    reason: str = ""
