"""A web process that starts while MongoDB is away: platforms' calls go into the spool until it answers.

It can, where the master key is there already. At the first start ever it is not: then the start fails as it always did.
"""

import asyncio
import contextlib
import socket
from collections.abc import Mapping
from types import TracebackType
from typing import Self

import structlog
from aiohttp import web

from bot.accounts import open_accounts
from bot.intake import Answer
from bot.master_key import master_key
from bot.metrics import Metrics
from bot.opening import DatabaseAway, answers, connected
from bot.settings import Settings
from bot.spooling.door import Door
from bot.spooling.keeper import recorded
from bot.spooling.opening import open_disk
from bot.web import WebParts, make_runner, make_web
from channels.base import Channel, Clock, WebhookRequest
from storage.errors import KeysMissing
from storage.stamps import Stamps

_TIMEOUT_MS = 1_500
_LOOK_S = 0.5
_BACKLOG = 512
_END_S = 5.0


class SpoolOnly:
    """Answers calls without a database."""

    def __init__(self, door: Door) -> None:
        self._door = door
        self._stamps = Stamps()

    async def handle(self, channel: Channel, request: WebhookRequest) -> Answer:
        """Like ``bot.intake.Intake.handle``."""
        arrival = channel.receive(request)
        if arrival.answer is not None:
            return Answer(response=arrival.answer)
        record = recorded(arrival, self._stamps)
        if record.size:
            await self._door.take(record)
        word = self._door.reassurance.about(arrival.messages) if channel.capabilities.passive else None
        return Answer(response=channel.respond(arrival, word))


class Meanwhile:
    """Holds the port and the spool from before the database answers until the service has taken both over."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock
        self._metrics = Metrics()
        self._stack = contextlib.AsyncExitStack()
        self._socket: socket.socket | None = None
        self.door: Door | None = None
        """The spool, where this had to be."""

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        await self.end()
        if self.door is not None:
            await self.door.disk.aclose()

    async def until_database(self, stop: asyncio.Event) -> None:
        """Return when the database answers, at once where nothing can be done without it, or at ``stop``."""
        async with contextlib.AsyncExitStack() as asking:
            database = await connected(self._settings, asking, _TIMEOUT_MS)
            if await answers(database) or not await self._opened():
                return
            uri = self._settings.storage.mongodb_uri
            away = DatabaseAway(uri.get_secret_value() if uri else "", self._settings.origin("storage.mongodb_uri"))
            structlog.get_logger().error("web.without_database", sentence=away.sentence)
            while not stop.is_set() and not await answers(database):
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(_LOOK_S):
                        await stop.wait()

    def shared_socket(self) -> socket.socket | None:
        """The port, for whoever takes over: calls that come in between wait in its queue."""
        return None if self._socket is None else self._socket.dup()

    async def end(self) -> None:
        """Take no more calls; those under way are answered."""
        await self._stack.aclose()
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    async def _opened(self) -> bool:
        try:
            wrapper = await asyncio.to_thread(master_key(self._settings).load)
        except KeysMissing:
            return False
        disk = await open_disk(self._settings, wrapper)
        if disk is None:
            return False
        self.door = Door(disk, self._metrics)
        await self._serve(self.door)
        return True

    async def _serve(self, door: Door) -> None:
        async def readiness() -> Mapping[str, str]:
            return {"mongodb": "!storage_away", "spool": f"away: {door.disk.count} arrivals wait (本机暂存中)"}

        async def depths() -> Mapping[str, int]:
            self._metrics.spool_arrivals.set(door.disk.count)
            self._metrics.spool_bytes.set(door.disk.size)
            return {}

        parts = WebParts(
            channels=await self._stack.enter_async_context(open_accounts(self._settings)),
            intake=SpoolOnly(door),
            marks=None,
            api=_nobody(),
            console=_nobody(),
            resident=_nobody(),
            metrics=self._metrics,
            readiness=readiness,
            depths=depths,
            tokens=frozenset(token.get_secret_value() for token in self._settings.api.tokens.values()),
            clock=self._clock,
        )
        runner = make_runner(make_web(parts), shutdown_seconds=_END_S)
        await runner.setup()
        self._stack.push_async_callback(runner.cleanup)
        self._socket = _listening(self._settings.http.host, self._settings.http.port)
        await web.SockSite(runner, self._socket.dup(), backlog=_BACKLOG).start()


def _listening(host: str, port: int) -> socket.socket:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    family, *_, address = found[0]
    return socket.create_server(address[:2], family=family, backlog=_BACKLOG)


def _nobody() -> web.Application:
    async def away(_request: web.Request) -> web.Response:
        return web.Response(status=503, headers={"Retry-After": "5"})

    app = web.Application()
    app.router.add_route("*", "/{rest:.*}", away)
    return app
