"""Stamps: the order in which one process took what arrived, told by its clock.

Between processes the stamps are compared as they are: whoever's clock says earlier came first. ``steady_clock`` keeps
their clocks together.
"""

import time
from collections.abc import Callable


class Stamps:
    """Gives nanoseconds since 1970, each larger than all before: the clock may stand still or be set back."""

    def __init__(self, clock_ns: Callable[[], int] = time.time_ns) -> None:
        self._clock_ns = clock_ns
        self._last = 0

    def take(self, count: int = 1) -> int:
        """Give the first of ``count`` stamps that follow one another."""
        first = max(self._clock_ns(), self._last + 1)
        self._last = first + count - 1
        return first

    def not_before(self, stamp: int) -> None:
        """What comes now comes after ``stamp``."""
        self._last = max(self._last, stamp)
