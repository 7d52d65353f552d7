"""Recording, off the answer's path, that passive replies went out."""

import asyncio
import contextlib

import structlog

from channels.base import Clock
from storage.errors import StorageError
from storage.store import Store

_GATHER_S = 0.1
_MOST = 10_000


class PassiveMarks:
    """Gathers the replies that webhooks carried and marks them sent, many with one write.

    A mark that is lost (the process dies, MongoDB is away) leaves the entry leased to its webhook; when that
    lease ends a worker sends it once more, marked as perhaps twice.
    """

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._ids: list[str] = []
        self._some = asyncio.Event()

    def given(self, entry_id: str) -> None:
        """The platform has read the answer that carried this entry."""
        if len(self._ids) < _MOST:
            self._ids.append(entry_id)
            self._some.set()

    async def run(self) -> None:
        """Flush until cancelled, and once more then."""
        try:
            while True:
                await self._some.wait()
                await asyncio.sleep(_GATHER_S)
                await self.flush()
        except asyncio.CancelledError:
            with contextlib.suppress(StorageError):
                await self.flush()
            raise

    async def flush(self) -> None:
        """Mark what has been gathered; on failure it is kept for the next time."""
        ids, self._ids = self._ids, []
        self._some.clear()
        if not ids:
            return
        try:
            await self._store.outbox.passive_sent(ids, at=self._clock())
        except StorageError as error:
            structlog.get_logger().warning(
                "passive.mark_failed", entries=len(ids), error=type(error).__name__
            )
            self._ids = [*ids, *self._ids][:_MOST]
            self._some.set()
