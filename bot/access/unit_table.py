"""The units as a table: what ``units import`` reads and ``units export`` writes."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType

from bot.access.cells import first_rows, several, yes
from bot.access.members import By
from bot.tables import Row, TableRefused, read_table
from storage.audit import AuditLine
from storage.units import Unit

COLUMNS: Mapping[str, Sequence[str]] = MappingProxyType(
    {
        "id": ("单位代码", "代码", "编码"),
        "name": ("单位名称", "名称", "单位"),
        "parent": ("上级代码", "上级", "上级单位"),
        "level": ("级别", "层级"),
        "phone": ("电话", "办公电话", "对外电话"),
        "districts": ("负责区县", "区县", "地区"),
        "categories": ("负责类别", "类别"),
        "active": ("在用", "启用"),
    }
)
_NEEDED = ("id", "name")
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,31}")
_LONGEST_NAME = 40
LEVELS = ("市", "县区", "镇街", "社区", "部门")


def imported(units: Sequence[Unit], *, by: By, at: datetime) -> AuditLine:
    """What the audit log says of a table that was taken."""
    return AuditLine(at=at, actor=by.id, name=by.name, action="units.imported", details={"count": len(units)})


def units_in(content: bytes, known: Iterable[str] | None = None) -> list[Unit]:
    """The units of a CSV or XLSX file; ``known``: the codes of those that are there already, None: not asked.

    Raises:
        TableRefused: naming every row that is wrong, and how.
    """
    rows = list(read_table(content, COLUMNS, _NEEDED))
    first = first_rows(rows, lambda row: row.cells["id"])
    codes = None if known is None else {*first, *known}
    problems = [f"第 {row.number} 行：{each}" for row in rows for each in _problems(row, first, codes)]
    if problems:
        raise TableRefused(problems)
    return [_unit(row) for row in rows]


def rows_of(units: Iterable[Unit]) -> list[list[str]]:
    """The rows to write, under ``HEADINGS``."""
    return [
        [
            unit.id,
            unit.name,
            unit.parent or "",
            unit.level,
            unit.phone,
            "；".join(unit.districts),
            "；".join(unit.categories),
            "是" if unit.active else "否",
        ]
        for unit in units
    ]


HEADINGS: Sequence[str] = tuple(words[0] for words in COLUMNS.values())


def unknown_categories(units: Iterable[Unit], categories: Iterable[str]) -> list[str]:
    """What the units answer for and no case is filed under: by these they are never proposed.

    ``categories``: "first/second", as cases are filed. An office whose own model names others may mean them.
    """
    there = {part for each in categories for part in (each, *each.split("/"))}
    return [
        f"{unit.name}（{unit.id}）的负责类别“{each}”不在诉求类别里，不会按它推荐这个单位"
        for unit in units
        for each in unit.categories
        if each not in there
    ]


def unknown_levels(units: Iterable[Unit]) -> list[str]:
    """Levels that are none of the usual: probably written wrong, or in another column. They are shown as they stand."""
    usual = "、".join(LEVELS)
    return [
        f"{unit.name}（{unit.id}）的级别“{unit.level}”不是常用的（{usual}），照写的显示"
        for unit in units
        if unit.level and unit.level not in LEVELS
    ]


def _problems(row: Row, first: Mapping[str, int], codes: Collection[str] | None) -> list[str]:
    """``first``: the row in which each code stands first; ``codes``: all that will be there, None: not asked."""
    cells, found = row.cells, []
    if not cells["id"]:
        found.append("单位代码没有填")
    elif first[cells["id"]] != row.number:
        found.append(f"单位代码“{cells['id']}”和第 {first[cells['id']]} 行重复")
    elif not _CODE.fullmatch(cells["id"]):
        found.append(f"单位代码“{cells['id']}”应为字母、数字、点、横线或下划线，最多 32 个")
    if not cells["name"] or len(cells["name"]) > _LONGEST_NAME:
        found.append(f"单位名称要填，最多 {_LONGEST_NAME} 个字")
    if codes is not None and cells.get("parent") and cells["parent"] not in codes:
        found.append(f"没有代码为“{cells['parent']}”的上级单位：表里没有，系统里也没有")
    if yes(cells.get("active", "")) is None:
        found.append(f"“在用”应填 是 或 否，不是“{cells['active']}”")
    return found


def _unit(row: Row) -> Unit:
    cells = row.cells
    return Unit(
        id=cells["id"],
        name=cells["name"],
        parent=cells.get("parent") or None,
        level=cells.get("level", ""),
        phone=cells.get("phone", ""),
        districts=several(cells.get("districts", "")),
        categories=several(cells.get("categories", "")),
        active=bool(yes(cells.get("active", ""))),
    )
