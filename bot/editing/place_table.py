"""The list of places (地名表) as a table: what ``places import`` reads and ``places export`` writes."""

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from bot.access.cells import first_rows
from bot.tables import Row, TableRefused, read_table
from dialogs.nlu.gazetteer import Named
from storage.places import MOST_PLACES, Place

COLUMNS: Mapping[str, Sequence[str]] = MappingProxyType(
    {
        "district": ("区县", "区县市", "县区", "地区"),
        "street": ("街道或镇", "街道", "乡镇", "镇街", "镇"),
        "name": ("地名", "社区", "小区", "村", "道路", "名称"),
    }
)
HEADINGS: Sequence[str] = tuple(words[0] for words in COLUMNS.values())
_SHORTEST, _LONGEST = 2, 30
_LEVELS = 3


def places_in(content: bytes) -> list[Place]:
    """The places of a CSV or XLSX file.

    Raises:
        TableRefused: naming every row that is wrong, and how.
    """
    rows = read_table(content, COLUMNS, COLUMNS)
    if len(rows) > MOST_PLACES:
        raise TableRefused([f"地名太多：最多 {MOST_PLACES} 个"])
    first = first_rows(rows, _whole)
    problems = [f"第 {row.number} 行：{each}" for row in rows for each in _problems(row, first)]
    if problems:
        raise TableRefused(problems)
    return [Place(**row.cells) for row in rows]


def rows_of(places: Iterable[Place]) -> list[list[str]]:
    """The rows to write, under ``HEADINGS``."""
    return [[each.district, each.street, each.name] for each in places]


def areas_of(places: Iterable[Place]) -> Mapping[str, Any]:
    """As ``gazetteer.yml`` has them: names under the area they lie in."""
    areas: dict[str, Any] = {}
    for place in places:
        within = areas
        for name in (place.district, place.street, place.name):
            if name:
                within = within.setdefault(name, {})
    return areas


def places_of(named: Iterable[Named]) -> list[Place]:
    """The places of a list that was written by hand; areas that hold others stand in the rows of those.

    Raises:
        TableRefused: one of them lies too deep for the table.
    """
    every = list(named)
    deep = next((each for each in every if len(each.within) >= _LEVELS), None)
    if deep is not None:
        raise TableRefused([f"地名表里“{deep.full}”的层级超过三级（区县、街道或镇、地名），不能导出成表格"])
    above = {each.within for each in every}
    return [_place((*each.within, each.name)) for each in every if (*each.within, each.name) not in above]


def _place(names: tuple[str, ...]) -> Place:
    """Under a district alone there is no telling a street without estates from an estate without a street."""
    district, *below = names
    street, name = below if len(below) > 1 else ("", *below) if below else ("", "")
    return Place(district=district, street=street, name=name)


def _problems(row: Row, first: Mapping[str, int]) -> list[str]:
    found = []
    if not row.cells["district"]:
        found.append("区县没有填")
    if not row.cells["street"] and not row.cells["name"]:
        found.append("街道或镇、地名至少填一个")
    for name, cell in row.cells.items():
        if cell and not _is_name(cell):
            found.append(f"{COLUMNS[name][0]}“{cell[:_LONGEST]}”应为 {_SHORTEST} 到 {_LONGEST} 个字，一格只写一个")
    if first[_whole(row)] != row.number:
        found.append(f"“{_whole(row).replace('/', '')}”和第 {first[_whole(row)]} 行重复")
    return found


def _is_name(cell: str) -> bool:
    return _SHORTEST <= len(cell) <= _LONGEST and not any(mark in cell for mark in "、；;，,|/\n")


def _whole(row: Row) -> str:
    return "/".join(row.cells[name] for name in COLUMNS)
