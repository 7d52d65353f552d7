"""What looks for work again and again goes on after any failure, and ends at once when it is told to."""

import asyncio

import structlog

from bot.periodic import repeatedly
from storage.errors import StorageAway

OF_ONE = "138 0013 8000"


async def test_a_look_that_fails_is_told_without_its_words_and_followed_by_another():
    stop, broken = asyncio.Event(), [StorageAway("conversations"), ValueError(OF_ONE)]

    async def look():
        if broken:
            raise broken.pop()
        stop.set()

    with structlog.testing.capture_logs() as told:
        await asyncio.wait_for(repeatedly(look, stop, name="alarms", seconds=0.0), 30)
    assert [each["event"] for each in told] == ["alarms.broke", "alarms.storage_error"]
    assert OF_ONE not in str(told)


async def test_who_waits_for_the_next_look_ends_when_told_to():
    stop, looked = asyncio.Event(), asyncio.Event()

    async def look():
        looked.set()

    async with asyncio.timeout(30), asyncio.TaskGroup() as group:
        group.create_task(repeatedly(look, stop, name="alarms", seconds=3600.0))
        await looked.wait()
        stop.set()
