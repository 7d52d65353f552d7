"""The units as a table: what ``units import`` reads and ``units export`` writes."""

import re
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType

from bot.tables import Row, TableRefused, read_table
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
_PARTED = re.compile(r"[\n；;|、]")
_YES = frozenset({"", "是", "在用", "启用", "1", "true", "yes"})
_NO = frozenset({"否", "停用", "0", "false", "no"})
_LONGEST_NAME = 40


def units_in(content: bytes) -> list[Unit]:
    """The units of a CSV or XLSX file.

    Raises:
        TableRefused: naming every row that is wrong, and how.
    """
    problems: list[str] = []
    units = []
    for row in read_table(content, COLUMNS, _NEEDED):
        wrong = _problems(row)
        problems += [f"第 {row.number} 行：{each}" for each in wrong]
        if not wrong:
            units.append(_unit(row))
    if problems:
        raise TableRefused(problems)
    return units


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


def _problems(row: Row) -> list[str]:
    cells, found = row.cells, []
    if not _CODE.fullmatch(cells["id"]):
        found.append(f"单位代码“{cells['id']}”应为字母、数字、点、横线或下划线，最多 32 个")
    if not cells["name"] or len(cells["name"]) > _LONGEST_NAME:
        found.append(f"单位名称要填，最多 {_LONGEST_NAME} 个字")
    if cells.get("active", "").lower() not in _YES | _NO:
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
        districts=_several(cells.get("districts", "")),
        categories=_several(cells.get("categories", "")),
        active=cells.get("active", "").lower() in _YES,
    )


def _several(cell: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(part.strip() for part in _PARTED.split(cell) if part.strip()))
