"""The work that a played platform has under way."""

import asyncio
from collections.abc import Coroutine
from typing import Any

from channels.sandbox.errors import SandboxRefused

_MOST = 500


class Tasks:
    """Bounded: beyond that the page is told to wait. ``what``: in Chinese, as it stands in that sentence."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._running: set[asyncio.Task[None]] = set()

    def start(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Begin it.

        Raises:
            SandboxRefused: too much is under way.
        """
        if len(self._running) >= _MOST:
            work.close()
            raise SandboxRefused(f"同时{self._what}太多了，请稍等", code="too_many", http=429)
        task = asyncio.create_task(work)
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return task

    async def stop(self) -> None:
        tasks = list(self._running)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
