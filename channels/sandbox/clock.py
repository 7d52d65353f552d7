"""A clock that can be moved, so that 48 hours can pass in a test."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta


def utc_now() -> datetime:
    return datetime.now(UTC)


class PlatformClock:
    """``now`` is the platform's time (windows, tokens, media); ``wall`` is the real one.

    Pushes are signed with the wall's time whatever the offset is: the bot's own clock is not moved, and it
    rightly refuses stale signatures.
    """

    def __init__(self, wall: Callable[[], datetime]) -> None:
        self.wall = wall
        self.offset = timedelta()
        self._watchers: list[Callable[[], None]] = []

    def now(self) -> datetime:
        return self.wall() + self.offset

    def move_to(self, offset: timedelta) -> None:
        self.offset = offset
        for told in self._watchers:
            told()

    def watch(self, told: Callable[[], None]) -> None:
        """Have ``told`` called whenever the clock is moved."""
        self._watchers.append(told)
