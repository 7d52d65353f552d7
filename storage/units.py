"""The units (承办单位) as a tree: 市 – 县区 – 镇街 – 社区, and the departments beside them.

A unit sees its own cases and those of what is below it, so every unit carries the path that leads to it.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from storage.audit import Audit, AuditLine
from storage.commit import Change, Committer, Insert, Update
from storage.driver import Database
from storage.errors import StorageError

UNITS = "units"
MOST_UNITS = 5_000
DEEPEST = 8
"""Levels, the root counted: a province's office down to a neighbourhood needs six."""


class WrongTree(StorageError):
    """The units do not make one tree; ``sentence`` names the unit and what is wrong with it."""

    code = "wrong_tree"

    def __init__(self, unit: str, sentence: str) -> None:
        super().__init__(unit)
        self.unit = unit
        self.sentence = sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """One unit.

    ``id`` is a short code of the office's own, never changed. ``parent`` is None for the root. ``phone`` is the unit's
    public one, told to residents. ``districts`` and ``categories`` say what is proposed to it. ``path`` leads from the
    root to the unit, itself included; the repository sets it. A unit that is gone stays, ``active`` False: old cases
    name it.
    """

    id: str
    name: str
    parent: str | None = None
    level: str = ""
    phone: str = ""
    districts: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    active: bool = True
    path: tuple[str, ...] = field(default=())


class UnitTree:
    """All units at one moment, in memory: some thousand at most."""

    def __init__(self, units: Iterable[Unit]) -> None:
        self._units: Mapping[str, Unit] = MappingProxyType({unit.id: unit for unit in units})
        self._by_name = {unit.name: unit for unit in self._units.values()}

    def __iter__(self) -> Iterator[Unit]:
        """In the order of the tree: each unit before what is below it."""
        return iter(sorted(self._units.values(), key=lambda unit: unit.path))

    def __len__(self) -> int:
        return len(self._units)

    def get(self, id: str | None) -> Unit | None:  # noqa: A002 - what it is
        return None if id is None else self._units.get(id)

    def find(self, words: str) -> Unit | None:
        """Give the unit of this code or name."""
        return self._units.get(words.strip()) or self._by_name.get(words.strip())

    def below(self, id: str) -> Sequence[Unit]:  # noqa: A002
        """Give the unit and everything below it."""
        return [unit for unit in self if id in unit.path]

    def within(self, id: str, above: str) -> bool:  # noqa: A002
        """Whether ``id`` is ``above`` or below it."""
        unit = self._units.get(id)
        return unit is not None and above in unit.path


def grown(units: Iterable[Unit]) -> Sequence[Unit]:
    """Give ``units`` with their paths, each after its parent.

    Raises:
        WrongTree: a parent is missing, a circle, several roots, a name or a code twice, too deep, too many.
    """
    wanted: dict[str, Unit] = {}
    names: dict[str, str] = {}
    for unit in units:
        if unit.id in wanted:
            raise WrongTree(unit.id, f"单位代码 {unit.id} 重复")
        if names.setdefault(unit.name, unit.id) != unit.id:
            raise WrongTree(unit.id, f"单位名称“{unit.name}”重复（{names[unit.name]} 和 {unit.id}）")
        wanted[unit.id] = unit
    if len(wanted) > MOST_UNITS:
        raise WrongTree("", f"单位太多：最多 {MOST_UNITS} 个")
    roots = [unit.id for unit in wanted.values() if unit.parent is None]
    if len(roots) > 1:
        raise WrongTree(roots[1], f"只能有一个最上级单位，{'、'.join(roots[:3])} 都没有填上级")
    return sorted((_placed(unit, wanted) for unit in wanted.values()), key=lambda unit: (len(unit.path), unit.path))


def _placed(unit: Unit, wanted: Mapping[str, Unit]) -> Unit:
    path = [unit.id]
    above = unit.parent
    while above is not None:
        if above not in wanted:
            raise WrongTree(unit.id, f"单位 {unit.id} 的上级 {above} 不存在")
        if above in path:
            raise WrongTree(unit.id, f"单位 {unit.id} 的上级关系成了一个圈")
        if len(path) >= DEEPEST:
            raise WrongTree(unit.id, f"单位 {unit.id} 的层级超过 {DEEPEST} 级")
        path.append(above)
        above = wanted[above].parent
    values = {name: getattr(unit, name) for name in Unit.__dataclass_fields__}
    return Unit(**(values | {"path": tuple(reversed(path))}))


class Units:
    """The units that are kept."""

    def __init__(self, database: Database, audit: Audit, committer: Committer) -> None:
        self._units = database[UNITS]
        self._audit = audit
        self._committer = committer

    async def tree(self) -> UnitTree:
        return UnitTree([_unit(each) for each in await self._units.find({}, limit=MOST_UNITS)])

    async def put(self, units: Sequence[Unit], line: AuditLine | None = None) -> int:
        """Keep ``units`` beside those that are there, in place of those of the same code; give how many there are now.

        ``line`` tells of it in the audit log; both are kept, or neither.

        Raises:
            WrongTree: together they are no tree; nothing was changed.
        """
        there = {unit.id: unit for unit in await self.tree()}
        given = {unit.id: unit for unit in units}
        if len(given) < len(units):
            grown(units)  # names the one that is there twice
        tree = grown({**there, **given}.values())
        changes = [_kept(unit, new=unit.id not in there) for unit in tree if there.get(unit.id) != unit]
        if line is None:
            await self._committer.commit(changes)
        else:
            await self._audit.add_with(changes, line, committer=self._committer)
        return len(tree)


def _kept(unit: Unit, *, new: bool) -> Change:
    if new:
        return Insert(collection=UNITS, document={"_id": unit.id, **_document(unit)})
    return Update(collection=UNITS, filter={"_id": unit.id}, update={"$set": _document(unit)})


def _document(unit: Unit) -> dict[str, Any]:
    values = {name: getattr(unit, name) for name in Unit.__dataclass_fields__ if name != "id"}
    return {name: list(value) if isinstance(value, tuple) else value for name, value in values.items()}


def _unit(document: Mapping[str, Any]) -> Unit:
    values = {name: document[name] for name in Unit.__dataclass_fields__ if name in document}
    lists = {name: tuple(value) for name, value in values.items() if isinstance(value, list)}
    return Unit(**(values | lists), id=document["_id"])
