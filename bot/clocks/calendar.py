"""The official calendar: which days are worked, exchanged workdays (调休) included, and the office's hours.

The State Council announces each year's exchanges late in the year before. For a year that is not announced yet
the statutory holidays are reckoned (全国年节及纪念日放假办法 §2, as revised in 2024) and no day is exchanged: such
a year is ``provisional``, and clocks that reach into it are reckoned again once the office has the real days, from a
newer ``chinesecalendar`` or from its own settings (``[calendar]``).
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import chinese_calendar
from borax.calendars.lunardate import LunarDate, TermUtils

SHANGHAI = ZoneInfo("Asia/Shanghai")
_DAY = timedelta(days=1)
_SATURDAY = 5
_FIXED = ((1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3))
_LUNAR = ((1, 1), (1, 2), (1, 3), (5, 5), (8, 15))
_YEARS_KEPT = 64
_EDITION = 16
_ANNOUNCED_IN = 11
"""November: the arrangement for the next year."""

Hours = Sequence[tuple[time, time]]
"""The spans of a working day, in order: from, to."""
OFFICE_HOURS: Hours = ((time(8, 30), time(12, 0)), (time(13, 30), time(17, 30)))


class WorkCalendar:
    """``exchanged`` are days that the office knows better: True a workday, False a day off."""

    def __init__(self, *, exchanged: Mapping[date, bool] | None = None, hours: Hours = OFFICE_HOURS) -> None:
        self._exchanged = dict(exchanged or {})
        self._hours = tuple(hours)

    def is_workday(self, day: date) -> bool:
        """Whether the office works on ``day``."""
        known = self._exchanged.get(day)
        if known is not None:
            return known
        if day.year not in _announced():
            return day.weekday() < _SATURDAY and day not in statutory_holidays(day.year)
        return bool(chinese_calendar.is_workday(day))

    def provisional(self, year: int) -> bool:
        """Whether the year's exchanged workdays are not known yet."""
        return year not in _announced() and not any(each.year == year for each in self._exchanged)

    def unknown_year(self, today: date) -> int | None:
        """The first provisional year of this one and, once the State Council will have announced it, the next."""
        years = (today.year, *([today.year + 1] if today.month >= _ANNOUNCED_IN else []))
        return next((year for year in years if self.provisional(year)), None)

    @property
    def edition(self) -> str:
        """Another one where other days are known: clocks that were reckoned by another are to be set anew."""
        own = (f"{day.isoformat()}{'+' if worked else '-'}" for day, worked in sorted(self._exchanged.items()))
        known = (f"{min(_announced())}-{max(_announced())}", *own)
        return hashlib.sha256(" ".join(known).encode()).hexdigest()[:_EDITION]

    def workday_from(self, day: date) -> date:
        """Give ``day``, or the next workday where it is none."""
        while not self.is_workday(day):
            day += _DAY
        return day

    def spans(self, since: datetime) -> Iterator[tuple[datetime, datetime]]:
        """The office's hours from ``since`` on, for ever, as moments in UTC."""
        day = since.astimezone(SHANGHAI).date()
        while True:
            if self.is_workday(day):
                for begin, end in self._hours:
                    opens, shuts = (datetime.combine(day, at, SHANGHAI).astimezone(UTC) for at in (begin, end))
                    if shuts > since:
                        yield max(opens, since), shuts
            day += _DAY

    def is_open(self, moment: datetime) -> bool:
        """Whether ``moment`` lies in the office's hours."""
        begin, _ = next(self.spans(moment))
        return begin == moment


@lru_cache(maxsize=1)
def _announced() -> frozenset[int]:
    """The years whose exchanged workdays are known."""
    return frozenset(each.year for each in chinese_calendar.holidays)


@lru_cache(maxsize=_YEARS_KEPT)
def statutory_holidays(year: int) -> frozenset[date]:
    """The thirteen statutory holidays of a year, without exchanged days."""
    fixed = [date(year, month, day) for month, day in _FIXED]
    lunar = [LunarDate(year, month, day).to_solar_date() for month, day in _LUNAR]
    spring = LunarDate(year, 1, 1).to_solar_date()
    qingming = date(year, 4, TermUtils.day_start_from_term(year, "清明").day)
    return frozenset({*fixed, *lunar, spring - _DAY, qingming})


def local_day(moment: datetime) -> date:
    return moment.astimezone(SHANGHAI).date()


def end_of(day: date) -> datetime:
    """The last second of ``day``: a limit in days ends at midnight (民法典 §203)."""
    return datetime.combine(day, time(23, 59, 59), SHANGHAI).astimezone(UTC)
