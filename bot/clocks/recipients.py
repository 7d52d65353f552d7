"""Who is told of a light: the people of the units that work on the case, and the supervisors over them."""

from collections.abc import Iterable, Sequence

from storage.light_changes import LightChange
from storage.staff import Member, Role
from storage.units import UnitTree

_DESK = Role.OPERATOR


def told_of(change: LightChange, members: Iterable[Member], tree: UnitTree) -> Sequence[Member]:
    """Give those of ``members`` who are told. Of an accusation the discipline role alone (信访工作条例 2022 §30)."""
    return [member for member in members if _is_told(change, member, tree)]


def _is_told(change: LightChange, member: Member, tree: UnitTree) -> bool:
    if change.accusation:
        return Role.DISCIPLINE in member.roles
    if Role.SUPERVISOR in member.roles and _watches(member, change, tree):
        return True
    if not change.units:
        # Nobody works on it yet: it is the desk's to accept and to assign.
        return _DESK in member.roles and _is_root(member.unit, tree)
    works = Role.HANDLER in member.roles or _DESK in member.roles
    return works and member.unit in change.units


def _watches(member: Member, change: LightChange, tree: UnitTree) -> bool:
    return _is_root(member.unit, tree) or any(tree.within(unit, member.unit) for unit in change.units)


def _is_root(code: str, tree: UnitTree) -> bool:
    unit = tree.get(code)
    return unit is not None and unit.parent is None
