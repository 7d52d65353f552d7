"""How long a caller may take to say what it wants, and how many of one address may take their time at once.

aiohttp waits for ever for the rest of a first line, and handlers for the rest of a form. Somebody who opens many
connections and lets them dribble would so use up the files that a process may open.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

HEAD_SECONDS = 10.0
"""For the first line and the headers, from the connection's first moment or the first byte of the next call on it."""
BODY_SECONDS = 30.0
"""In as long at least ``BODY_BYTES`` of a body arrive, or its end."""
BODY_BYTES = 32 * 1024
MOST_WAITING = 100
"""Connections of one address that have not said all. A proxy that reads calls before it passes them on has few."""
_FRESH_SECONDS = 2.0
"""So young a connection is never closed for another: many come at once where a process had to stand still."""


@dataclass(slots=True, eq=False)
class Unfinished:
    """A connection that has still to say something. ``give_up`` closes it."""

    address: str
    give_up: Callable[[], None]
    since: float = 0.0
    got: int = 0
    timer: asyncio.TimerHandle | None = None


@dataclass(slots=True)
class SlowCallers:
    """All unfinished connections of a server, by address, the oldest first."""

    waiting: dict[str, deque[Unfinished]] = field(default_factory=dict)

    def begin(self, one: Unfinished, *, seconds: float, late: Callable[[], None]) -> None:
        """Wait for ``one`` from now on; the oldest of its address goes where there are too many."""
        loop = asyncio.get_running_loop()
        self.end(one)
        one.since, one.got, one.timer = loop.time(), 0, loop.call_later(seconds, late)
        others = self.waiting.setdefault(one.address, deque())
        others.append(one)
        if len(others) > MOST_WAITING and one.since - others[0].since > _FRESH_SECONDS:
            others[0].give_up()

    def end(self, one: Unfinished) -> None:
        """``one`` has said all, or is gone."""
        if one.timer is None:
            return
        one.timer.cancel()
        one.timer = None
        others = self.waiting[one.address]
        others.remove(one)
        if not others:
            del self.waiting[one.address]
