"""Has the server remember, while a backup is read, what everything was when it began.

A server keeps five minutes of the past by itself (``minSnapshotHistoryWindowInSeconds``), our embedded one none. Where
we may, it is asked for an hour, and told afterwards what it was told before; it costs the room of what is written
meanwhile. Where we may not (a managed server), what it keeps must do: a longer backup fails, and says so.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import structlog

from storage.backups.mark import COLLECTION
from storage.driver import Database
from storage.errors import StorageAway, StorageError

LONG_SECONDS = 3_600
_PARAMETER = "minSnapshotHistoryWindowInSeconds"
_NOTE = "history_window"


@asynccontextmanager
async def kept_history(database: Database) -> AsyncIterator[None]:
    """While the block lasts.

    Raises:
        StorageAway: the database cannot be reached.
    """
    before = await _before(database)
    if before is None or before >= LONG_SECONDS:
        yield
        return
    # Noted first: should we be killed, the next backup puts it back.
    await database[COLLECTION].update_one({"_id": _NOTE}, {"$set": {"seconds": before}}, upsert=True)
    try:
        await _set(database, LONG_SECONDS)
        yield
    finally:
        with suppress(StorageError):  # it went away: the next backup does it
            await _set(database, before)
            await database[COLLECTION].delete_one({"_id": _NOTE})


async def _before(database: Database) -> int | None:
    """What the server is to be told afterwards; None where we may not look."""
    try:
        answer = await database.sibling("admin").command("getParameter", 1, **{_PARAMETER: 1})
    except StorageAway:
        raise
    except StorageError:
        return None
    present = int(answer[_PARAMETER])
    noted = await database[COLLECTION].find_one({"_id": _NOTE})
    left_by_a_killed_one = noted is not None and present == LONG_SECONDS
    return int(noted["seconds"]) if noted is not None and left_by_a_killed_one else present


async def _set(database: Database, seconds: int) -> None:
    try:
        await database.sibling("admin").command("setParameter", 1, **{_PARAMETER: seconds})
    except StorageAway:
        raise
    except StorageError:
        structlog.get_logger().info("backup.history_not_ours_to_set")
