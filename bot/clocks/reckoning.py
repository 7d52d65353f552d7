"""When a limit is due.

* 日, 工作日: the day on which it begins does not count (民法典 §201); it ends with the last second of its last day, and
  where that is a day off, of the next workday (§203).
* 小时: by the wall clock, day and night. 工作时: within the office's hours alone.
* While the filer is asked nothing counts. Of days, those after the one on which it paused, up to the one on which it
  went on, are left out.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from bot.clocks.calendar import WorkCalendar, end_of, local_day
from storage.clocks import CaseClock, Limit, Pause, Stage, TimeUnit

_DAY = timedelta(days=1)
_WARNING_SHARE = 0.2


def reckoned(clock: CaseClock, calendar: WorkCalendar, *, warning_share: float = _WARNING_SHARE) -> CaseClock:
    """Give ``clock`` with the moments at which it warns and is due; a paused one has none.

    ``warning_share``: the last part of the limit, 0 to 1, in which its light is yellow; at least one unit of it.
    """
    if clock.paused:
        return replace(clock, warns_at=None, due_at=None)
    whole = (clock.limit, *([clock.extension] if clock.extension else ()))
    due = due_at(clock.started_at, whole, clock.pauses, calendar)
    return replace(clock, due_at=due, warns_at=_warns_at(clock, due, calendar, warning_share))


def due_at(since: datetime, limits: Sequence[Limit], pauses: Sequence[Pause], calendar: WorkCalendar) -> datetime:
    """Give when ``limits``, one after another from ``since`` on, are used up; all pauses must have ended."""
    moment = since
    for limit in limits:
        match limit.unit:
            case TimeUnit.DAYS | TimeUnit.WORKING_DAYS:
                moment = end_of(_last_day(local_day(moment), limit, pauses, calendar))
            case TimeUnit.HOURS | TimeUnit.WORKING_HOURS:
                moment = _after_hours(moment, limit, pauses, calendar)
    return moment


def _last_day(first: date, limit: Limit, pauses: Sequence[Pause], calendar: WorkCalendar) -> date:
    return calendar.workday_from(_counted_day(first, limit, pauses, calendar))


def _counted_day(first: date, limit: Limit, pauses: Sequence[Pause], calendar: WorkCalendar) -> date:
    day, left = first, limit.amount
    while left:
        day += _DAY
        counted = limit.unit is TimeUnit.DAYS or calendar.is_workday(day)
        left -= counted and not _is_left_out(day, pauses)
    return day


def _is_left_out(day: date, pauses: Sequence[Pause]) -> bool:
    return any(local_day(each.since) < day <= local_day(each.until) for each in pauses if each.until is not None)


def _after_hours(since: datetime, limit: Limit, pauses: Sequence[Pause], calendar: WorkCalendar) -> datetime:
    left = timedelta(hours=limit.amount)
    for begin, end in _counted(since, limit.unit, pauses, calendar):
        if end is None or end - begin >= left:
            return begin + left
        left -= end - begin
    raise AssertionError  # pragma: no cover - the spans have no end


def _counted(
    since: datetime, unit: TimeUnit, pauses: Sequence[Pause], calendar: WorkCalendar
) -> Iterator[tuple[datetime, datetime | None]]:
    """The spans that count, in order; the last of wall-clock time has no end."""
    spans: Iterator[tuple[datetime, datetime | None]] = (
        iter([(since, None)]) if unit is TimeUnit.HOURS else calendar.spans(since)
    )
    for begin, end in spans:
        yield from _without(begin, end, pauses)


def _without(
    begin: datetime, end: datetime | None, pauses: Sequence[Pause]
) -> Iterator[tuple[datetime, datetime | None]]:
    for pause in sorted(pauses, key=lambda each: each.since):
        if pause.until is None or pause.until <= begin or (end is not None and pause.since >= end):
            continue
        if pause.since > begin:
            yield begin, pause.since
        begin = max(begin, pause.until)
    if end is None or begin < end:
        yield begin, end


def warns_before(due: datetime, since: datetime, calendar: WorkCalendar) -> datetime:
    """When the light of a day that staff named turns yellow: with the last of the working days until it."""
    first, last = local_day(since), local_day(due)
    days = sum(calendar.is_workday(first + number * _DAY) for number in range(1, (last - first).days + 1))
    limit = Limit(amount=max(1, days), unit=TimeUnit.WORKING_DAYS)
    return _warns_at(CaseClock(stage=Stage.ANSWER, started_at=since, limit=limit), due, calendar, _WARNING_SHARE)


def _warns_at(clock: CaseClock, due: datetime, calendar: WorkCalendar, share: float) -> datetime:
    """When the last ``share`` of the limit begins: reckoned in its own unit, so that a weekend warns of nothing."""
    limit, start = clock.limit, clock.started_at
    if clock.extension is not None:
        limit, start = clock.extension, due_at(start, [clock.limit], clock.pauses, calendar)
    early = limit.amount - max(1, round(limit.amount * share))
    if early <= 0:
        return min(start, due)
    part = replace(limit, amount=early)
    if limit.unit in {TimeUnit.HOURS, TimeUnit.WORKING_HOURS}:
        return _after_hours(start, part, clock.pauses, calendar)
    return end_of(_counted_day(local_day(start), part, clock.pauses, calendar))
