"""The note in the database that a backup is being put back: nobody begins meanwhile."""

from datetime import datetime

from storage.driver import Database
from storage.errors import Restoring

COLLECTION = "maintenance"
"""What backups and restores note for themselves; no backup holds it."""
STAGING = "restoring."
"""Before the names of collections that are being filled; the service sees none of them."""
_MARK = "restore"


async def note(database: Database, *, held: bool, at: datetime) -> None:
    """Write the mark. ``held``: nobody may use the store until it is gone."""
    await database[COLLECTION].update_one({"_id": _MARK}, {"$set": {"at": at, "held": held}}, upsert=True)


async def found(database: Database) -> bool:
    """Whether a restore is under way, or was broken off."""
    return await database[COLLECTION].find_one({"_id": _MARK}) is not None


async def held(database: Database) -> bool:
    """Whether nobody may use the store."""
    return await database[COLLECTION].find_one({"_id": _MARK, "held": True}) is not None


async def refuse_half_restored(database: Database) -> None:
    """Look, before anything is made or read.

    Raises:
        Restoring: the store is not whole.
        StorageAway: the database cannot be reached.
    """
    if await held(database):
        raise Restoring


async def clear(database: Database) -> None:
    """Remove what a restore that was broken off had brought so far, and then its mark."""
    await drop_staging(database)
    await database[COLLECTION].delete_one({"_id": _MARK})


async def drop_staging(database: Database) -> None:
    """Remove what had been brought so far."""
    for name in await database.collection_names():
        if name.startswith(STAGING):
            await database.command("drop", name)


def is_data(collection: str) -> bool:
    """Whether it is the service's, and not the server's or the restore's own."""
    return collection != COLLECTION and not collection.startswith((STAGING, "system."))
