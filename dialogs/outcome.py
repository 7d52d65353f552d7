"""What a turn hears and what it results in. The turn writes nothing: it says what is to be written."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from channels.messages import Address, Inbound


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """One kept message: ``id`` is the store's key of it."""

    id: str
    message: Inbound


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Who speaks. ``first_contact``: nothing was ever said to this conversation before.

    ``room``: the longest answer, in UTF-16 units, where each costs; 0: as long as it takes.
    """

    conversation_id: str
    address: Address
    first_contact: bool
    room: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Button:
    """A choice the person may tap; tapping sends ``title`` (and ``payload`` where the channel carries it)."""

    title: str
    payload: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """One thing said. Several replies of a turn travel as one message wherever the channel allows.

    ``response``: the name of the wording, where it is one.
    """

    text: str = field(repr=False)
    buttons: tuple[Button, ...] = ()
    response: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A picture or voice message of the petition, by the message that brought it."""

    message_id: str
    kind: str
    media_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FileCase:
    """File a petition under a drawn number. ``code`` is the query code in clear; it is kept hashed.

    ``since``: the filer's own words for when it happened; ``happened_from`` to ``happened_to``: the days they mean.
    ``on_behalf_of``: whom the matter concerns, where that is not who files.
    """

    number: str
    code: str = field(repr=False)
    title: str = field(repr=False)
    content: str = field(repr=False)
    place: str = field(default="", repr=False)
    district: str = ""
    latitude: float | None = None
    longitude: float | None = None
    since: str = ""
    happened_from: date | None = None
    happened_to: date | None = None
    type: str = "求助"
    category: str = ""
    name: str = field(default="", repr=False)
    on_behalf_of: str = field(default="", repr=False)
    phone: str = field(default="", repr=False)
    id_number: str = field(default="", repr=False)
    anonymous: bool = False
    confidential: bool = False
    accusation: bool = False
    urgency: str = "normal"
    attachments: tuple[Attachment, ...] = ()
    message_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AddToCase:
    """Add the filer's words or attachments to the timeline of their case."""

    number: str
    text: str = field(default="", repr=False)
    attachments: tuple[Attachment, ...] = ()
    message_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawCase:
    """The filer takes the case back."""

    number: str
    reason: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class RateCase:
    """The filer's satisfaction, 1 (very dissatisfied) to 5 (very satisfied)."""

    number: str
    grade: int
    words: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class CallPerson:
    """A human is wanted. ``reason``: asked, danger, gathering, unsure, media, overdue, erase.

    ``danger`` goes before all else.
    """

    reason: str
    danger: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordConsent:
    """The person agreed to the privacy notice of ``version``; ``sensitive``: to sensitive data as well."""

    version: str
    sensitive: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Unlink:
    """The person left the channel: stop reaching them here; their cases stay."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BookReception:
    """Take place ``seat`` at a leader's reception day. ``phone`` "": the one they text from."""

    reception_id: str
    seat: int
    name: str = field(repr=False)
    phone: str = field(default="", repr=False)
    matter: str = field(default="", repr=False)
    case_number: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelBooking:
    """Give a booked place back."""

    booking_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowTopic:
    """Send them the notices of ``topic`` from now on."""

    topic: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UnfollowTopic:
    """Send them those of ``topic`` no more; "": of none."""

    topic: str = ""


Effect = (
    FileCase
    | AddToCase
    | WithdrawCase
    | RateCase
    | CallPerson
    | RecordConsent
    | Unlink
    | BookReception
    | CancelBooking
    | FollowTopic
    | UnfollowTopic
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """The result of one turn. ``state`` is plain JSON; it comes back as it is at the next turn."""

    state: Mapping[str, Any] = field(repr=False)
    replies: Sequence[Reply] = ()
    effects: Sequence[Effect] = ()
    intent: str = ""
    at: datetime
