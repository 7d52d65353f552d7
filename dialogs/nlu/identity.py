"""Resident identity numbers: found by form, believed by their check digit."""

import re
from dataclasses import dataclass, field

from stdnum.cn import ric

_FORM = re.compile(r"(?<![0-9A-Za-z])\d{17}[\dXx](?![0-9A-Za-z])")


@dataclass(frozen=True, slots=True, kw_only=True)
class IdNumber:
    value: str = field(repr=False)
    start: int
    end: int


def find_id_number(text: str) -> IdNumber | None:
    """The first valid identity number."""
    for match in _FORM.finditer(text):
        if ric.is_valid(match.group()):
            return IdNumber(value=match.group().upper(), start=match.start(), end=match.end())
    return None


def mask_id_number(value: str) -> str:
    return f"{value[:4]}{'*' * max(len(value) - 8, 0)}{value[-4:]}"
