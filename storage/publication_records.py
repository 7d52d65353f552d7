"""What the office stands for in public: clarifications (正面通告) and leaders' reception days (领导接待日)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

_SHANGHAI = ZoneInfo("Asia/Shanghai")
FOR_EVER = datetime(9999, 1, 1, tzinfo=UTC)


class PublicationKind(StrEnum):
    CLARIFICATION = "clarification"
    RECEPTION = "reception"

    @property
    def label(self) -> str:
        return "正面通告" if self is PublicationKind.CLARIFICATION else "领导接待日"


class PublicationState(StrEnum):
    """draft ─▶ published ─▶ withdrawn; a draft is withdrawn as well. Past its last day it is shown no more."""

    DRAFT = "draft"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"

    @property
    def label(self) -> str:
        return _LABELS[self]


_LABELS: Mapping[PublicationState, str] = {
    PublicationState.DRAFT: "待审批",
    PublicationState.PUBLISHED: "已公布",
    PublicationState.WITHDRAWN: "已撤下",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Clarification:
    """What is said in town, and what is so. ``day``: of the answer; ``until``: its last day, None: it has none."""

    question: str
    answer: str
    source: str
    day: date
    until: date | None = None

    @property
    def title(self) -> str:
        return self.question

    @property
    def shown_until(self) -> datetime:
        return FOR_EVER if self.until is None else _end_of(self.until)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reception:
    """A leader receives residents. ``places``: how many; a place is booked from ``opens_at`` until ``closes_at``."""

    leader: str
    post: str
    matters: str
    place: str
    day: date
    begins: time
    ends: time
    places: int
    opens_at: datetime
    closes_at: datetime

    @property
    def title(self) -> str:
        return f"{self.day.month}月{self.day.day}日 {self.post}{self.leader}接待"

    @property
    def shown_until(self) -> datetime:
        return _end_of(self.day)

    @property
    def begins_at(self) -> datetime:
        return datetime.combine(self.day, self.begins, _SHANGHAI)


def _end_of(day: date) -> datetime:
    return datetime.combine(day + timedelta(days=1), time(), _SHANGHAI).astimezone(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """One of them. ``authors``: the ids of all who wrote on it, who cannot approve it. ``unit``: where it was written.

    ``version`` grows with every change, a booking too. ``seats``: those of a reception day that are taken.
    ``change``: how a published reception day is to be, once somebody else approves it too.
    """

    id: str
    kind: PublicationKind
    state: PublicationState
    content: Clarification | Reception = field(repr=False)
    authors: tuple[str, ...]
    author_name: str = field(repr=False)
    unit: str
    created_at: datetime
    version: int = 1
    approver_name: str = field(default="", repr=False)
    approved_at: datetime | None = None
    withdrawn_at: datetime | None = None
    reason: str = field(default="", repr=False)
    seats: tuple[int, ...] = ()
    change: Reception | None = field(default=None, repr=False)
    change_reason: str = field(default="", repr=False)

    @property
    def reception(self) -> Reception:
        """Raises TypeError where it is none."""
        if not isinstance(self.content, Reception):
            raise TypeError(self.kind)
        return self.content

    @property
    def clarification(self) -> Clarification:
        """Raises TypeError where it is none."""
        if not isinstance(self.content, Clarification):
            raise TypeError(self.kind)
        return self.content

    @property
    def free(self) -> int:
        """How many places of a reception day are left."""
        return max(0, self.reception.places - len(self.seats))

    def shown(self, now: datetime) -> bool:
        """Whether it stands in public at ``now``."""
        return self.state is PublicationState.PUBLISHED and now < self.content.shown_until


class BookingState(StrEnum):
    """What became of a booked place."""

    BOOKED = "booked"
    CAME = "came"
    MISSED = "missed"
    CANCELLED = "cancelled"

    @property
    def label(self) -> str:
        return _BOOKING_LABELS[self]


_BOOKING_LABELS: Mapping[BookingState, str] = {
    BookingState.BOOKED: "已预约",
    BookingState.CAME: "已到",
    BookingState.MISSED: "未到",
    BookingState.CANCELLED: "已取消",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Booking:
    """A place at a reception day. ``seat``: its number in the list, from 1. ``conversation_id`` None: booked by hand.

    ``reminded``: the day (ISO) its person was reminded of, "" none yet. ``erased``: who it was is not kept any more.
    """

    id: str
    reception_id: str
    day: date
    seat: int
    state: BookingState = BookingState.BOOKED
    name: str = field(default="", repr=False)
    phone: str = field(default="", repr=False)
    matter: str = field(default="", repr=False)
    case_number: str = ""
    conversation_id: str | None = None
    booked_by: str = field(default="", repr=False)
    created_at: datetime
    reminded: str = ""
    erased: bool = False
