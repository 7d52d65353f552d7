"""Query codes: slowed, never locked."""

import asyncio
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.cases import EntryKind
from storage.code_tries import OF_ALL, OF_ASKER, OF_CASE
from storage.errors import SlowDown

BOTH = pytest.mark.parametrize("driver", ["motor", "pymongo"])
NUMBER, CODE = "WF261121000013", "123456"


@pytest.fixture
async def ask(store, case, step, now):
    await store.committer.commit(store.cases.create(case(number=NUMBER), CODE, step(kind=EntryKind.FILED)))

    async def ask(code=CODE, *, asker="a", number=NUMBER, after=0.0):
        return await store.cases.check_code(number, code, asker=asker, now=now + timedelta(seconds=after))

    return ask


async def wrong(ask, asker="a", after=0.0):
    """Try wrongly, waiting as long as asked; give the time it took in all."""
    try:
        assert not await ask("000000", asker=asker, after=after)
    except SlowDown as slow:
        return await wrong(ask, asker, after + slow.seconds)
    return after


@given(st.integers(0, 10_000))
def test_waits_grow_to_a_bound(tries):
    for patience in (OF_ASKER, OF_CASE, OF_ALL):
        assert 0 <= patience.wait(tries) <= patience.wait(tries + 1) <= patience.longest
        assert (patience.wait(tries) == 0) == (tries <= patience.free)


@BOTH
async def test_the_right_code_passes_and_a_wrong_one_does_not(ask, store):
    assert await ask()
    assert await ask(number="wf-2611 2100 0013")
    assert not await ask("654321")
    assert not await ask(number="WF261121000021")
    assert not await ask(number="no number")


@BOTH
async def test_an_asker_waits_longer_after_each_wrong_code_and_a_wait_costs_nothing(ask):
    for _ in range(4):
        assert not await ask("000000")
    for _ in range(3):
        with pytest.raises(SlowDown) as slow:
            await ask()
        assert slow.value.seconds == OF_ASKER.first
    assert not await ask("000000", after=10)
    with pytest.raises(SlowDown) as slow:
        await ask(after=10)
    assert slow.value.seconds == 2 * OF_ASKER.first
    assert await ask(after=30)


async def test_a_right_code_does_not_wipe_out_the_wrong_ones(ask):
    for _ in range(3):
        await ask("000000")
    assert await ask()
    await ask("000000")
    with pytest.raises(SlowDown):
        await ask()


async def test_a_right_code_counts_for_nothing(ask):
    for _ in range(20):
        assert await ask()


@pytest.mark.parametrize("known", [False, True])
async def test_many_tries_at_one_moment_are_not_heard_together(ask, known):
    if known:
        await ask("000000")
    outcomes = await asyncio.gather(*(ask("000000") for _ in range(40)), return_exceptions=True)
    assert sum(each is False for each in outcomes) <= OF_ASKER.free + 1
    assert all(each is False or isinstance(each, SlowDown) for each in outcomes)


async def test_a_case_under_attack_slows_newcomers_by_a_minute_at_most_and_gives_them_their_turn(ask):
    for i in range(OF_CASE.free + 12):
        after = await wrong(ask, f"attacker{i}", after=i * 61.0)
    with pytest.raises(SlowDown) as slow:
        await ask(asker="honest", after=after)
    assert slow.value.seconds <= OF_CASE.longest
    turn = after + slow.value.seconds
    # The attackers go on at the very moment the wait ends: the turn is kept all the same.
    await wrong(ask, "late attacker", after=turn)
    with pytest.raises(SlowDown):
        await ask(asker="another", after=turn)
    assert await ask(asker="honest", after=turn)
    assert await ask(number="WF261121000021", asker="elsewhere", after=turn) is False
