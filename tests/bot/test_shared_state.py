import asyncio
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from waiting import PATIENCE_S, awaited, quicker_than, soon, within

from bot.shared_state import RedisState, Wakeups
from storage.embedded import Endpoints


class Time:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
async def two(servers: Endpoints, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[tuple[RedisState, RedisState]]:
    """On a server that is there, and not away because the machine is busy."""
    monkeypatch.setattr("bot.shared_state.ANSWER_SECONDS", PATIENCE_S)
    states = RedisState(servers.redis_url), RedisState(servers.redis_url)
    yield states
    for state in states:
        await state.aclose()


@pytest.fixture
def key() -> str:
    return f"test:{uuid.uuid4().hex}"


async def test_what_one_process_keeps_the_other_reads(two: tuple[RedisState, RedisState], key: str) -> None:
    one, other = two
    await one.set(key, "值", seconds=PATIENCE_S)
    assert await other.get(key) == "值"
    await other.delete(key)
    assert await one.get(key) is None


async def test_what_is_kept_ends(two: tuple[RedisState, RedisState], key: str) -> None:
    await two[0].set(key, "x", seconds=0.001)
    await asyncio.sleep(0.02)
    assert await two[0].get(key) is None


async def test_a_lock_excludes_other_processes_and_other_tasks(two: tuple[RedisState, RedisState], key: str) -> None:
    one, other = two
    async with (
        one.lock(key, seconds=PATIENCE_S, wait=0) as first,
        other.lock(key, seconds=PATIENCE_S, wait=0) as second,
        one.lock(key, seconds=PATIENCE_S, wait=0) as third,
    ):
        assert (first, second, third) == (True, False, False)
    async with other.lock(key, seconds=PATIENCE_S, wait=0) as again:
        assert again


async def test_who_waits_gets_the_lock_when_it_is_free(two: tuple[RedisState, RedisState], key: str) -> None:
    one, other = two
    order: list[str] = []

    async def second() -> None:
        async with other.lock(key, seconds=PATIENCE_S, wait=PATIENCE_S) as had:
            order.append(f"second {had}")

    async with one.lock(key, seconds=PATIENCE_S, wait=0):
        task = asyncio.create_task(second())
        await asyncio.sleep(0.06)
        order.append("first ends")
    await task
    assert order == ["first ends", "second True"]


async def test_a_lock_that_outlived_its_lease_does_not_end_anothers(
    two: tuple[RedisState, RedisState], key: str
) -> None:
    one, other = two
    slow, quick = other.lock(key, seconds=0.001, wait=0), one.lock(key, seconds=PATIENCE_S, wait=0)
    await slow.__aenter__()
    await asyncio.sleep(0.02)
    assert await quick.__aenter__()
    await slow.__aexit__(None, None, None)
    async with other.lock(key, seconds=PATIENCE_S, wait=0) as free:
        assert not free
    await quick.__aexit__(None, None, None)


async def test_a_frozen_redis_costs_half_a_second_once_and_is_found_again(own_redis: Any, key: str) -> None:
    clock = Time()
    state = RedisState(own_redis.url, monotonic=clock)

    async def found() -> str | None:
        """Asked as often as a busy machine needs to answer within half a second."""
        clock.now += 1.1
        return await state.get(key)

    async def kept() -> str | None:
        await state.set(key, "kept", seconds=600)
        return await found()

    await soon(kept, "it is kept")
    own_redis.freeze()
    with quicker_than(5, "the first look"):
        assert await state.get(key) is None
    with quicker_than(0.9, "all further looks"):  # each would cost half a second
        assert await state.get(key) is None
        await state.set(key, "lost", seconds=60)
    async with (
        state.lock(key, seconds=PATIENCE_S, wait=0) as first,
        state.lock(key, seconds=PATIENCE_S, wait=0) as second,
    ):
        assert (first, second) == (True, False)
    own_redis.thaw()
    assert await soon(found, "it is found again") == "kept"
    await state.aclose()


async def test_a_dead_redis_is_as_if_nothing_were_kept(own_redis: Any, key: str) -> None:
    await own_redis.kill()
    state = RedisState(own_redis.url)
    assert await state.get(key) is None
    assert not await state.reachable()
    await state.aclose()


@asynccontextmanager
async def running(*all_wakeups: Wakeups) -> AsyncIterator[None]:
    tasks = [asyncio.create_task(wakeups.run()) for wakeups in all_wakeups]
    try:
        for wakeups in all_wakeups:
            await awaited(wakeups.listening.wait(), "the subscription stands")
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def test_a_wake_up_reaches_tasks_here_and_in_other_processes(servers: Endpoints) -> None:
    here, there = Wakeups(servers.redis_url), Wakeups(servers.redis_url)
    async with running(here, there):
        waits = [asyncio.create_task(wakeups.wait("c1", PATIENCE_S)) for wakeups in (here, here, there)]
        other = asyncio.create_task(there.wait("c2", 0.2))
        await asyncio.sleep(0)
        await here.wake("c1")
        assert await asyncio.gather(*waits) == [True, True, True]
        assert await other is False


async def test_many_wake_ups_at_once_all_arrive(servers: Endpoints) -> None:
    here, there = Wakeups(servers.redis_url), Wakeups(servers.redis_url)
    async with running(here, there):
        waits = [asyncio.create_task(there.wait(f"c{index}", PATIENCE_S)) for index in range(200)]
        await asyncio.sleep(0)
        await asyncio.gather(*(here.wake(f"c{index}") for index in range(200)))
        assert all(await asyncio.gather(*waits))


async def test_a_process_does_not_hear_its_own_wake_up_again(servers: Endpoints) -> None:
    here, there = Wakeups(servers.redis_url), Wakeups(servers.redis_url)
    async with running(here, there):
        await here.wake("c1")
        own = asyncio.create_task(here.wait("c1", 0.3))
        assert await there.wait("c1", PATIENCE_S)
        assert await own is False


async def test_without_redis_only_this_process_is_woken() -> None:
    wakeups = Wakeups(None)
    await wakeups.run()
    task = asyncio.create_task(wakeups.wait("c1", PATIENCE_S))
    await asyncio.sleep(0)
    await wakeups.wake("c1")
    assert await task
    assert await wakeups.wait("c1", 0.01) is False


async def test_the_subscription_comes_back_after_redis_did(own_redis: Any) -> None:
    here, there = Wakeups(own_redis.url), Wakeups(own_redis.url)
    async with running(here, there):
        await own_redis.kill()
        await soon(lambda: not here.listening.is_set() and not there.listening.is_set(), "no subscription stands")
        await here.wake("lost")
        await own_redis.start()
        async with within("a wake-up arrives"):
            await here.listening.wait()
            await there.listening.wait()
            task = asyncio.create_task(there.wait("c1", PATIENCE_S))
            while not task.done():  # the publisher may still be connecting
                await here.wake("c1")
                await asyncio.sleep(0.05)
        assert await task


async def test_watching_before_looking_misses_nothing() -> None:
    wakeups = Wakeups(None)
    with wakeups.watch("c1") as woken:
        await wakeups.wake("c1")
        assert woken.is_set()
    await wakeups.wake("c1")
