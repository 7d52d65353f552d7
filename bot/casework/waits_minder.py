"""Has what open cases wait for written where an earlier version did not write it; a worker does it beside its work."""

import asyncio

import structlog

from bot.periodic import repeatedly
from storage.store import Store
from storage.waits_backfill import WaitsBackfill

_LOOK_S = 3600.0
"""A process of an earlier version may still write while others are of this one."""


class WaitsMinder:
    """Looks at the start, and now and then."""

    def __init__(self, store: Store) -> None:
        self._backfill = WaitsBackfill(store.database, store.vault)

    async def run(self, stop: asyncio.Event) -> None:
        """Until ``stop``."""
        await repeatedly(lambda: self.look(stop), stop, name="waits", seconds=_LOOK_S)

    async def look(self, stop: asyncio.Event) -> None:
        """Until no such case is left, or ``stop``.

        Raises:
            StorageError: some are left; look again.
        """
        total = 0
        while not stop.is_set() and (looked := await self._backfill.portion()):
            total += looked
        if total:
            structlog.get_logger().info("waits.written", cases=total)
