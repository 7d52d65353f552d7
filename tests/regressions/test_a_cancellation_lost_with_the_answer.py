"""A task that was told to end while its database answered went on for ever (PyMongo on Python 3.11).

A lease was renewed without end by a runner that had nothing more to do, and its person was not heard again.
"""

import asyncio

import pytest
from waiting import within

from storage.driver_errors import mapped


async def answered_as_it_is_cancelled(asked: asyncio.Event) -> None:
    """As ``asyncio.wait_for`` has it where both come at once."""
    asked.set()
    try:
        await asyncio.Event().wait()
    except asyncio.CancelledError:
        return


async def test_whoever_ends_a_task_that_asks_the_database_sees_it_end():
    asked = asyncio.Event()

    async def asks_again():
        for _ in range(3):
            with mapped("leases"):
                await answered_as_it_is_cancelled(asked)
            asked.clear()

    task = asyncio.create_task(asks_again())
    await asked.wait()
    task.cancel()
    async with within("the task ends", 10):
        with pytest.raises(asyncio.CancelledError):
            await task


async def test_what_is_done_while_a_task_ends_is_not_cut_off_by_its_ending():
    asked, released = asyncio.Event(), []

    async def holds():
        try:
            asked.set()
            await asyncio.Event().wait()
        finally:
            with mapped("leases"):
                await asyncio.sleep(0)
            released.append(True)

    task = asyncio.create_task(holds())
    await asked.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert released == [True]
