"""Taking a backup: all collections as they were at one instant, streamed into a file while the service goes on."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from storage import keys
from storage.backups.history import kept_history
from storage.backups.manifest import SEAL_PLACE, Manifest, PartFacts
from storage.backups.mark import is_data, refuse_half_restored
from storage.backups.reading import Advance, digest_of
from storage.backups.writing import CHUNKS, BackupWriter
from storage.driver import Database, Snapshot
from storage.errors import BackupRefused, SnapshotGone
from storage.master_key import MasterKey
from storage.migrations import SCHEMA, VERSION

LAST_BACKUP = "last_backup"
"""In the collection of the schema: when the last one was made."""
_RECORD = "indexes"
_TRIES = 5
_PAUSE_SECONDS = 1.0
_MANY, _FEW = 2_000, 16
"""Documents read at a time; the pieces of files are large."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """``size``: of the file, in bytes."""

    path: Path
    manifest: Manifest
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Key:
    unwrapper: Any
    fingerprint: str


async def size_of(database: Database) -> int:
    """Roughly how many bytes there are to read."""
    return int((await database.command("dbStats"))["dataSize"])


async def take(
    database: Database, master: MasterKey, path: Path, *, at: datetime, advance: Advance = lambda _: None
) -> Taken:
    """Write a backup to ``path``; ``advance`` is told how many bytes more were read. Broken off, it leaves no file.

    Raises:
        BackupRefused: the store is empty or newer than this program, or the file cannot be written.
        KeysMissing: the master key here does not open the store: nobody could read the backup.
        Restoring: a restore has not ended.
        SnapshotGone: it took longer than the server keeps an instant.
        StorageAway: the database went away meanwhile.
    """
    await refuse_half_restored(database)
    key = await asyncio.to_thread(lambda: _Key(unwrapper=master.load(), fingerprint=master.fingerprint()))
    await keys.read_or_refuse(database, key.unwrapper)
    for left in reversed(range(_TRIES)):
        try:
            async with kept_history(database):
                taken = await _taken(database, key, path, at, advance)
        except SnapshotGone as error:
            # A collection or an index was just being made: a moment later the instant holds it.
            if error.too_old or not left:
                raise
            await asyncio.sleep(_PAUSE_SECONDS)
        else:
            await database[SCHEMA].update_one({"_id": LAST_BACKUP}, {"$set": {"at": at}}, upsert=True)
            return taken
    raise SnapshotGone


async def _taken(database: Database, key: _Key, path: Path, at: datetime, advance: Advance) -> Taken:
    names = await _names(database)
    with BackupWriter(path) as writer:
        async with database.snapshot() as snapshot:
            schema = await _schema(snapshot, path)
            if await _names(database) != names:
                raise SnapshotGone("collections")
            keysets = [await snapshot.find_one(keys.COLLECTION, name) for name in keys.NAMES]
            parts = [await _copy(snapshot, writer, name, advance) for name in names]
        manifest = Manifest(
            program=f"petition-bot {version('petition-bot')}",
            made_at=at,
            schema=schema,
            master_key=key.fingerprint,
            keysets={each["_id"]: each["version"] for each in keysets if each},
            parts=parts,
        )
        seal = await asyncio.to_thread(key.unwrapper.encrypt, digest_of(manifest), SEAL_PLACE)
        size = await asyncio.to_thread(writer.finish, manifest, seal)
    return Taken(path=path, manifest=manifest, size=size)


async def _names(database: Database) -> Sequence[str]:
    return sorted(name for name in await database.collection_names() if is_data(name))


async def _schema(snapshot: Snapshot, path: Path) -> int:
    """The store's version; reading it fixes the instant."""
    found = await snapshot.find_one(SCHEMA, _RECORD)
    if found is None:
        raise BackupRefused("数据库是空的，没有可备份的内容：请检查连的是不是这个数据库")
    if found["version"] > VERSION:
        raise BackupRefused(
            f"数据库结构的版本是 {found['version']}，这个程序只认到 {VERSION}，没有写 {path}：请先升级 petition-bot"
        )
    return int(found["version"])


async def _copy(snapshot: Snapshot, writer: BackupWriter, name: str, advance: Advance) -> PartFacts:
    with writer.part(name) as part:
        async for batch in snapshot.batches(name, documents=_FEW if name.endswith(CHUNKS) else _MANY):
            await asyncio.to_thread(part.write, batch)
            advance(len(batch))
        return part.facts()
