"""What a unit has to do with a case: its part, how far it is, and by which day where staff named one."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from storage.clocks import Light, alarm_of, light_of


class AssignmentState(StrEnum):
    """How far a unit is with its part. ``excused``: its part turned out not to be needed."""

    OPEN = "open"
    ANSWERED = "answered"
    RETURNED = "returned"
    EXCUSED = "excused"

    @property
    def label(self) -> str:
        return _ASSIGNMENT_LABELS[self]


_ASSIGNMENT_LABELS: Mapping[AssignmentState, str] = MappingProxyType(
    {
        AssignmentState.OPEN: "办理中",
        AssignmentState.ANSWERED: "已回复",
        AssignmentState.RETURNED: "已退回",
        AssignmentState.EXCUSED: "免于办理",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """A unit that handles the case: ``lead`` 主办, else 协办.

    ``unit`` is its name at the time; ``unit_id`` its code, "" where the name is none of the units kept. ``opinion`` is
    its 拟办意见, ``answer`` what it would have the filer told. ``done_at``: it answered, returned it or was excused.
    ``due_at``: the end of a day that staff named for it, None where the case's own limits are all; its light is yellow
    from ``warns_at`` on. ``told_at``: when staff were last told of that light.
    """

    unit: str
    at: datetime
    lead: bool = True
    note: str = field(default="", repr=False)
    unit_id: str = ""
    state: AssignmentState = AssignmentState.OPEN
    opinion: str = field(default="", repr=False)
    answer: str = field(default="", repr=False)
    done_at: datetime | None = None
    due_at: datetime | None = None
    warns_at: datetime | None = None
    told_at: datetime | None = None

    @property
    def runs(self) -> bool:
        """Whether the unit still has to answer by a day of its own."""
        return self.due_at is not None and self.state is AssignmentState.OPEN

    @property
    def alarm_at(self) -> datetime | None:
        """As a clock's."""
        if not self.runs or self.due_at is None:
            return None
        return alarm_of(self.warns_at or self.due_at, self.due_at, self.told_at)

    def light(self, now: datetime) -> Light | None:
        """How its own date stands; None where there is none, or nothing is left to do."""
        if not self.runs or self.due_at is None:
            return None
        return light_of(self.warns_at or self.due_at, self.due_at, now)
