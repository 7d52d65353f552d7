"""One time for all processes: that of this machine while it agrees with the database server's, else the server's.

What came first, and whose lease has ended, is told by times that several processes write. A process whose clock is
wrong, or is moved while it runs, would overtake others or take their leases. Between two looks at the server time
goes on by the monotonic clock, which nobody moves.
"""

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import structlog

from storage.driver import Database
from storage.errors import StorageError

TOLERANCE = timedelta(milliseconds=100)
"""So far the machine's clock may be from the server's; clocks that are kept by NTP are nearer."""
LOOK_EVERY_S = 5.0
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_MS_NS = 1_000_000
_SLOW_NS = 1_000 * _MS_NS
"""An answer that took so long tells little of the time."""


class SteadyClock:
    """The machine's time until the first look. ``wall_ns`` and ``steady_ns`` give nanoseconds."""

    def __init__(
        self, *, wall_ns: Callable[[], int] = time.time_ns, steady_ns: Callable[[], int] = time.monotonic_ns
    ) -> None:
        self._wall_ns = wall_ns
        self._steady_ns = steady_ns
        self._ahead: int | None = None
        self._corrects = False

    def now_ns(self) -> int:
        """Nanoseconds since 1970."""
        return self._wall_ns() if self._ahead is None else self._steady_ns() + self._ahead

    def now(self) -> datetime:
        """In whole milliseconds: the store keeps no more, and what is read later is equal."""
        return _EPOCH + timedelta(milliseconds=self.now_ns() // _MS_NS)

    async def look(self, database: Database) -> None:
        """Compare with the server's clock.

        Raises:
            StorageError: it cannot be asked; time goes on as before.
        """
        began = self._steady_ns()
        told = (await database.command("hello"))["localTime"].replace(tzinfo=UTC)
        self.hear((told - _EPOCH) // _MICROSECOND * 1_000, began, self._steady_ns())

    def hear(self, theirs_ns: int, began: int, ended: int) -> None:
        """Take what the server's clock showed, in whole milliseconds, between two readings of the monotonic one."""
        if ended - began > _SLOW_NS and self._ahead is not None:
            return
        least, most = theirs_ns - ended, theirs_ns + _MS_NS - began
        wall = self._wall_ns() - self._steady_ns()
        tolerated = TOLERANCE // _MICROSECOND * 1_000
        agrees = least - tolerated <= wall <= most + tolerated
        if agrees:
            self._ahead = wall
        else:
            before = (least + most) // 2 if self._ahead is None else self._ahead
            self._ahead = min(max(before, least), most)
        if agrees is self._corrects:
            self._corrects = not agrees
            log = structlog.get_logger()
            log.warning("clock.corrected" if self._corrects else "clock.right_again", seconds=(wall - least) / 1e9)

    async def keep(self, database: Database) -> None:
        """Look again and again; runs until it is cancelled."""
        while True:
            await asyncio.sleep(LOOK_EVERY_S)
            with suppress(StorageError):
                await self.look(database)
