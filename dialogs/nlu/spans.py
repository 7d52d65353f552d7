"""A span of days, how finely it was said, and the numbers and years that expressions of time are made of."""

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Grain(StrEnum):
    """How finely it was said."""

    HOUR = "hour"
    PART = "part"
    """Morning, evening."""
    DAY = "day"
    DAYS = "days"
    MONTH = "month"
    SEASON = "season"
    YEAR = "year"
    ABOUT = "about"
    """Counted back (三个月了), or near a feast (春节前)."""


@dataclass(frozen=True, slots=True)
class Span:
    first: date
    last: date
    grain: Grain


_FIGURES = {c: n for n, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_FEW, _TEENS, _TENS = 3, 15, 30
_OR_SO = re.compile("[一二两三四五六七八](?=[二三四五六七八九])")
"""The lesser figure of 五六天, 十七八个 and 三四十."""


def number(said: str) -> int:
    """The number that is said, 几 as a few, the greater of 五六; 0 for none."""
    if said.isdigit():
        return int(said)
    said = _OR_SO.sub("", said)
    if "几" in said or "数" in said or said == "好":
        return _TEENS if said.startswith("十") else _TENS if said.endswith("十") else _FEW
    hundreds, found, rest = said.partition("百")
    total = (_FIGURES.get(hundreds, 1) * 100) if found else 0
    rest = rest if found else said
    tens, ten, ones = rest.partition("十")
    return total + (_FIGURES.get(tens, 1) * 10 if ten else 0) + _FIGURES.get(ones if ten else rest.lstrip("零"), 0)


def said_year(said: str, today: date) -> int | None:
    for word, back in (("大前年", 3), ("前年", 2), ("去年", 1), ("旧年", 1), ("今年", 0), ("当年", 0)):
        if word in said:
            return today.year - back
    stated = re.match(r"(\d{4}|\d\d|[一二][〇零一二三四五六七八九]{3})年", said)
    if not stated:
        return None
    digits = "".join(c if c.isdigit() else str(_FIGURES[c]) for c in stated[1])
    return int(digits) + (2000 if len(digits) == 2 else 0)  # noqa: PLR2004 - 24年


def without_year(said: str) -> str:
    return re.sub(r"^(?:(?:\d{4}|\d\d|[一二][〇零一二三四五六七八九]{3})年|大?前年|去年|今年|当年|旧年)的?", "", said)
