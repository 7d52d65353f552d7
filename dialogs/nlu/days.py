"""The days that an expression of time means, counted from a day in China."""

import calendar
import re
from collections.abc import Callable, Mapping
from datetime import date, timedelta

from dialogs.nlu.feasts import feast, lunar
from dialogs.nlu.spans import Grain, Span, number, said_year, without_year

_THIRDS = {"初": (1, 10), "上旬": (1, 10), "中旬": (11, 20), "下旬": (21, 31), "底": (21, 31), "末": (21, 31)}
_SEASONS = {"春": (3, 5), "夏": (6, 8), "秋": (9, 11)}
_WEEKDAYS = {c: n for n, c in enumerate("一二三四五六日")} | {"天": 6}
_EARLIEST = 1949
"""What is said of earlier years is history, no case."""


def resolve(kind: str, said: str, today: date) -> Span | None:
    """The days of an expression of a kind that ``times`` tells apart; None where the words are no date."""
    try:
        span = _RESOLVERS[kind](said, today)
    except (ValueError, OverflowError):
        return None
    return span if span and span.first.year >= _EARLIEST else None


def _iso(said: str, _today: date) -> Span:
    day = date(*(int(part) for part in re.split(r"[-./]", said)))
    return Span(day, day, Grain.DAY)


def _dotted(said: str, today: date) -> Span:
    month, day = said[:-1].split(".")
    return _dated(None, int(month), f"{day}号", today)


def _date(said: str, today: date) -> Span:
    month, _, rest = without_year(said).partition("月")
    return _dated(said_year(said, today), number(month), rest.removeprefix("份"), today)


def _dated(year: int | None, month: int, rest: str, today: date) -> Span:
    """The month, its third, or its day; the last one there was where no year is said."""
    first = _in_month(year or today.year, month, rest)
    return first if year or first.first <= today else _in_month(today.year - 1, month, rest)


def _in_month(year: int, month: int, rest: str) -> Span:
    length = calendar.monthrange(year, month)[1]
    if rest in _THIRDS:
        start, end = _THIRDS[rest]
        return Span(date(year, month, start), date(year, month, min(end, length)), Grain.DAYS)
    if rest:
        day = date(year, month, number(rest.rstrip("日号")))
        return Span(day, day, Grain.DAY)
    return Span(date(year, month, 1), date(year, month, length), Grain.MONTH)


def _month(said: str, today: date) -> Span:
    head, _, rest = said.partition("月")
    back = 2 if head.startswith("上上") else 1 if head.startswith("上") else 0
    months = today.year * 12 + today.month - 1 - back
    return _in_month(months // 12, months % 12 + 1, rest)


def _week(said: str, today: date) -> Span:
    monday = today - timedelta(days=today.weekday())
    back = 2 if said.startswith("上上") else 1 if said.startswith("上") else 0
    named = said[0] in "上这本"
    monday -= timedelta(weeks=back)
    if said.endswith("末"):
        return Span(monday + timedelta(days=5), monday + timedelta(days=6), Grain.DAYS)
    if said[-1] not in _WEEKDAYS:
        return Span(monday, monday + timedelta(days=6), Grain.DAYS)
    day = monday + timedelta(days=_WEEKDAYS[said[-1]])
    day -= timedelta(weeks=1) if not named and day > today else timedelta()
    return Span(day, day, Grain.DAY)


def _day(said: str, today: date) -> Span:
    back = 3 if said.startswith("大前") else 2 if said[0] == "前" else 0 if said[0] == "今" else 1
    day = today - timedelta(days=back)
    return Span(day, day, Grain.DAY)


def _year_span(said: str, today: date) -> Span | None:
    year = said_year(said, today)
    rest = without_year(said) if year is not None else said
    year = today.year if year is None else year
    season = next((c for c in "春夏秋冬" if c in rest), "")
    if season == "冬":
        return Span(date(year, 12, 1), date(year + 1, 2, calendar.monthrange(year + 1, 2)[1]), Grain.SEASON)
    if season:
        first, last = _SEASONS[season]
        return Span(date(year, first, 1), _in_month(year, last, "").last, Grain.SEASON)
    halves = {"上半年": (1, 6), "下半年": (7, 12), "初": (1, 2), "底": (12, 12), "末": (12, 12)}
    for word, (first, last) in halves.items():
        if word in rest:
            year -= 1 if rest == said and date(year, first, 1) > today else 0
            return Span(date(year, first, 1), _in_month(year, last, "").last, Grain.DAYS)
    return Span(date(year, 1, 1), date(year, 12, 31), Grain.YEAR)


def _counted(said: str, today: date) -> Span | None:
    parts = re.search(
        r"(?P<n>\d{1,3}|[一二两三四五六七八九十百半几数好]{1,5})个?(?:多|来)?(?P<unit>分钟|小时|钟头|个?小时|个?钟头|天|日|个?星期|个?礼拜|周|个?多?月|年)",
        said,
    )
    if not parts:
        return None
    first = _back(today, parts["n"], parts["unit"].lstrip("个多"))
    ago = said.endswith("前")
    if parts["unit"].endswith(("分钟", "时", "头")):
        return Span(first, first, Grain.HOUR if ago else Grain.ABOUT)
    exact = ago and not parts["unit"].endswith(("月", "年"))
    return Span(first, first, Grain.DAY if exact else Grain.ABOUT)


def _back(today: date, said: str, unit: str) -> date:
    half = said == "半"
    count = number(said.removeprefix("好") or said)
    if unit.endswith("年"):
        return _months_back(today, 6 if half else 12 * count)
    if unit.endswith("月"):
        return today - timedelta(days=15) if half else _months_back(today, count)
    days = {"天": 1, "日": 1, "星期": 7, "礼拜": 7, "周": 7}.get(unit, 0)
    return today - timedelta(days=days * (0 if half else count))


def _months_back(today: date, count: int) -> date:
    months = today.year * 12 + today.month - 1 - count
    year, month = months // 12, months % 12 + 1
    return date(year, month, min(today.day, calendar.monthrange(year, month)[1]))


_RESOLVERS: Mapping[str, Callable[[str, date], Span | None]] = {
    "iso": _iso,
    "lunar": lunar,
    "date": _date,
    "dotted": _dotted,
    "feast": feast,
    "year": _year_span,
    "month": _month,
    "week": _week,
    "day": _day,
    "span": _counted,
}
