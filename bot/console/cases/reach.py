"""Which cases a viewer may know of. What is out of reach does not exist for them."""

from collections.abc import Sequence
from dataclasses import replace

from aiohttp import web

from bot.access.permissions import Permission
from bot.console.routes import Call, Viewer
from storage.cases import Case, CaseFilter
from storage.numbers import normalise
from storage.store import Store


def reaches(viewer: Viewer, case: Case) -> bool:
    """Whether the viewer may see the case: by role, by unit, and accusations by the discipline role alone."""
    if case.accusation:
        # 信访工作条例 2022 §30: no unit, and nobody who might be the one accused, learns of it.
        return viewer.may(Permission.ACCUSATIONS)
    if not viewer.may(Permission.CASES):
        return False
    return is_office(viewer) or any(viewer.sees_unit(code) for code in case.units)


def is_office(viewer: Viewer) -> bool:
    """Whether the viewer sits at the root: the office itself, which sees every case."""
    return viewer.unit.parent is None


def units_seen(viewer: Viewer) -> Sequence[str] | None:
    """The units whose cases the viewer sees; None: all."""
    return None if is_office(viewer) else [unit.id for unit in viewer.tree.below(viewer.unit.id)]


def desk_of(viewer: Viewer) -> str:
    """The desk of a case that the viewer takes down: they, and those above them, see it from then on."""
    return "" if is_office(viewer) else viewer.unit.id


def within_reach(viewer: Viewer, wanted: CaseFilter, *, accusations: bool, unit: str = "") -> CaseFilter:
    """``wanted``, narrowed to what the viewer may see; ``accusations``: those alone.

    ``unit``: only what is at that unit of theirs, or below it; one that is not theirs does not count.
    """
    if accusations:
        return replace(wanted, accusation=True)
    narrowed = replace(wanted, accusation=False, own_dates_of=viewer.unit.id)
    asked = bool(unit) and viewer.sees_unit(unit)
    if is_office(viewer) and not asked:
        return narrowed
    top = unit if asked else viewer.unit.id
    return replace(narrowed, units=frozenset(each.id for each in viewer.tree.below(top)))


async def case_of(store: Store, call: Call) -> Case:
    """The case that the path names.

    Raises:
        HTTPNotFound: there is none, or the viewer may not know of it: both look alike.
    """
    number = normalise(call.path["number"])
    case = None if number is None else await store.cases.get(number)
    if case is None or not reaches(call.viewer, case):
        raise web.HTTPNotFound
    return case


def may_reveal(viewer: Viewer, case: Case) -> bool:
    """Whether name and phone may be shown: of a confidential case to the office alone (civic rule 是否保密)."""
    if not viewer.may(Permission.REVEAL) or not reaches(viewer, case):
        return False
    return is_office(viewer) or not case.confidential
