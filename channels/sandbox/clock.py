"""A clock that can be moved, so that 48 hours can pass in a test."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from channels.sandbox.errors import SandboxRefused
from channels.sandbox.inputs import read_number

_LONGEST_MOVE = 400 * 86_400


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


def read_offset(data: Mapping[str, Any], offset: timedelta) -> timedelta:
    """Where an order wants the clock: ``forward_seconds`` from ``offset``, or ``offset_seconds`` from the wall.

    Raises:
        SandboxRefused: for a wrong value, one too far away, or another key.
    """
    if unknown := data.keys() - {"forward_seconds", "offset_seconds"}:
        raise SandboxRefused(f"只认 forward_seconds 和 offset_seconds，不认 {'、'.join(sorted(unknown))}")
    forward = read_number(data.get("forward_seconds", 0), "forward_seconds")
    start = read_number(data.get("offset_seconds", offset.total_seconds()), "offset_seconds")
    if abs(start + forward) > _LONGEST_MOVE:
        raise SandboxRefused("时钟最多拨动 400 天")
    return timedelta(seconds=start + forward)
