"""Leases: one owner at a time, by the server's clock."""

import asyncio

import pytest

from storage.leases import Leases


@pytest.fixture
def leases(database):
    return Leases(database)


async def test_a_lease_has_one_owner_who_may_renew_it(leases):
    assert await leases.hold("run:sms.main", "a", seconds=30)
    assert not await leases.hold("run:sms.main", "b", seconds=30)
    assert await leases.hold("run:sms.main", "a", seconds=30)
    assert await leases.hold("run:sms.other", "b", seconds=30)


async def test_a_lease_that_ran_out_is_another_s(leases):
    assert await leases.hold("run:sms.main", "a", seconds=0.05)
    await asyncio.sleep(0.1)
    assert await leases.hold("run:sms.main", "b", seconds=30)
    assert not await leases.hold("run:sms.main", "a", seconds=30)


async def test_what_is_given_back_is_free_at_once_and_nobody_gives_back_another_s(leases):
    assert await leases.hold("run:sms.main", "a", seconds=30)
    await leases.release("run:sms.main", "b")
    assert not await leases.hold("run:sms.main", "b", seconds=30)
    await leases.release("run:sms.main", "a")
    assert await leases.hold("run:sms.main", "b", seconds=30)


async def test_of_many_who_ask_at_once_one_gets_it(leases):
    got = await asyncio.gather(*(leases.hold("run:sms.main", str(n), seconds=30) for n in range(20)))
    assert sum(got) == 1
