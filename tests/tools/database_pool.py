"""Databases for tests: made once, emptied after each test. To make one anew takes half a second and 150 files."""

import asyncio
import uuid
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from storage.driver import Database, connect
from storage.migrations import INDEXES, RECORD, SCHEMA, VERSION, current_version

_KEPT = 3
"""In turn, so that what a test left running does not meet the next one's documents."""
_TIMEOUT_MS = 10_000
_NOTED = "system.profile"
_QUICKLY, _SURELY = {"w": 1, "j": False}, {"w": "majority", "j": True}


class DatabasePool:
    """Lends each test an empty database of the server at ``uri``."""

    def __init__(self, uri: str) -> None:
        self._uri = uri
        self._free: deque[str] = deque()

    @asynccontextmanager
    async def lent(self, driver: Any) -> AsyncIterator[Database]:
        """Give a database without a document; its collections and indexes may be there already."""
        name = self._free.popleft() if len(self._free) >= _KEPT else _new_name()
        database = await connect(self._uri, driver=driver, timeout_ms=_TIMEOUT_MS, name=name)
        yield database
        if await _emptied(database):
            self._free.append(name)
        else:
            await database.drop()
        await database.close()

    @asynccontextmanager
    async def new(self, driver: Any) -> AsyncIterator[Database]:
        """Give a database in which nothing ever was, for tests of how it comes to be."""
        database = await connect(self._uri, driver=driver, timeout_ms=_TIMEOUT_MS, name=_new_name())
        yield database
        await database.drop()
        await database.close()


def _new_name() -> str:
    return f"t_{uuid.uuid4().hex}"


async def _emptied(database: Database) -> bool:
    if await current_version(database) != VERSION:
        return False
    await database.command("profile", 0)
    ours, there = {index.collection for index in INDEXES}, await database.collection_names()
    # What one test asked is no finding of the next.
    names = [name for name in there if not name.startswith("system.") or name == _NOTED]
    await asyncio.gather(
        *(
            _delete_all(database, name) if name in ours else database.command("drop", name)
            for name in names
            if name != SCHEMA
        )
    )
    # Behind the others in the server's log: what it confirms is true of them. Marks of backups stand there too.
    all_but_version = {"q": {"_id": {"$ne": RECORD}}, "limit": 0}
    await database.command("delete", SCHEMA, deletes=[all_but_version], writeConcern=_SURELY)
    return True


async def _delete_all(database: Database, name: str) -> None:
    await database.command("delete", name, deletes=[{"q": {}, "limit": 0}], writeConcern=_QUICKLY)
