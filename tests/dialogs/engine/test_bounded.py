"""A time limit for work that mostly waits for nothing."""

import asyncio

import pytest

from dialogs.engine.bounded import within


async def _at_once() -> str:
    return "done"


async def _waits(gate: asyncio.Event) -> str:
    await asyncio.sleep(0)
    await gate.wait()
    return "done"


async def _never() -> None:
    await asyncio.Event().wait()


async def test_work_that_waits_for_nothing_sets_no_clock() -> None:
    assert await within(0.0, _at_once()) == "done"


async def test_work_that_waits_is_awaited_to_its_end() -> None:
    gate = asyncio.Event()
    asyncio.get_running_loop().call_soon(gate.set)
    assert await within(10, _waits(gate)) == "done"


async def test_work_that_takes_too_long_is_ended() -> None:
    with pytest.raises(TimeoutError):
        await within(0.01, _never())


async def test_what_the_work_raises_comes_out_before_and_after_it_waited() -> None:
    async def fails(*, after: bool) -> None:
        if after:
            await asyncio.sleep(0)
        raise LookupError

    for after in (False, True):
        with pytest.raises(LookupError):
            await within(10, fails(after=after))


async def test_a_cancelled_turn_cancels_the_work() -> None:
    heard: list[str] = []
    waiting = asyncio.Event()

    async def tidy() -> None:
        try:
            waiting.set()
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            heard.append("cancelled")
            raise

    task = asyncio.create_task(within(10, tidy()))
    await waiting.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert heard == ["cancelled"]


async def test_work_may_recover_from_a_limit_of_its_own() -> None:
    async def recovers() -> str:
        try:
            async with asyncio.timeout(0.01):
                await asyncio.Event().wait()
        except TimeoutError:
            await asyncio.sleep(0)
        return "done"

    assert await within(10, recovers()) == "done"
