"""A web process that starts while MongoDB is away: platforms' calls go into the spool until it answers.

It can, where the master key is there already. At the first start ever it is not: then calls are refused, so that
platforms repeat them, and the process goes on waiting.
"""

import asyncio
import contextlib
import socket
from collections.abc import Mapping
from types import TracebackType
from typing import TYPE_CHECKING, Self

import structlog
from aiohttp import web

from bot.accounts import open_accounts
from bot.assembly.spooling import open_disk
from bot.intake import Answer
from bot.master_key import master_key
from bot.metrics import Metrics
from bot.opening import answers, connected
from bot.periodic import stopped_within
from bot.settings import Settings
from bot.spooling.disk import Disk
from bot.spooling.door import Door
from bot.spooling.keeper import recorded
from bot.waiting import away, refuses_us
from bot.web import WebParts, make_runner, make_web
from channels.base import Channel, Clock, WebhookRequest
from storage.backups.mark import held
from storage.driver import Database
from storage.errors import KeysMissing, StorageAway, StorageError
from storage.stamps import Stamps

if TYPE_CHECKING:
    from bot.quiet_server import QuietRunner

_TIMEOUT_MS = 1_500
_LOOK_S = 0.5
_BACKLOG = 512
_END_S, _QUIET_S = 5.0, 1.0
_KEEPS = "消息先存在本机，连上后自动继续"
_KEEPS_NOT = "还没有主密钥，或本机存不了：消息暂时收不下，平台会重发；正在等待，连上后自动继续"


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


class Refuses:
    """Answers what needs nothing kept, such as a platform's check of the address; all else is to be repeated."""

    async def handle(self, channel: Channel, request: WebhookRequest) -> Answer:
        """Like ``bot.intake.Intake.handle``."""
        arrival = channel.receive(request)
        if arrival.answer is None:
            raise StorageAway("no database yet, and no key for a spool")
        return Answer(response=arrival.answer)


class Meanwhile:
    """Holds the port and the spool from before the database answers until the service has taken both over."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock
        self._metrics = Metrics()
        self._stack = contextlib.AsyncExitStack()
        self._socket: socket.socket | None = None
        self._runner: QuietRunner | None = None
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
        """Return when the database answers, or at ``stop``; until then calls are kept, or refused where none can be."""
        async with contextlib.AsyncExitStack() as asking:
            database = await connected(self._settings, asking, _TIMEOUT_MS)
            if await _serves(database):
                return
            await self._open()
            said = _KEEPS if self.door else _KEEPS_NOT
            structlog.get_logger().error("web.without_database", sentence=f"{away(self._settings).sentence}。{said}")
            while not stop.is_set() and not await _serves(database):
                if self.door is None and await refuses_us(database):
                    return
                await stopped_within(stop, _LOOK_S)

    def shared_socket(self) -> socket.socket | None:
        """The port, for whoever takes over: calls that come in between wait in its queue."""
        if self._socket is None or self._runner is None:
            return None
        self._runner.port_goes_on = True
        return self._socket.dup()

    async def end(self) -> None:
        """Take no more calls; those under way are answered."""
        if self._socket is not None:  # whoever takes over, and who answers here, have their own of it
            self._socket.close()
            self._socket = None
        await self._stack.aclose()

    async def _open(self) -> None:
        disk = await self._disk()
        self.door = None if disk is None else Door(disk, self._metrics)
        await self._serve(self.door)

    async def _disk(self) -> Disk | None:
        try:
            wrapper = await asyncio.to_thread(master_key(self._settings).load)
        except KeysMissing:
            return None
        return await open_disk(self._settings, wrapper)

    async def _serve(self, door: Door | None) -> None:
        async def readiness() -> Mapping[str, str]:
            spool = (
                f"away: {door.disk.count} arrivals wait (本机暂存中)" if door else "away: nothing is kept (首次启动)"
            )
            return {"mongodb": "!storage_away", "spool": spool}

        async def depths() -> Mapping[str, int]:
            if door:
                self._metrics.spool_arrivals.set(door.disk.count)
                self._metrics.spool_bytes.set(door.disk.size)
            return {}

        parts = WebParts(
            channels=await self._stack.enter_async_context(open_accounts(self._settings)),
            intake=SpoolOnly(door) if door else Refuses(),
            marks=None,
            api=_nobody(),
            console=_nobody(),
            resident=_nobody(),
            public=_nobody(),
            metrics=self._metrics,
            readiness=readiness,
            depths=depths,
            tokens=frozenset(token.get_secret_value() for token in self._settings.api.tokens.values()),
            clock=self._clock,
        )
        runner = make_runner(make_web(parts), shutdown_seconds=_END_S, quiet_seconds=_QUIET_S)
        self._runner = runner
        await runner.setup()
        self._stack.push_async_callback(runner.cleanup)
        self._socket = _listening(self._settings.http.host, self._settings.http.port)
        await web.SockSite(runner, self._socket.dup(), backlog=_BACKLOG).start()


async def _serves(database: Database) -> bool:
    """Whether it is there, and whole: what comes while a backup is put back waits in the spool too."""
    if not await answers(database):
        return False
    try:
        return not await held(database)
    except StorageAway:
        return False
    except StorageError:  # for the opening to name
        return True


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
