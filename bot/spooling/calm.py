"""Turns wait while a spool on this disk is being drained: somebody's earlier words may lie in it."""

import asyncio
import os
from collections.abc import Awaitable, Callable
from pathlib import Path

import structlog

from storage.spool import WAITING

Bring = Callable[[], Awaitable[None]]

STALE_S = 3.0
"""A spool that has not moved for so long is not waited for: its process sees no MongoDB, though we do."""
_LOOK_S = 0.05
_FORGET_S = 30.0


class Calm:
    """Looks at the marks that spools leave below ``root``; a quiet look costs a few microseconds, from memory."""

    def __init__(self, root: Path) -> None:
        self._waiting = root / WAITING
        self._seen: dict[str, tuple[int, float]] = {}
        self._looked_at = 0.0
        self.bring: Bring | None = None
        """Brings what lies in spools whose processes do not drain them."""

    async def __call__(self) -> bool:
        """Return when none is being drained, and what others cannot drain has been brought; whether there was any."""
        if not self._marks():
            return False
        waited = False
        while self._moving():
            waited = True
            await asyncio.sleep(_LOOK_S)
        if waited:
            structlog.get_logger().info("turns.waited_for_spools")
        if self.bring is not None and self._marks():
            await self.bring()
        return True

    def _marks(self) -> list[str]:
        try:
            return os.listdir(self._waiting)  # noqa: PTH208 - names alone, on every turn
        except OSError:
            return []

    def _moving(self) -> bool:
        now = asyncio.get_running_loop().time()
        if now - self._looked_at > _FORGET_S:
            self._seen.clear()
        self._looked_at = now
        moved = dict(self._mark(name, now) for name in self._marks())
        self._seen = moved
        return any(now - since < STALE_S for _, since in moved.values())

    def _mark(self, name: str, now: float) -> tuple[str, tuple[int, float]]:
        """When the spool was last seen to move, by our own clock."""
        try:
            touched = (self._waiting / name).stat().st_mtime_ns
        except OSError:
            touched = 0
        before = self._seen.get(name)
        return name, before if before is not None and before[0] == touched else (touched, now)
