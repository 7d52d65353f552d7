"""Waits between tries: doubling, spread, bounded, and never shorter than the platform asks for."""

import random

from hypothesis import given
from hypothesis import strategies as st

from bot.delivery.backoff import Backoff

TRIES = st.integers(1, 10_000)


@given(TRIES, st.integers())
def test_every_wait_lies_between_half_and_all_of_a_doubling_and_below_the_longest(tries: int, seed: int) -> None:
    wait = Backoff().wait(tries, random.Random(seed)).total_seconds()
    plain = min(900.0, 2.0 * 2 ** min(tries - 1, 100))
    assert plain / 2 - 1e-6 <= wait <= plain + 1e-6


@given(TRIES, st.floats(0, 90_000))
def test_the_platforms_own_wish_is_the_least(tries: int, wish: float) -> None:
    assert Backoff().wait(tries, random.Random(1), at_least=wish).total_seconds() >= wish - 1e-6


def test_with_the_defaults_seven_hours_away_cost_nobody_a_message() -> None:
    backoff = Backoff()
    shortest = sum(backoff.wait(tries, _Least()).total_seconds() for tries in range(1, backoff.tries))
    usual = sum(backoff.wait(tries, random.Random(tries)).total_seconds() for tries in range(1, backoff.tries))
    assert shortest >= 4 * 3600
    assert 6.5 * 3600 <= usual <= 7.5 * 3600


def test_there_is_an_end() -> None:
    assert [Backoff(tries=3).exhausted(tries) for tries in (1, 2, 3, 4)] == [False, False, True, True]


class _Least(random.Random):
    def uniform(self, a: float, b: float) -> float:
        return a
