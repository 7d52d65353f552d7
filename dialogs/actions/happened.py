"""When it happened: the person's own words, and the days they meant when they were written."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from dialogs.nlu.spans import Grain
from dialogs.nlu.times import find_since, read_time

_LONG_AGO = 60
"""Days; what is counted further back is told by its month."""


def happened_in(text: str, before: Mapping[str, Any] | None, *, now: datetime) -> Mapping[str, Any] | None:
    """The first time that a text names, in plain JSON; words read before keep the days they meant then."""
    words = find_since(text)
    if before and before["words"] == words:
        return before
    moment = read_time(text, now=now)
    if not words:
        return None
    if moment is None or moment.text != words:
        return {"words": words}
    days = {"first": moment.first.isoformat(), "last": moment.last.isoformat()}
    return {"words": words, **days, "grain": moment.grain.value}


def shown(happened: Mapping[str, Any] | None, *, today: date) -> str:
    """``上周三晚上（11月18日）``; the words alone where nobody knows the days, "" where no time is told."""
    if not happened:
        return ""
    words = str(happened["words"])
    if "first" not in happened:
        return words
    first, last = (date.fromisoformat(happened[name]) for name in ("first", "last"))
    days = _days(first, last, Grain(happened["grain"]), today)
    return words if days.strip("约") in words else f"{words}（{days}）"


def _days(first: date, last: date, grain: Grain, today: date) -> str:
    if grain is Grain.YEAR:
        return f"{first.year}年"
    if grain is Grain.ABOUT and first == last:
        long_ago = (today - first).days > _LONG_AGO
        return f"约{first.year}年{first.month}月" if long_ago else f"约{_day(first, today)}"
    if first == last:
        return _day(first, today)
    if grain in {Grain.MONTH, Grain.SEASON}:
        begins = f"{first.year}年{first.month}月"
        same = (first.year, first.month) == (last.year, last.month)
        return begins if same else f"{begins}至{last.year}年{last.month}月"
    return f"{_day(first, today)}至{_day(last, today)}"


def _day(day: date, today: date) -> str:
    year = "" if day.year == today.year else f"{day.year}年"
    return f"{year}{day.month}月{day.day}日"
