"""Telling how long turns take to commit, so that work that can wait (notices to many) makes way for them.

The commit is what turns and such work contend for: the database's disk, its processor and ours. How long the rest of a
turn takes says more of the engine that answers than of the load.
"""

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable

from storage.errors import StorageError
from storage.pulses import Pulses

BEAT_S = 0.25
"""So often at most it is told; nobody who is answered waits for that: it is told while another turn commits."""


class Pulse:
    """The pulse of one process."""

    def __init__(self, pulses: Pulses, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._pulses = pulses
        self._monotonic = monotonic
        self._slowest = 0.0
        self._told_at = monotonic()

    async def over(self, commit: Awaitable[None]) -> None:
        """Await ``commit``, and remember how long it took."""
        begun = self._monotonic()
        telling = asyncio.create_task(self._told()) if self._is_due(begun) else None
        try:
            await commit
        finally:
            self._slowest = max(self._slowest, self._monotonic() - begun)
            if telling is not None:
                await telling

    def _is_due(self, now: float) -> bool:
        return self._slowest > 0 and now - self._told_at >= BEAT_S

    async def _told(self) -> None:
        slowest, self._slowest, self._told_at = self._slowest, 0.0, self._monotonic()
        with contextlib.suppress(StorageError):
            await self._pulses.beat(slowest)
