"""The way into this process's spool: written once, acknowledged then, and told what became of it where that is near."""

from collections.abc import Callable, Sequence

import structlog

from bot.metrics import Metrics
from bot.spooling.disk import Disk
from bot.spooling.held import HeldCalls
from bot.spooling.reassurance import Reassurance
from storage.errors import StorageError
from storage.records import ArrivedMessage
from storage.spool_records import Record


def _never() -> bool:
    return False


class Door:
    """One a process; it needs no database."""

    def __init__(self, disk: Disk, metrics: Metrics) -> None:
        self.disk = disk
        self.held = HeldCalls()
        self.reassurance = Reassurance()
        self.metrics = metrics

    async def take(
        self, record: Record, *, until: float = 0.0, hopeful: Callable[[], bool] = _never
    ) -> Sequence[ArrivedMessage] | None:
        """Keep ``record`` on the disk; give its messages where they are in the store by ``until``.

        ``hopeful``: whether that is to be waited for, asked once it is on the disk.

        Raises:
            SpoolFull, SpoolShut: it is not kept.
        """
        with self.held.call(record) as call:
            if call.first:
                await self._write(record)
                call.wrote()
            else:
                await call.written()
            return await call.stored(until) if hopeful() else None

    async def _write(self, record: Record) -> None:
        try:
            await self.disk.write(record)
        except StorageError as error:
            self.metrics.spooled.labels(outcome=error.code).inc()
            structlog.get_logger().error(
                "spool.refused", error=error.code, arrivals=self.disk.count, bytes=self.disk.size
            )
            raise
        self.metrics.spooled.labels(outcome="kept").inc()
