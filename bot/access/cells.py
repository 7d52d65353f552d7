"""What the cells of an office's own tables mean: a list in one cell, yes or no, rows that share a code."""

import re
from collections.abc import Callable, Iterable, Mapping

from bot.tables import Row

_PARTED = re.compile(r"[\n；;|、]")
_YES = frozenset({"", "是", "在用", "启用", "在岗", "1", "true", "yes"})
_NO = frozenset({"否", "停用", "不在岗", "0", "false", "no"})


def several(cell: str) -> tuple[str, ...]:
    """The parts of a cell that holds a list; each once."""
    return tuple(dict.fromkeys(part.strip() for part in _PARTED.split(cell) if part.strip()))


def yes(cell: str) -> bool | None:
    """What is left empty is a yes; None: it is neither."""
    word = cell.lower()
    return True if word in _YES else False if word in _NO else None


def first_rows(rows: Iterable[Row], code: Callable[[Row], str]) -> Mapping[str, int]:
    """The row in which each code stands first."""
    first: dict[str, int] = {}
    for row in rows:
        first.setdefault(code(row), row.number)
    return first
