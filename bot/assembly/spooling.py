"""The spool of one process, from its start to its end."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from functools import partial
from typing import Any

import structlog

from bot.services import Services
from bot.settings import Settings
from bot.spooling.disk import Disk, Limits
from bot.spooling.door import Door
from bot.spooling.draining import Drainer
from bot.spooling.keeper import Keeper
from bot.spooling.place import spool_root
from storage.errors import StorageError
from storage.leases import Leases

_PROBE = "spool"
_PROBE_S = 1.5
_MEBIBYTE = 1024 * 1024


async def open_disk(settings: Settings, wrapper: Any) -> Disk | None:
    """The spool, sealed under the master key ``wrapper``; None, and an error in the log, where it cannot be had."""
    limits = Limits(max_bytes=settings.spool.megabytes * _MEBIBYTE, max_count=settings.spool.arrivals)
    try:
        return await Disk.open(spool_root(settings), wrapper, limits)
    except StorageError as error:
        structlog.get_logger().error("spool.not_available", error=error.code, sentence=error.sentence)
        return None


@contextlib.asynccontextmanager
async def open_keeper(services: Services, door: Door | None = None) -> AsyncIterator[Keeper]:
    """The way into the store; ``door``: where the spool is open already. What waits at the end is left to others."""
    if door is None:
        disk = await open_disk(services.settings, services.store.vault.master)
        door = None if disk is None else Door(disk, services.metrics)
    else:
        door.metrics = services.metrics
    probe = partial(takes_writes, Leases(services.store.database))
    keeper = Keeper(store=services.store, clock=services.clock, door=door, probe=probe)
    if door is None:
        yield keeper
        return
    drainer = Drainer(keeper, door, probe=probe, resume=services.turns.resume, metrics=services.metrics)
    services.calm.bring = drainer.neighbours.bring
    draining = asyncio.create_task(drainer.run())
    try:
        yield keeper
    finally:
        draining.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await draining
        await door.disk.aclose()


async def takes_writes(leases: Leases) -> bool:
    """Whether the database answers and keeps what it is given: a lease of no length is taken."""
    try:
        async with asyncio.timeout(_PROBE_S):
            await leases.hold(_PROBE, _PROBE, seconds=0)
    except (StorageError, TimeoutError):
        return False
    return True
