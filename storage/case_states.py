"""The states of a case and the lawful moves between them.

    submitted ─▶ accepted ─▶ assigned ─▶ in_progress ─▶ answered ─▶ closed
        │ └─▶ refused                                       └─▶ reopened (the filer is not satisfied)
        └─▶ needs_info ─▶ submitted              withdrawn from any open state

This is the process of the office (信访工作条例 2022: §§22-23 registering, accepting, refusing, §34 closing;
二次办理 from the 12345 hotlines), read with practice in ``MOVES``:

* An office that handles a matter itself does not assign it: ``accepted`` goes straight to ``in_progress``,
  or to ``answered`` where the answer is at hand (a question answered on the spot). A unit likewise may
  answer at once.
* Asking back (``needs_info``) stands before acceptance (§22: register, then accept or refuse); the
  filer's answer brings the case back to ``submitted``. Questions while a unit works are notes, not moves.
* ``answered`` is either accepted by the filer (``closed``) or not (``reopened``, 二次办理); a closed case
  may be reopened too. Work then goes on wherever it is needed.
* The filer may withdraw whatever is not yet settled. ``refused`` and ``withdrawn`` are ends: the same matter
  again is a new case.
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class CaseState(StrEnum):
    """Where a case stands. ``label`` is what residents read: at most five characters, as WeChat's templates ask."""

    SUBMITTED = "submitted"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    NEEDS_INFO = "needs_info"
    ASSIGNED = "assigned"
    IN_PROGRESS = "in_progress"
    ANSWERED = "answered"
    CLOSED = "closed"
    REOPENED = "reopened"
    WITHDRAWN = "withdrawn"

    @property
    def label(self) -> str:
        return LABELS[self]

    @property
    def is_open(self) -> bool:
        """Somebody still has to do something: the filer may withdraw it."""
        return CaseState.WITHDRAWN in MOVES[self]


LABELS: Mapping[CaseState, str] = MappingProxyType(
    {
        CaseState.SUBMITTED: "待受理",
        CaseState.ACCEPTED: "已受理",
        CaseState.REFUSED: "不予受理",
        CaseState.NEEDS_INFO: "待补充",
        CaseState.ASSIGNED: "已转办",
        CaseState.IN_PROGRESS: "办理中",
        CaseState.ANSWERED: "已答复",
        CaseState.CLOSED: "已办结",
        CaseState.REOPENED: "重新办理",
        CaseState.WITHDRAWN: "已撤回",
    }
)

MOVES: Mapping[CaseState, tuple[CaseState, ...]] = MappingProxyType(
    {
        CaseState.SUBMITTED: (
            CaseState.ACCEPTED,
            CaseState.REFUSED,
            CaseState.NEEDS_INFO,
            CaseState.WITHDRAWN,
        ),
        CaseState.NEEDS_INFO: (CaseState.SUBMITTED, CaseState.WITHDRAWN),
        CaseState.ACCEPTED: (
            CaseState.ASSIGNED,
            CaseState.IN_PROGRESS,
            CaseState.ANSWERED,
            CaseState.WITHDRAWN,
        ),
        CaseState.ASSIGNED: (CaseState.IN_PROGRESS, CaseState.ANSWERED, CaseState.WITHDRAWN),
        CaseState.IN_PROGRESS: (CaseState.ANSWERED, CaseState.WITHDRAWN),
        CaseState.ANSWERED: (CaseState.CLOSED, CaseState.REOPENED, CaseState.WITHDRAWN),
        CaseState.CLOSED: (CaseState.REOPENED,),
        CaseState.REOPENED: (
            CaseState.ASSIGNED,
            CaseState.IN_PROGRESS,
            CaseState.ANSWERED,
            CaseState.WITHDRAWN,
        ),
        CaseState.REFUSED: (),
        CaseState.WITHDRAWN: (),
    }
)


def lawful_moves(state: CaseState) -> tuple[CaseState, ...]:
    """Where a case in ``state`` may go next; empty at an end."""
    return MOVES[state]
