"""Recording, off the answer's path, that passive replies went out."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence

import structlog

from channels.base import Clock
from storage.errors import StorageError
from storage.records import OutboxEntry
from storage.store import Store

_GATHER_S = 0.1
_AGAIN_S = 1.0
_MOST = 10_000


def _surely() -> bool:
    return True


class PassiveMarks:
    """Gathers the replies that webhooks carried and marks them sent, many with one write.

    A mark that is lost (the process dies, MongoDB is away), or not made as nobody seems to have read the answer, leaves
    the entry leased to its webhook; when that lease ends a worker sends it once more, marked as perhaps twice.
    ``kick`` sends the next parts of an answer that was longer than one message.
    """

    def __init__(self, store: Store, clock: Clock, kick: Callable[[Sequence[str]], Awaitable[object]]) -> None:
        self._store = store
        self._clock = clock
        self._kick = kick
        self._given: dict[str, tuple[OutboxEntry, Callable[[], bool]]] = {}
        self._some = asyncio.Event()

    def given(self, entry: OutboxEntry, *, read: Callable[[], bool] = _surely) -> None:
        """The platform was handed the answer that carried this entry. ``read``: whether that still seems so later."""
        if len(self._given) < _MOST:
            self._given[entry.id] = entry, read
            self._some.set()

    async def run(self) -> None:
        """Flush until cancelled, and once more then."""
        try:
            while True:
                await self._some.wait()
                await asyncio.sleep(_GATHER_S)
                if not await self.flush():
                    await asyncio.sleep(_AGAIN_S)
        finally:
            with contextlib.suppress(StorageError):
                await self.flush()

    async def flush(self) -> bool:
        """Mark what has been gathered; False: it could not be, and is kept for the next time."""
        for entry_id in [entry_id for entry_id, (_, read) in self._given.items() if not read()]:
            self._given.pop(entry_id)
        given = {entry_id: entry for entry_id, (entry, _) in self._given.items()}
        self._some.clear()
        if not given:
            return True
        try:
            await self._store.outbox.passive_sent(list(given), at=self._clock())
            following = await self._store.outbox.next_parts(
                [entry.reply_to for entry in given.values() if entry.reply_to]
            )
        except StorageError as error:
            structlog.get_logger().warning("passive.mark_failed", entries=len(given), error=error.code)
            self._some.set()
            return False
        # Only now: a flush that is cancelled half-way loses no mark, and marking twice changes nothing.
        for entry_id in given:
            self._given.pop(entry_id, None)
        if following:
            await self._kick(following)
        return True
