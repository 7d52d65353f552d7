"""What lies in the spools of living processes on this disk, brought into the database by one that reaches it.

A process that alone sees no MongoDB cannot drain its spool, while others go on hearing the same people. They read it
for themselves: nothing is removed, and when its owner drains it, it meets what is there already.
"""

import asyncio
from collections.abc import Callable, Sequence

import structlog

from bot.spooling.disk import Disk
from bot.spooling.storing import Storing
from storage.errors import BatchUnreadable, SpoolShut, StorageError
from storage.records import ArrivalState
from storage.spool_records import Record


class Neighbours:
    """``owe`` is told the conversations that have something new to be heard."""

    def __init__(self, disk: Disk, storing: Storing, owe: Callable[[Sequence[str]], None]) -> None:
        self._disk = disk
        self._storing = storing
        self._owe = owe
        self._brought: frozenset[tuple[str, str]] = frozenset()
        self._one = asyncio.Lock()

    async def bring(self) -> None:
        """Return when all that lies in others' spools now is in the database.

        Raises:
            StorageAway: it is not.
        """
        async with self._one:
            there = await self._disk.of_others()
            names = frozenset((each.spool.folder.name, each.batch.name) for each in there)
            self._brought &= names
            owed: dict[str, None] = {}
            for each in there:
                name = (each.spool.folder.name, each.batch.name)
                if name in self._brought:
                    continue
                try:
                    records = await self._disk.read(each)
                except (SpoolShut, BatchUnreadable):  # drained just now; or its owner sets it aside
                    continue
                owed.update(dict.fromkeys(await self._store(records)))
                self._brought |= {name}
        if owed:
            structlog.get_logger().info("spool.brought_for_others", conversations=len(owed))
            self._owe(list(owed))

    async def _store(self, records: Sequence[Record]) -> Sequence[str]:
        told = await asyncio.gather(
            *(self._storing.store(record, closed=True) for record in records), return_exceptions=True
        )
        for each in told:
            if isinstance(each, StorageError) and each.retryable:
                raise each
        kept = [arrived for each in told if not isinstance(each, BaseException) for arrived in each]
        return [arrived.conversation_id for arrived in kept if arrived.state is ArrivalState.PENDING]
