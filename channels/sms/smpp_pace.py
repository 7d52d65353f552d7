"""How fast we may send: as fast as the settings say, and slower while the carrier asks for it."""

import asyncio

from channels.errors import Busy

_FIRST_INTERVAL, _LONGEST_INTERVAL = 0.5, 15.0
_FASTER = 0.8
_NEGLIGIBLE = 0.02


class Pace:
    """Turns at intervals. "Slower" doubles the interval, each text that passes shortens it again.

    All who wait have turns of their own, one after the other: nobody tries again at the same moment.
    """

    def __init__(self, *, per_second: float) -> None:
        """``per_second``: never more texts than this; 0: no limit of ours."""
        self._least = 1 / per_second if per_second else 0.0
        self._interval = self._least
        self._next_at = 0.0
        self._heeded_until = 0.0

    async def turn(self, *, until: float) -> None:
        """Wait for a turn.

        Raises:
            Busy: it would come after ``until`` (of the loop's clock); no turn is taken, and it says when to come.
        """
        now = self._now()
        at = max(now, self._next_at)
        if at >= until:
            raise Busy("the carrier asks for less", retry_after=at - now)
        self._next_at = at + self._interval
        if at > now:
            await asyncio.sleep(at - now)

    def slower(self) -> None:
        """The carrier had too much. What was under way at the same time says so as well: that counts once."""
        now = self._now()
        if now >= self._heeded_until:
            self._interval = min(_LONGEST_INTERVAL, max(_FIRST_INTERVAL, 2 * self._interval))
            self._heeded_until = now + self._interval
        self._next_at = max(self._next_at, now + self._interval)

    def passed(self) -> None:
        """One was accepted."""
        faster = self._interval * _FASTER
        self._interval = max(self._least, faster if faster > _NEGLIGIBLE else 0.0)

    def _now(self) -> float:
        return asyncio.get_running_loop().time()
