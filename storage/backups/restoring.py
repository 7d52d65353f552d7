"""Putting a backup back: beside what is there, and in its place only when all of it has come.

Collections are filled under names that the service does not see (``restoring.…``), with the indexes of today. Then, for
the moment of the exchange, the store is held: nobody may use it until the last collection has its name. Whatever breaks
off the work before that leaves what was there untouched; whatever breaks it off then leaves a store that is held, and
that the same command, done again, makes whole.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from datetime import datetime
from enum import StrEnum
from typing import Any

from storage.backups import mark
from storage.backups.manifest import Manifest, PartFacts
from storage.backups.mark import STAGING
from storage.backups.reading import Advance, BackupFile
from storage.driver import Database
from storage.errors import BackupRefused
from storage.migrations import INDEXES, SCHEMA, migrate
from storage.numbers import leave_gap


class Target(StrEnum):
    """What a backup would be put into."""

    EMPTY = "empty"
    IN_USE = "in_use"
    HALF_RESTORED = "half_restored"
    """Held: an earlier restore was broken off while it exchanged; only a restore can help it."""
    BEGUN = "begun"
    """In use, and an earlier restore was broken off before it touched anything."""


async def nobody() -> None:
    """Nobody uses the store: there is nobody to stop."""


async def look(database: Database) -> Target:
    """What is there."""
    if await mark.held(database):
        return Target.HALF_RESTORED
    if await mark.found(database):
        return Target.BEGUN
    return Target.IN_USE if await _in_use(database) else Target.EMPTY


async def abandon(database: Database) -> None:
    """Remove what a restore had brought that was broken off before it exchanged anything.

    Raises:
        BackupRefused: there is none, or it had begun to exchange: then only a whole restore helps.
    """
    target = await look(database)
    if target is Target.HALF_RESTORED and await _in_use(database):
        raise BackupRefused("上次恢复已经换掉了一部分数据，不能放弃：请再运行一次 petition-bot restore，直到完成")
    if target not in {Target.BEGUN, Target.HALF_RESTORED}:
        raise BackupRefused("没有中断的恢复，不需要放弃")
    await mark.clear(database)


async def restore(
    database: Database,
    backup: BackupFile,
    manifest: Manifest,
    *,
    at: datetime,
    advance: Advance = lambda _: None,
    before_exchange: Callable[[], Awaitable[object]] = nobody,
) -> None:
    """Make ``database`` what the backup holds, and no more than that; what it held is gone afterwards.

    Only the counter of today's case numbers goes on from further up (``storage.numbers.leave_gap``).

    ``manifest`` is what ``backup.check`` gave. ``before_exchange`` is awaited when all has come, the store is held and
    nothing of the old is touched yet: whoever uses the store still is to be stopped there.

    Raises:
        BackupRefused: the file is no longer what was checked.
        StorageError: the database refused or went away; do it again.
    """
    # Into an empty store it is held from the beginning: nobody shall begin in what is about to be filled.
    held = await mark.held(database) or not await _in_use(database)
    await mark.note(database, held=held, at=at)
    await mark.drop_staging(database)
    for part in manifest.parts:
        await _fill(database, backup, part, advance)
    await mark.note(database, held=True, at=at)
    try:
        await before_exchange()
    except BaseException:
        await mark.note(database, held=held, at=at)
        raise
    await _exchange(database)
    await migrate(database, at=at)
    await leave_gap(database, at=at)
    await mark.clear(database)


async def _in_use(database: Database) -> bool:
    """A store that was only ever given its indexes is as good as none."""
    for name in await database.collection_names():
        if mark.is_data(name) and name != SCHEMA and await database[name].count({}, limit=1):
            return True
    return False


async def _fill(database: Database, backup: BackupFile, part: PartFacts, advance: Advance) -> None:
    staging = database[STAGING + part.collection]
    batches = backup.batches(part)
    while (batch := await asyncio.to_thread(_next, batches)) is not None:
        if await staging.insert_many_new(batch):
            raise BackupRefused(f"{backup.path} 的 {part.name} 里有重复的记录，现有数据没有改动")
        advance(sum(len(document.raw) for document in batch))
    await _make_indexes(database, part, staging.name)


async def _make_indexes(database: Database, part: PartFacts, staging: str) -> None:
    """Today's, once the documents are there: that is quicker than the other way round."""
    specs = [
        {"key": dict(index.keys), "name": index.name, **index.options}
        for index in INDEXES
        if index.collection == part.collection
    ]
    if specs:
        await database.command("createIndexes", staging, indexes=specs)
    elif not part.documents:
        await database.command("create", staging)


def _next(batches: Iterator[list[Any]]) -> list[Any] | None:
    return next(batches, None)


async def _exchange(database: Database) -> None:
    names = await database.collection_names()
    arrived = sorted(name.removeprefix(STAGING) for name in names if name.startswith(STAGING))
    for name in names:
        if mark.is_data(name) and name not in arrived:
            await database.command("drop", name)
    # The record of the schema last: whoever reads it finds the rest in place.
    for name in sorted(arrived, key=lambda name: (name == SCHEMA, name)):
        await database.rename(STAGING + name, name)
