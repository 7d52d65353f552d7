"""Limits against dates that were reckoned by hand with the official calendar of 2026 beside."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.clocks.calendar import SHANGHAI, WorkCalendar, statutory_holidays
from bot.clocks.reckoning import due_at, reckoned
from storage.clocks import CaseClock, Light, Limit, Pause, Stage, TimeUnit

CALENDAR = WorkCalendar()
BEGIN = datetime(2026, 1, 1, tzinfo=UTC)


def moment(text: str) -> datetime:
    """``02-13 16:00`` of 2026, in Shanghai."""
    return datetime.strptime(f"2026-{text}", "%Y-%m-%d %H:%M").replace(tzinfo=SHANGHAI).astimezone(UTC)


def shown(due: datetime) -> str:
    return f"{due.astimezone(SHANGHAI):%m-%d %H:%M}"


def clock(since: str, amount: int, unit: TimeUnit, **more) -> CaseClock:
    made = CaseClock(stage=Stage.ANSWER, started_at=moment(since), limit=Limit(amount=amount, unit=unit), **more)
    return reckoned(made, CALENDAR)


# 2026: Spring Festival off 15 to 23 February, worked on Saturdays 14 and 28 February; National Day off 1 to 7 October,
# worked on Sunday 20 September and Saturday 10 October (国务院办公厅关于2026年部分节假日安排的通知).
@pytest.mark.parametrize(
    ("since", "amount", "unit", "due"),
    [
        ("03-02 09:00", 5, TimeUnit.WORKING_DAYS, "03-09 23:59"),
        ("03-02 23:50", 1, TimeUnit.WORKING_DAYS, "03-03 23:59"),
        ("02-13 16:00", 5, TimeUnit.WORKING_DAYS, "02-27 23:59"),
        ("02-14 10:00", 1, TimeUnit.WORKING_DAYS, "02-24 23:59"),
        ("02-16 03:00", 1, TimeUnit.WORKING_DAYS, "02-24 23:59"),
        ("02-26 10:00", 5, TimeUnit.WORKING_DAYS, "03-04 23:59"),
        ("09-18 10:00", 2, TimeUnit.WORKING_DAYS, "09-21 23:59"),
        ("09-30 17:29", 3, TimeUnit.WORKING_DAYS, "10-10 23:59"),
        # 15 days to inform of acceptance (信访工作条例 §22): the last one is New Year's Day, so the next workday
        ("02-02 10:00", 15, TimeUnit.DAYS, "02-24 23:59"),
        ("03-02 10:00", 15, TimeUnit.DAYS, "03-17 23:59"),
        # 60 days to close (§34): ends in the National Day holidays
        ("08-03 10:00", 60, TimeUnit.DAYS, "10-08 23:59"),
        ("06-01 10:00", 60, TimeUnit.DAYS, "07-31 23:59"),
        # a Saturday that is worked is a last day
        ("02-23 10:00", 5, TimeUnit.DAYS, "02-28 23:59"),
        ("02-20 10:00", 2, TimeUnit.DAYS, "02-24 23:59"),
        # danger to life: two hours, at night too
        ("03-02 23:30", 2, TimeUnit.HOURS, "03-03 01:30"),
        ("02-17 00:00", 24, TimeUnit.HOURS, "02-18 00:00"),
        # the office works 8:30 to 12:00 and 13:30 to 17:30
        ("03-06 17:00", 4, TimeUnit.WORKING_HOURS, "03-09 12:00"),
        ("03-06 18:00", 2, TimeUnit.WORKING_HOURS, "03-09 10:30"),
        ("03-02 11:30", 2, TimeUnit.WORKING_HOURS, "03-02 15:00"),
        ("02-14 16:30", 2, TimeUnit.WORKING_HOURS, "02-24 09:30"),
        ("03-02 08:30", 15, TimeUnit.WORKING_HOURS, "03-03 17:30"),
    ],
)
def test_a_limit_is_due_when_the_calendar_by_hand_says(since, amount, unit, due):
    assert shown(clock(since, amount, unit).due_at) == due


@pytest.mark.parametrize(
    ("since", "amount", "unit", "pause", "due"),
    [
        # Tuesday to Thursday: two working days, and the three days between, are left out
        ("03-02 09:00", 5, TimeUnit.WORKING_DAYS, ("03-03 10:00", "03-05 10:00"), "03-11 23:59"),
        ("03-02 09:00", 15, TimeUnit.DAYS, ("03-03 10:00", "03-06 10:00"), "03-20 23:59"),
        # asked and answered on one day: nothing is won
        ("03-02 09:00", 5, TimeUnit.WORKING_DAYS, ("03-03 09:00", "03-03 17:00"), "03-09 23:59"),
        # over a weekend: no working day is left out but Monday
        ("03-05 09:00", 3, TimeUnit.WORKING_DAYS, ("03-06 15:00", "03-09 09:00"), "03-11 23:59"),
        ("03-02 23:30", 2, TimeUnit.HOURS, ("03-03 00:30", "03-03 02:00"), "03-03 03:00"),
        ("03-02 08:30", 4, TimeUnit.WORKING_HOURS, ("03-02 09:30", "03-02 14:30"), "03-02 17:30"),
        # what is paused at night costs the office's hours nothing
        ("03-02 16:30", 2, TimeUnit.WORKING_HOURS, ("03-02 20:00", "03-03 07:00"), "03-03 09:30"),
    ],
)
def test_what_the_filer_is_asked_for_does_not_cost_the_unit(since, amount, unit, pause, due):
    paused = (Pause(since=moment(pause[0]), until=moment(pause[1])),)
    assert shown(clock(since, amount, unit, pauses=paused).due_at) == due


def test_while_the_filer_is_asked_there_is_no_date():
    waiting = clock("03-02 09:00", 5, TimeUnit.WORKING_DAYS, pauses=(Pause(since=moment("03-03 10:00")),))
    assert waiting.due_at is None
    assert waiting.light(moment("05-01 10:00")) is Light.PAUSED


def test_an_extension_counts_from_the_old_end():
    longer = clock("06-01 10:00", 60, TimeUnit.DAYS, extension=Limit(amount=30, unit=TimeUnit.DAYS))
    # 31 July and 30 days: 30 August is a Sunday
    assert shown(longer.due_at) == "08-31 23:59"


@pytest.mark.parametrize(
    ("at", "light"),
    [
        ("03-02 09:00", Light.GREEN),
        ("03-06 23:59", Light.GREEN),
        ("03-07 00:00", Light.YELLOW),
        ("03-09 23:59", Light.YELLOW),
        ("03-10 00:00", Light.RED),
    ],
)
def test_the_light_is_yellow_in_the_last_part_and_red_past_the_end(at, light):
    assert clock("03-02 09:00", 5, TimeUnit.WORKING_DAYS).light(moment(at)) is light


def test_a_clock_that_was_met_stays_met_and_one_that_was_late_stays_late():
    met = clock("03-02 09:00", 5, TimeUnit.WORKING_DAYS, stopped_at=moment("03-09 20:00"))
    late = clock("03-02 09:00", 5, TimeUnit.WORKING_DAYS, stopped_at=moment("03-10 08:00"))
    assert met.light(moment("12-01 10:00")) is Light.DONE
    assert late.light(moment("03-10 09:00")) is Light.LATE


def test_days_that_the_office_knows_better_count():
    own = WorkCalendar(exchanged={date(2026, 3, 3): False, date(2026, 3, 7): True})
    due = due_at(moment("03-02 09:00"), [Limit(amount=5, unit=TimeUnit.WORKING_DAYS)], (), own)
    assert shown(due) == "03-09 23:59"


def test_a_year_that_is_not_announced_has_the_statutory_holidays_and_says_so():
    assert WorkCalendar().provisional(2099)
    assert not WorkCalendar().provisional(2026)
    assert not WorkCalendar().is_workday(date(2099, 10, 2))
    # by the lunar calendar of 2026: New Year's Eve 16 February, Dragon Boat 19 June, Mid-Autumn 25 September
    assert statutory_holidays(2026) == {
        date(2026, 1, 1),
        *(date(2026, 2, day) for day in (16, 17, 18, 19)),
        date(2026, 4, 5),
        date(2026, 5, 1),
        date(2026, 5, 2),
        date(2026, 6, 19),
        date(2026, 9, 25),
        *(date(2026, 10, day) for day in (1, 2, 3)),
    }


# 2027, of which nothing but the statutory holidays is taken for known: New Year's Eve is Friday 5 February, off to Monday
# the 8th. Then as if these were announced: off to the 11th, worked on Sunday 7 and Saturday 13 February.
SPRING_2027 = {date(2027, 2, day): day in {7, 13} for day in (7, 9, 10, 11, 13)}


@pytest.mark.parametrize(
    ("since", "amount", "unit", "provisional", "announced"),
    [
        ("2027-02-03", 5, TimeUnit.WORKING_DAYS, "2027-02-12 23:59", "2027-02-15 23:59"),
        ("2027-01-22", 15, TimeUnit.DAYS, "2027-02-09 23:59", "2027-02-07 23:59"),
        ("2026-12-11", 60, TimeUnit.DAYS, "2027-02-09 23:59", "2027-02-12 23:59"),
        ("2026-11-23", 60, TimeUnit.DAYS, "2027-01-22 23:59", "2027-01-22 23:59"),
        ("2027-02-04", 9, TimeUnit.WORKING_HOURS, "2027-02-09 11:30", "2027-02-07 11:30"),
        ("2026-12-30", 3, TimeUnit.WORKING_DAYS, "2027-01-05 23:59", "2027-01-05 23:59"),
    ],
)
def test_a_year_that_is_not_announced_takes_the_days_that_the_office_has(  # noqa: PLR0917 - a row of the table
    since, amount, unit, provisional, announced, monkeypatch
):
    monkeypatch.setattr("bot.clocks.calendar._announced", lambda: frozenset({2025, 2026}))  # as of this version
    begun = datetime.fromisoformat(f"{since} 10:00").replace(tzinfo=SHANGHAI).astimezone(UTC)
    for calendar, wanted in ((WorkCalendar(), provisional), (WorkCalendar(exchanged=SPRING_2027), announced)):
        due = due_at(begun, [Limit(amount=amount, unit=unit)], (), calendar)
        assert f"{due.astimezone(SHANGHAI):%Y-%m-%d %H:%M}" == wanted


def test_single_days_of_a_year_that_is_not_announced_leave_its_other_days_as_they_are():
    own = WorkCalendar(exchanged={date(2099, 3, 7): True})
    assert own.is_workday(date(2099, 3, 7))
    assert own.is_workday(date(2099, 3, 9))
    assert not own.is_workday(date(2099, 3, 8))
    assert not own.is_workday(date(2099, 10, 2))


def test_what_the_office_knows_makes_another_edition():
    own = WorkCalendar(exchanged={date(2099, 3, 7): True})
    assert own.edition == WorkCalendar(exchanged={date(2099, 3, 7): True}).edition
    assert len({own.edition, WorkCalendar().edition, WorkCalendar(exchanged={date(2099, 3, 7): False}).edition}) == 3


def test_an_office_with_other_hours_is_open_when_it_says():
    evening = WorkCalendar(hours=((time(9), time(20)),))
    assert evening.is_open(moment("03-02 19:00"))
    assert not evening.is_open(moment("03-01 10:00"))
    assert shown(next(evening.spans(moment("03-06 21:00")))[0]) == "03-09 09:00"


MOMENTS = st.integers(0, 300 * 24 * 60).map(lambda minutes: BEGIN + timedelta(minutes=minutes))
LIMITS = st.builds(Limit, amount=st.integers(1, 40), unit=st.sampled_from(TimeUnit))


@settings(max_examples=150)
@given(MOMENTS, LIMITS, st.integers(1, 3_000))
def test_more_is_never_due_sooner_and_a_later_start_never_earlier(since, limit, minutes):
    due = due_at(since, [limit], (), CALENDAR)
    assert due > since
    assert due_at(since, [Limit(amount=limit.amount + 1, unit=limit.unit)], (), CALENDAR) >= due
    assert due_at(since + timedelta(minutes=minutes), [limit], (), CALENDAR) >= due


@settings(max_examples=150)
@given(MOMENTS, LIMITS, st.lists(st.tuples(st.integers(1, 5_000), st.integers(0, 5_000)), max_size=3))
def test_a_pause_never_makes_anything_due_sooner_and_the_warning_never_comes_after_the_end(since, limit, steps):
    pauses, at = [], since
    for before, length in steps:
        begun = at + timedelta(minutes=before)
        at = begun + timedelta(minutes=length)
        pauses.append(Pause(since=begun, until=at))
    made = CaseClock(stage=Stage.ANSWER, started_at=since, limit=limit, pauses=tuple(pauses))
    paused = reckoned(made, CALENDAR)
    assert paused.due_at >= due_at(since, [limit], (), CALENDAR)
    assert paused.warns_at <= paused.due_at
