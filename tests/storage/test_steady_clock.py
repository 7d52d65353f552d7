"""One time for all processes, whatever their own clocks show."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from structlog.testing import capture_logs

from storage.steady_clock import SteadyClock

SECOND = 1_000_000_000
NOON = int(datetime(2026, 11, 23, 4, tzinfo=UTC).timestamp()) * SECOND


class Machine:
    """The true time goes on; the wall clock is off by ``skew``, the monotonic one began at some moment."""

    def __init__(self, skew_s: float = 0.0) -> None:
        self.true = NOON
        self.skew = int(skew_s * SECOND)
        self.clock = SteadyClock(wall_ns=lambda: self.true + self.skew, steady_ns=lambda: self.true - NOON + 7 * SECOND)

    def passes(self, seconds: float) -> None:
        self.true += int(seconds * SECOND)

    def looks(self, there_s: float = 0.001, back_s: float = 0.001) -> None:
        began = self.true - NOON + 7 * SECOND
        self.passes(there_s)
        theirs = self.true // 1_000_000 * 1_000_000
        self.passes(back_s)
        self.clock.hear(theirs, began, self.true - NOON + 7 * SECOND)

    @property
    def off_s(self) -> float:
        return (self.clock.now_ns() - self.true) / SECOND


def test_a_clock_that_is_right_is_the_machines_own_to_the_nanosecond():
    machine = Machine(skew_s=0.02)
    machine.looks()
    assert machine.clock.now_ns() == machine.true + machine.skew


@pytest.mark.parametrize("skew", [90.0, -90.0, 3_600.0, -0.5])
def test_a_clock_that_is_wrong_is_put_right_by_the_servers(skew: float):
    machine = Machine(skew)
    assert machine.off_s == pytest.approx(skew)
    machine.looks()
    assert abs(machine.off_s) <= 0.002


def test_a_clock_that_is_moved_while_it_runs_moves_nothing():
    machine = Machine()
    machine.looks()
    before = machine.clock.now()
    machine.skew = 90 * SECOND
    machine.passes(1.0)
    assert machine.clock.now() - before == timedelta(seconds=1)
    machine.looks()
    assert abs(machine.off_s) <= 0.002


def test_one_that_is_put_right_again_is_the_machines_own_once_more_and_both_are_told():
    machine = Machine(90.0)
    with capture_logs() as logs:
        machine.looks()
        machine.looks()
        machine.skew = 0
        machine.looks()
    assert [each["event"] for each in logs] == ["clock.corrected", "clock.right_again"]
    assert logs[0]["seconds"] == pytest.approx(90, abs=0.01)
    assert machine.clock.now_ns() == machine.true


def test_an_answer_that_took_too_long_changes_nothing():
    machine = Machine()
    machine.looks()
    machine.skew = 90 * SECOND
    machine.looks(there_s=4.0, back_s=4.0)
    assert abs(machine.off_s) <= 0.002


@given(
    st.floats(-1e4, 1e4), st.lists(st.tuples(st.floats(0.0001, 0.4), st.floats(0.0001, 0.4)), min_size=1, max_size=8)
)
def test_however_slow_the_answers_are_it_is_off_by_little_more_than_the_slowest_took(skew, trips):
    machine = Machine(skew)
    for there, back in trips:
        machine.looks(there, back)
    assert abs(machine.off_s) <= 0.1 + max(there + back for there, back in trips)


async def test_it_looks_at_the_real_server(database):
    clock = SteadyClock(wall_ns=lambda: NOON)
    asked = datetime.now(UTC)
    await asyncio.wait_for(clock.look(database), 5)
    assert abs(clock.now() - asked) < timedelta(seconds=5)
    assert clock.now().microsecond % 1_000 == 0
