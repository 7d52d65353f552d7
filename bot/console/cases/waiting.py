"""What a case waits for besides its next move, read from its timeline: said at the top, not to be looked for."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from storage.cases import AssignmentState, Case, EntryKind, TimelineEntry

_ASKED = re.compile(r"申请延长 (\d+) 日：(.*)", re.DOTALL)

_USUAL_DAYS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """None: nothing of the kind. ``days`` and ``why``: what was asked for with ``extension``."""

    press: TimelineEntry | None = None
    instruction: TimelineEntry | None = None
    extension: TimelineEntry | None = None
    returned: TimelineEntry | None = None
    days: int = _USUAL_DAYS
    why: str = field(default="", repr=False)


def waiting_of(case: Case, entries: Sequence[TimelineEntry]) -> Waiting:
    """``entries``: the whole timeline, the oldest first. Of a case that is not open, nothing waits."""
    if not case.state.is_open:
        return Waiting()
    extension = _last(entries, EntryKind.EXTENSION_ASKED, done=(EntryKind.EXTENDED, EntryKind.EXTENSION_REFUSED))
    asked = _ASKED.fullmatch(extension.note) if extension else None
    leads = [each.state for each in case.assignments if each.lead]
    given_back = bool(leads) and all(state is AssignmentState.RETURNED for state in leads)
    return Waiting(
        press=_last(entries, EntryKind.PRESSED, done=(EntryKind.PRESS_ANSWERED,)),
        instruction=_last(entries, EntryKind.INSTRUCTED),
        extension=extension,
        returned=_last(entries, EntryKind.RETURNED) if given_back else None,
        days=int(asked[1]) if asked else _USUAL_DAYS,
        why=asked[2] if asked else "",
    )


def _last(entries: Sequence[TimelineEntry], kind: EntryKind, *, done: Sequence[EntryKind] = ()) -> TimelineEntry | None:
    """The last entry of ``kind``, unless one that settles it came after."""
    newest = next((each for each in reversed(entries) if each.kind in {kind, *done}), None)
    return newest if newest is not None and newest.kind is kind else None
