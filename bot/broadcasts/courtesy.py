"""A notice to many makes way for people who write meanwhile: it rests the longer, the slower their turns become.

As fast as it goes, a broadcast takes a core of its own and most of what the database can do; the permitted rates of
real accounts take next to nothing. So it goes on as fast as it may until turns tell that their commits are late
(``storage.pulses``); then its rests double, and shrink again by and by once turns are quick (as TCP shares a line).
It never rests so long that it falls behind what a gateway permits anyway. What has begun makes way for nobody: while
people write, it goes on in small bites, with a breath between them even where no turn is late yet.
"""

import contextlib
import time
from collections.abc import Awaitable, Callable

from storage.errors import StorageError
from storage.pulses import Pulses

LATE_S = 0.02
"""A commit that takes longer than this is late; on an idle machine it takes some six milliseconds."""
LEAST_PER_SECOND = 50.0
"""However late turns are, so many recipients a second are brought on: what the settings permit by default."""
BITE = 50
"""Recipients that are brought on together while people write: some thirteen milliseconds of the store. Fewer would be
more calls and more waits for the disk: at 25 turns were no quicker."""
SENT_BREATH_S = 0.002
"""While people write: so long a breath for each who is sent to, some seven times what the store does for one."""
WRITTEN_BREATH_S = 0.0005
"""The same for each who is written into the ledger."""
_LOOK_EVERY_S = 0.25
_FIRST_S = 0.05
_LONGEST_S = 2.0
_SHRINKS = 0.8


class Courtesy:
    """How much of its time one broadcast rests."""

    def __init__(self, pulses: Pulses, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._pulses = pulses
        self._monotonic = monotonic
        self._looked_at = monotonic() - _LOOK_EVERY_S
        self._rest = 0.0
        self._people_write = False

    def bite(self, most: int) -> int:
        """How many of ``most`` to bring on together."""
        return min(most, BITE) if self._people_write else most

    async def look(self) -> None:
        """Learn how people's turns are doing, if that was not asked a moment ago."""
        now = self._monotonic()
        if now - self._looked_at >= _LOOK_EVERY_S:
            self._looked_at = now
            with contextlib.suppress(StorageError):
                self._judge(await self._pulses.slowest())

    async def rest(self, nap: Callable[[float], Awaitable[None]], people: int, *, breath: float) -> None:
        """Rest by ``nap`` before ``people`` more are brought on, if people write; longer if turns are late.

        ``breath``: seconds for each of ``people`` where no turn is late.
        """
        await self.look()
        rest = max(self._rest, people * breath if self._people_write else 0.0)
        if rest > 0:
            await nap(min(rest, people / LEAST_PER_SECOND))

    def _judge(self, slowest: float) -> None:
        self._people_write = slowest > 0
        if slowest > LATE_S:
            self._rest = min(_LONGEST_S, max(_FIRST_S, 2 * self._rest))
        else:
            self._rest = self._rest * _SHRINKS if self._rest > _FIRST_S * _SHRINKS else 0.0
