"""A process whose wait ran out and was cancelled at one moment never reached its database again (PyMongo on Python 3.11)."""

import asyncio

import pytest
from pymongo import lock as locks
from waiting import within

from storage.driver import connect


@pytest.mark.parametrize("place", ["pool", "topology"])
async def test_a_wait_that_is_cancelled_while_it_runs_out_leaves_the_lock_free(place):
    database = await connect("mongodb://127.0.0.1:1/none", driver="pymongo", timeout_ms=100, name="none")
    await database.close()
    module = __import__(f"pymongo.asynchronous.{place}", fromlist=["_async_cond_wait"])
    lock = locks._async_create_lock()
    condition = locks._async_create_condition(lock)
    waiting = asyncio.Event()

    async def waits():
        async with lock:
            waiting.set()
            await module._async_cond_wait(condition, 0.05)

    waiter = asyncio.create_task(waits())
    await waiting.wait()
    async with lock:  # the wait runs out meanwhile: it cannot have its lock back
        await asyncio.sleep(0.2)
        waiter.cancel()
        await asyncio.sleep(0)
    with pytest.raises(asyncio.CancelledError):
        await waiter
    async with within("the lock is free", 10), lock:
        pass
