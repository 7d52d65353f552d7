"""The case: the values it is made of. Its states and the moves between them are in ``storage.case_states``."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType

from storage.aftercare import CONTENT_FROM, Survey, Visit
from storage.assignments import Assignment, AssignmentState
from storage.case_states import LABELS, MOVES, CaseState, lawful_moves
from storage.clocks import CaseClock

__all__ = [
    "CASE_TYPES",
    "LABELS",
    "MOVES",
    "Actor",
    "ActorKind",
    "Assignment",
    "AssignmentState",
    "Case",
    "CaseAttachment",
    "CaseFilter",
    "CaseState",
    "EntryKind",
    "Filer",
    "Source",
    "TimelineEntry",
    "lawful_moves",
]

CASE_TYPES = ("咨询", "求助", "投诉", "举报", "建议", "表扬")


class ActorKind(StrEnum):
    RESIDENT = "resident"
    STAFF = "staff"
    BOT = "bot"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who did something. ``name`` is a person's or an API token's; it is kept sealed.

    ``once``: the key of the one form that they sent; "" where nothing is sent twice. An entry is made of it once.
    """

    kind: ActorKind
    name: str = field(default="", repr=False)
    once: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseAttachment:
    """A picture, voice message or file of the case, by the message that brought it."""

    message_id: str = field(repr=False)
    kind: str
    media_id: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Filer:
    """Who filed. ``conversation_id`` is None where the case came from another system or the counter.

    ``on_behalf_of``: whom the case concerns, in the filer's words, where that is not the filer.
    """

    conversation_id: str | None = None
    name: str = field(default="", repr=False)
    phone: str = field(default="", repr=False)
    id_number: str = field(default="", repr=False)
    address: str = field(default="", repr=False)
    on_behalf_of: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where the case came in: a channel and account of ours ("api" for another system), and by which messages."""

    channel: str
    account: str = ""
    message_ids: tuple[str, ...] = field(default=(), repr=False)


_STANDS_STILL = frozenset({CaseState.NEEDS_INFO, CaseState.ANSWERED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One petition.

    ``version`` guards every change, ``last_seq`` is the number of its newest timeline entry. ``since`` is the
    filer's own word for when it happened, ``happened_from`` to ``happened_to`` are the days it means.
    ``followers`` are conversations told of every public step. ``satisfaction`` runs from 1 (very dissatisfied) to 5.
    ``received_at``: the day on which a letter came that was taken down later, from which its clocks count.
    ``desk`` is the code of the unit that registered it, "" for the office itself. ``links_taken_back`` counts how often
    all links to the resident's page were made void. ``reopened`` counts how often it was handled again (二次办理).
    ``survey``: that the filer was asked to grade the end; ``visit``: the newest follow-up visit (回访).
    ``merged_into``: the number of the case with which it is handled (并案), None where it goes its own way.
    ``erased``: nothing tells any more who filed it. ``asks``: what was asked and not settled yet (``case_waits``).
    """

    number: str
    title: str = field(repr=False)
    content: str = field(repr=False)
    created_at: datetime
    updated_at: datetime
    source: Source
    filer: Filer = field(default_factory=Filer)
    version: int = 1
    last_seq: int = 1
    state: CaseState = CaseState.SUBMITTED
    type: str = "求助"
    category: str = ""
    district: str = ""
    urgency: str = "normal"
    place: str = field(default="", repr=False)
    latitude: float | None = field(default=None, repr=False)
    longitude: float | None = field(default=None, repr=False)
    since: str = field(default="", repr=False)
    received_at: datetime | None = None
    happened_from: date | None = field(default=None, repr=False)
    happened_to: date | None = field(default=None, repr=False)
    anonymous: bool = False
    confidential: bool = False
    accusation: bool = False
    reply_wanted: bool = True
    attachments: tuple[CaseAttachment, ...] = ()
    followers: tuple[str, ...] = ()
    assignments: tuple[Assignment, ...] = ()
    satisfaction: int | None = None
    desk: str = ""
    links_taken_back: int = 0
    clocks: tuple[CaseClock, ...] = ()
    reopened: int = 0
    survey: Survey | None = None
    visit: Visit | None = None
    merged_into: str | None = None
    erased: bool = False
    asks: tuple[str, ...] = ()

    @property
    def visit_due(self) -> datetime | None:
        """From when on an operator should call: nobody graded the end in time, or the filer is not content."""
        visited = self.visit is not None and self.visit.reached and self.visit.handling == self.reopened
        if self.state is not CaseState.CLOSED or visited:
            return None
        if self.satisfaction is None:
            return self.survey.until if self.survey else self.updated_at
        return self.updated_at if self.satisfaction < CONTENT_FROM else None

    @property
    def units(self) -> tuple[str, ...]:
        """The codes of the units that may see it: the desk that has it, and those that work on it."""
        working = (each.unit_id for each in self.assignments if each.state is not AssignmentState.RETURNED)
        return tuple(dict.fromkeys(code for code in (self.desk, *working) if code))

    @property
    def leads(self) -> tuple[Assignment, ...]:
        """The assignments that lead (主办), without what was returned."""
        return tuple(each for each in self.assignments if each.lead and each.state is not AssignmentState.RETURNED)

    @property
    def assists(self) -> tuple[Assignment, ...]:
        """Those that assist (协办), without what was returned."""
        return tuple(each for each in self.assignments if not each.lead and each.state is not AssignmentState.RETURNED)

    @property
    def next_clock(self) -> CaseClock | None:
        """Of the clocks that run, the one that is due first; None where none runs."""
        running = [each for each in self.clocks if each.stopped_at is None and each.due_at is not None]
        return min(running, key=lambda each: each.due_at or each.started_at, default=None)

    @property
    def dated(self) -> tuple[Assignment, ...]:
        """The assignments whose own date runs: none while the filer is asked, nor once the case is answered."""
        stands = self.state in _STANDS_STILL or not self.state.is_open
        return () if stands else tuple(each for each in self.assignments if each.unit_id and each.runs)

    @property
    def alarm_at(self) -> datetime | None:
        """Past which moment staff are to be told of one of its lights."""
        alarms = [*(each.alarm_at for each in self.clocks), *(each.alarm_at for each in self.dated)]
        return min((at for at in alarms if at), default=None)


class EntryKind(StrEnum):
    """``added`` are the filer's words, ``noted`` the staff's; from ``units`` on what an office does besides."""

    FILED = "filed"
    MOVED = "moved"
    ADDED = "added"
    NOTED = "noted"
    RATED = "rated"
    UNITS = "units"
    OPINION = "opinion"
    DRAFTED = "drafted"
    RETURNED = "returned"
    INSTRUCTED = "instructed"
    PRESSED = "pressed"
    PRESS_ANSWERED = "press_answered"
    EXTENSION_ASKED = "extension_asked"
    EXTENSION_REFUSED = "extension_refused"
    EXTENDED = "extended"
    CORRECTED = "corrected"
    MERGED = "merged"
    VISITED = "visited"
    LIGHT = "light"
    RECKONED = "reckoned"
    ERASED = "erased"

    @property
    def label(self) -> str:
        return _KIND_LABELS[self]


_KIND_LABELS: Mapping[EntryKind, str] = MappingProxyType(
    {
        EntryKind.FILED: "登记",
        EntryKind.MOVED: "流转",
        EntryKind.ADDED: "来信人补充",
        EntryKind.NOTED: "记录",
        EntryKind.RATED: "来信人评价",
        EntryKind.UNITS: "承办单位调整",
        EntryKind.OPINION: "拟办意见",
        EntryKind.DRAFTED: "拟答复",
        EntryKind.RETURNED: "退回改派",
        EntryKind.INSTRUCTED: "领导批示",
        EntryKind.PRESSED: "督办",
        EntryKind.PRESS_ANSWERED: "督办反馈",
        EntryKind.EXTENSION_ASKED: "申请延期",
        EntryKind.EXTENSION_REFUSED: "延期没有批准",
        EntryKind.EXTENDED: "延期",
        EntryKind.CORRECTED: "更正",
        EntryKind.MERGED: "并案",
        EntryKind.VISITED: "回访",
        EntryKind.LIGHT: "亮灯",
        EntryKind.RECKONED: "期限重算",
        EntryKind.ERASED: "个人信息删除",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelineEntry:
    """One thing that happened to a case; never changed or removed.

    The repository sets ``case_number``, ``seq``, ``from_state`` and ``to_state``; what the caller puts there
    does not count.
    """

    at: datetime
    actor: Actor
    kind: EntryKind
    case_number: str = ""
    seq: int = 0
    from_state: CaseState | None = None
    to_state: CaseState | None = None
    note: str = field(default="", repr=False)
    public: bool = False
    attachments: tuple[CaseAttachment, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFilter:
    """Which cases to list; what is None does not narrow.

    ``phone``: the filer's, however it is written. ``query``: a case number, or how it begins; the title and
    the content are sealed and cannot be searched. ``created_after`` is inclusive, ``created_before`` is
    not. ``units``: at one of these, desk or handling. ``due_before``, ``warned_before``: with a running clock that is
    due, or begins to warn, before then. ``open`` False: those where nothing is left to do. ``visit_before``: whose
    filer should be called by then (回访). ``own_dates_of``: the day that staff named for this unit counts beside the
    clocks. ``numbers``: some of these. ``waits``: for this (``case_waits.Wait``).
    """

    state: CaseState | None = None
    channel: str | None = None
    district: str | None = None
    type: str | None = None
    category: str | None = None
    phone: str | None = field(default=None, repr=False)
    created_after: datetime | None = None
    created_before: datetime | None = None
    query: str | None = None
    units: frozenset[str] | None = None
    due_before: datetime | None = None
    warned_before: datetime | None = None
    own_dates_of: str | None = None
    open: bool | None = None
    urgency: str | None = None
    accusation: bool | None = None
    visit_before: datetime | None = None
    numbers: tuple[str, ...] | None = None
    waits: str | None = None
