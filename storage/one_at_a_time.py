"""Work on the database that one process does while the others wait for it to be done.

Several processes that start at once on a new database would each ask for all collections and indexes at the same
moment. The server builds them one after another whoever asks, so that on a busy machine nobody is answered in time, and
whoever then asks again makes the queue longer.
"""

import asyncio
import uuid
from collections.abc import Awaitable, Callable
from contextlib import suppress

from storage.driver import Database
from storage.errors import StorageError
from storage.leases import Leases

HELD_S = 20.0
"""Of one that died, the others wait so long. What takes longer is joined, which does no harm."""
PATIENCE_S = 120.0
"""So long the work may take in all, whatever one operation gets elsewhere; asked for again, it goes on."""
_ASKING_S = 10.0
_LOOK_AGAIN_S = 0.1


async def done_once(
    database: Database, name: str, *, done: Callable[[], Awaitable[bool]], work: Callable[[], Awaitable[None]]
) -> None:
    """Do ``work`` unless it is ``done``, while no other process does; return when it is done.

    Raises:
        StorageError: it is not done; call again.
    """
    leases, owner = Leases(database), uuid.uuid4().hex
    while not await done():
        with database.patient(_ASKING_S):
            mine = await leases.hold(name, owner, seconds=HELD_S)
        if not mine:
            await asyncio.sleep(_LOOK_AGAIN_S)
            continue
        try:
            with database.patient(PATIENCE_S):
                await work()
        finally:
            with suppress(StorageError):
                await leases.release(name, owner)
