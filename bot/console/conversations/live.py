"""Pages that refresh themselves: a part of a page, sent anew by server-sent events whenever what it shows has changed.

A stream ends with the session, never keeps it alive, and there are only so many.
"""

import asyncio
import json
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress

import structlog
from aiohttp import web

from bot.access.signing_in import IDLE
from bot.console.guards import HEADERS
from bot.console.routes import Call
from channels.base import Clock
from storage.errors import StorageError
from storage.store import Store

EVERY_S = 3.0
MOST = 100
MOST_EACH = 6
_QUIET_TICKS = 5

Shown = Callable[[], Awaitable[str]]
_END = b"event: end\ndata: \n\n"


class Live:
    """The open streams of one process."""

    def __init__(self, *, store: Store, clock: Clock, every_s: float = EVERY_S) -> None:
        self._store = store
        self._clock = clock
        self._every_s = every_s
        self._open: Counter[str] = Counter()
        self._closing = asyncio.Event()

    async def close(self, _app: web.Application | None = None) -> None:
        """End all streams: the server does not wait for them."""
        self._closing.set()

    async def stream(self, call: Call, *, stamp: Shown, shown: Shown) -> web.StreamResponse:
        """Send ``shown()`` now and whenever ``stamp()`` changes, until the session ends or the browser leaves."""
        member = call.viewer.member.id
        if self._closing.is_set() or self._open.total() >= MOST or self._open[member] >= MOST_EACH:
            return web.Response(status=204)  # an EventSource does not come back after this
        self._open[member] += 1
        try:
            response = web.StreamResponse(headers={**HEADERS, "Content-Type": "text/event-stream"})
            response.headers["Cache-Control"] = "no-store"
            response.headers["X-Accel-Buffering"] = "no"
            await response.prepare(call.request)
            with suppress(ConnectionError):
                await self._send(call, response, stamp, shown)
        finally:
            self._open[member] -= 1
        return response

    async def _send(self, call: Call, response: web.StreamResponse, stamp: Shown, shown: Shown) -> None:
        before, quiet = None, 0
        while not self._closing.is_set():
            try:
                if not await self._goes_on(call):
                    await response.write(_END)
                    return
                now = await stamp()
                if now != before:
                    await response.write(f"event: page\ndata: {json.dumps(await shown())}\n\n".encode())
                    before, quiet = now, 0
            except StorageError:  # away for a moment: looked at again
                structlog.get_logger().warning("console.live_storage_away")
            except web.HTTPException:  # it has gone out of the viewer's reach meanwhile
                await response.write(_END)
                return
            quiet += 1
            if quiet % _QUIET_TICKS == 0:
                await response.write(b": still here\n\n")
            with suppress(TimeoutError):
                async with asyncio.timeout(self._every_s):
                    await self._closing.wait()

    async def _goes_on(self, call: Call) -> bool:
        """Whether the session stands, and its member may still do what they might when the stream began."""
        now, viewer = self._clock(), call.viewer
        session = await self._store.sessions.get(viewer.token, now=now, idle_since=now - IDLE)
        member = None if session is None else await self._store.staff.get(viewer.member.id)
        return (
            member is not None
            and member.active
            and (member.roles, member.unit)
            == (
                viewer.member.roles,
                viewer.member.unit,
            )
        )
