"""Several matters told in one breath, each so that it stands by itself."""

import re
from collections.abc import Sequence

from dialogs.nlu.categories import Categories
from dialogs.nlu.places import find_place, unnamed_in
from dialogs.nlu.splitting import split_matters

_ELSEWHERE = re.compile(r"校|园|医院|市场|商场|超市|站|店|银行|厂|公司|政府|路|街|桥")
"""What lies at no estate: 学校门口 is not at house 3."""


def matters_in(text: str, categories: Categories) -> Sequence[str]:
    """The matters of a text, in order; empty where it tells one alone."""
    parts = split_matters(text, categories)
    return _with_place(parts) if parts else ()


def _with_place(parts: Sequence[str]) -> Sequence[str]:
    """Where only the first part names the estate or the village, 小区门口 in another is there too."""
    first = find_place(parts[0])
    if not first or not first.exact:
        return tuple(parts)
    return tuple(_placed(part, first.value) for part in parts)


def _placed(part: str, place: str) -> str:
    kind, found = unnamed_in(part), find_place(part)
    if not kind or _ELSEWHERE.search(kind) or (found and found.exact):
        return part
    return f"{place}{part.removeprefix(kind) if place.endswith(kind) else part}"
