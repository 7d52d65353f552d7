"""What an open case waits for besides its next move: kept in plain words, so that desks find it by an index."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from enum import StrEnum
from types import MappingProxyType

from storage.case_states import CaseState
from storage.cases import Assignment, AssignmentState, Case, EntryKind


class Wait(StrEnum):
    """``returned``: to be assigned anew. ``ready``: an answer to be reviewed. ``rework``: an answer to be made again.

    ``extension``: that one is granted or refused. ``press``: that the unit answers a press (督办).
    """

    RETURNED = "returned"
    READY = "ready"
    REWORK = "rework"
    EXTENSION = "extension"
    PRESS = "press"

    @property
    def label(self) -> str:
        return _LABELS[self]


_LABELS: Mapping[Wait, str] = MappingProxyType(
    {
        Wait.RETURNED: "退回要重新转办",
        Wait.READY: "拟答复待审核",
        Wait.REWORK: "要修改或重新办理",
        Wait.EXTENSION: "延期待审批",
        Wait.PRESS: "督办待回复",
    }
)
_ASKED: Mapping[EntryKind, Wait] = MappingProxyType(
    {EntryKind.EXTENSION_ASKED: Wait.EXTENSION, EntryKind.PRESSED: Wait.PRESS}
)
_SETTLED: Mapping[EntryKind, Wait] = MappingProxyType(
    {
        EntryKind.EXTENDED: Wait.EXTENSION,
        EntryKind.EXTENSION_REFUSED: Wait.EXTENSION,
        EntryKind.PRESS_ANSWERED: Wait.PRESS,
    }
)
_WORKED_ON = frozenset({CaseState.ASSIGNED, CaseState.IN_PROGRESS})


def waits_of(case: Case) -> tuple[Wait, ...]:
    """Of a case that is not open, nothing waits."""
    if not case.state.is_open:
        return ()
    leads = [each.state for each in case.assignments if each.lead]
    working = [each for each in case.assignments if each.state is not AssignmentState.RETURNED]
    returned = bool(leads) and all(state is AssignmentState.RETURNED for state in leads)
    ready = bool(working) and all(each.state is not AssignmentState.OPEN for each in working)
    rework = any(each.state is AssignmentState.OPEN and each.answer for each in working)
    holds = {
        Wait.RETURNED: returned,
        Wait.READY: ready and not returned and case.state in _WORKED_ON,
        Wait.REWORK: rework,
        **{wait: wait.value in case.asks for wait in (Wait.EXTENSION, Wait.PRESS)},
    }
    return tuple(wait for wait, there in holds.items() if there)


def asks_after(asks: Sequence[str], kind: EntryKind) -> tuple[str, ...]:
    """What was asked and not settled yet, once an entry of ``kind`` is in the timeline."""
    left = {each for each in asks if _SETTLED.get(kind) != each}
    return tuple(sorted(left | {each.value for each in (_ASKED.get(kind),) if each}))


def asks_of_kinds() -> frozenset[EntryKind]:
    """The kinds of entries that ask for something, or settle it."""
    return frozenset({*_ASKED, *_SETTLED})


def worked_again(assignments: Sequence[Assignment]) -> tuple[Assignment, ...]:
    """The units that answered have to answer anew (二次办理); the day by which they had to is over."""
    return tuple(_again(each) if each.state is AssignmentState.ANSWERED else each for each in assignments)


def _again(answered: Assignment) -> Assignment:
    return replace(answered, state=AssignmentState.OPEN, done_at=None, due_at=None, warns_at=None, told_at=None)
