"""A process that starts while MongoDB is not there yet: it waits, says so, and ends at once when it is told to."""

import asyncio
import contextlib

import structlog

from bot.opening import DatabaseAway, connected
from bot.periodic import stopped_within
from bot.settings import Settings
from storage.backups.mark import refuse_half_restored
from storage.driver import Database
from storage.errors import Restoring, StorageAway, StorageError

_TIMEOUT_MS = 1_500
PAUSES = (0.5, 1.0, 2.0, 5.0)
"""Seconds between two looks; the last one for as long as it takes."""
_SAY_AGAIN_S = 60.0
_PASSING = {StorageAway, Restoring}


async def until_database(settings: Settings, stop: asyncio.Event, *, event: str) -> None:
    """Return when MongoDB answers, or at ``stop``; ``event``: what the log calls the waiting.

    Whatever else is wrong with it is for the opening to name.

    Raises:
        SettingMissing: nobody says where it is.
    """
    loop, told_at, looks = asyncio.get_running_loop(), 0.0, 0
    async with contextlib.AsyncExitStack() as asking:
        database = await connected(settings, asking, _TIMEOUT_MS)
        while not stop.is_set() and (failure := await _failure(database)) in _PASSING:
            pause = PAUSES[min(looks, len(PAUSES) - 1)]
            if not looks or loop.time() - told_at > _SAY_AGAIN_S:
                told_at = loop.time()
                told = failure.sentence if failure is Restoring else away(settings).sentence
                structlog.get_logger().error(event, sentence=f"{told}。正在等待，连上后自动继续")
            await stopped_within(stop, pause)
            looks += 1


def away(settings: Settings) -> DatabaseAway:
    """What is told of a database that does not answer."""
    uri = settings.storage.mongodb_uri
    return DatabaseAway(uri.get_secret_value() if uri else "", settings.origin("storage.mongodb_uri"))


async def refuses_us(database: Database) -> bool:
    """Whether it is there and will not have us, as with a wrong password: waiting would not help."""
    return await _failure(database) not in {None, *_PASSING}


async def _failure(database: Database) -> type[StorageError] | None:
    try:
        await database.ping()
        await refuse_half_restored(database)
    except StorageError as error:
        return type(error)
    return None
