"""Feasts, vacations and the months of the lunar calendar, as days."""

import re
from collections.abc import Callable
from datetime import date, timedelta

from borax.calendars.lunardate import LunarDate

from dialogs.nlu.spans import Grain, Span, number, said_year, without_year

_BEFORE_DAYS, _AFTER_DAYS = 7, 14
_UNDATED_SEASONS = {"开春": (3, 1), "入夏": (6, 1), "入秋": (9, 1), "入冬": (11, 1)}
_OLDEST, _LATEST = 1901, 2099
"""Years the lunar tables hold."""


def lunar(said: str, today: date) -> Span:
    rest = without_year(said)
    month = 12 if rest.startswith("腊月") else 1
    day = number(re.sub(r"^(?:腊月|正月)(?:里|底|初(?![一二三四五六七八九十]))?初?", "", rest))
    stated = said_year(said, today)
    if stated:
        return _lunar_days(stated, month, day)
    # The twelfth month of a lunar year falls into the next year: in January the last one is two numbers back.
    spans = (_lunar_days(today.year - back, month, day) for back in range(3))
    return next(span for span in spans if span.first <= today)


def _lunar_days(year: int, month: int, day: int) -> Span:
    if day:
        on = _solar(year, month, day)
        return Span(on, on, Grain.DAY)
    first = _solar(year, month, 1)
    following = _solar(year + 1, 1, 1) if month == 12 else _solar(year, month + 1, 1)  # noqa: PLR2004 - the last month
    return Span(first, following - timedelta(days=1), Grain.MONTH)


def _solar(year: int, month: int, day: int) -> date:
    if not _OLDEST <= year <= _LATEST:
        raise ValueError(year)
    solar: date = LunarDate(year, month, day).to_solar_date()
    return solar


def feast(said: str, today: date) -> Span | None:
    rest = without_year(said)
    undated = next((word for word in _UNDATED_SEASONS if rest.startswith(word)), "")
    if undated:
        month, day = _UNDATED_SEASONS[undated]
        year = today.year if date(today.year, month, day) <= today else today.year - 1
        return Span(date(year, month, day), date(year, month, day) + timedelta(days=30), Grain.SEASON)
    name, on = next(((word, on) for word, on in _FEASTS if rest.startswith(word)), ("", None))
    if on is None:
        return None
    stated = said_year(said, today)
    first, last = on(stated or today.year, rest)
    if stated is None and first > today:
        first, last = on(today.year - 1, rest)
    return _beside(rest.removeprefix(name).removeprefix("节"), first, last)


def _beside(after: str, first: date, last: date) -> Span:
    """Before, after or around the feast, its eve, or the feast itself."""
    if re.match(r"前一[天晚]", after):
        return Span(first - timedelta(days=1), first - timedelta(days=1), Grain.DAY)
    if after.startswith("前后"):
        return Span(first - timedelta(days=_BEFORE_DAYS), last + timedelta(days=_BEFORE_DAYS), Grain.ABOUT)
    if re.match(r"(?:之|以)?前", after):
        return Span(first - timedelta(days=_BEFORE_DAYS), first - timedelta(days=1), Grain.ABOUT)
    if re.match(r"(?:之|以|过)?后|完年", after):
        return Span(first, last + timedelta(days=_AFTER_DAYS), Grain.ABOUT)
    if (last - first).days > 20:  # noqa: PLR2004 - a vacation
        return Span(first, last, Grain.SEASON)
    if re.search(r"期间|假|里", after) and first == last:
        last = first + timedelta(days=6)
    return Span(first, last, Grain.DAY if first == last else Grain.DAYS)


def _on(month: int, day: int, length: int = 1) -> Callable[[int, str], tuple[date, date]]:
    def days(year: int, _said: str) -> tuple[date, date]:
        first = date(year, month, day)
        return first, first + timedelta(days=length - 1)

    return days


def _on_lunar(month: int, day: int) -> Callable[[int, str], tuple[date, date]]:
    def days(year: int, _said: str) -> tuple[date, date]:
        # The twelfth month of a lunar year falls into the next year of the calendar.
        on = _solar(year - 1 if month == 12 else year, month, day)  # noqa: PLR2004
        return on, on

    return days


def _first_days(year: int, said: str) -> tuple[date, date]:
    """大年初三: the third day of the first month."""
    on = _solar(year, 1, number(said[3:4]) or 1)
    return on, on


def _eve(year: int, _said: str) -> tuple[date, date]:
    eve = _solar(year, 1, 1) - timedelta(days=1)
    return eve, eve


_FEASTS = (
    ("大年三", _eve),
    ("大年初", _first_days),
    ("年三十", _eve),
    ("除夕", _eve),
    ("春节", _on_lunar(1, 1)),
    ("过年", _on_lunar(1, 1)),
    ("过", _on_lunar(1, 1)),
    ("大年", _on_lunar(1, 1)),
    ("元旦", _on(1, 1)),
    ("元宵", _on_lunar(1, 15)),
    ("清明", _on(4, 5)),
    ("五一", _on(5, 1, 5)),
    ("劳动节", _on(5, 1, 5)),
    ("端午", _on_lunar(5, 5)),
    ("中秋", _on_lunar(8, 15)),
    ("八月十五", _on_lunar(8, 15)),
    ("国庆", _on(10, 1, 7)),
    ("十一", _on(10, 1, 7)),
    ("重阳", _on_lunar(9, 9)),
    ("腊八", _on_lunar(12, 8)),
    ("小年", _on_lunar(12, 23)),
    ("暑假", _on(7, 1, 62)),
    ("寒假", _on(1, 15, 35)),
    ("开学", _on(9, 1, 5)),
)
