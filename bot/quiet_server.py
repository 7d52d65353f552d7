"""The HTTP server's own refusals, without a word of what was sent; its patience with slow callers; and its end.

What breaks before a handler is asked (a first line that is too long, a header that is none) is otherwise quoted in the
answer and, with a traceback, in the log: addresses bear secrets and what residents write.

Who has a connection when the server ends gets an answer: what waits to be accepted is accepted before the port is
closed, what is said until then is heard, and each answer says that it is the connection's last (docs/operations.md).
"""

import asyncio
import contextlib
import os
import socket
from typing import TYPE_CHECKING, Any

import structlog
from aiohttp import web
from aiohttp.web_protocol import RequestHandler

from bot import slow_callers
from bot.faults import frames_of
from bot.slow_callers import SlowCallers, Unfinished

if TYPE_CHECKING:
    from aiohttp.streams import StreamReader


_LAST_SECONDS = 1.0
"""Of the time for ending: for handlers that are cancelled."""
_LOOK_S = 0.02


class QuietRunner(web.AppRunner):
    """Runs an application with ``_Connection`` for each caller.

    ``quiet_seconds``: how long at the end, at most, a connection on which nothing is said is kept: a proxy may use it
    at this very moment, and whoever learns that it is closed cannot know whether the call was heard.
    ``port_goes_on``: somebody else accepts what waits there.
    """

    def __init__(self, app: web.Application, *, quiet_seconds: float = 0.0, **named: Any) -> None:
        super().__init__(app, **named)
        self._quiet_seconds = quiet_seconds
        self.port_goes_on = False
        app.on_response_prepare.append(self._say_the_last)

    async def cleanup(self) -> None:
        """Close the port, answer whoever has a connection, and end."""
        if self._server is not None:
            self._server.pre_shutdown()
        waiting: list[socket.socket] = []
        for site in self.sites:
            waiting += await _closed(site, last=not self.port_goes_on)
        for each in waiting:
            await _let_in(self._server, each)
        await super().cleanup()

    async def _say_the_last(self, _request: web.Request, response: web.StreamResponse) -> None:
        if isinstance(self._server, _Server) and self._server.ending:
            response.force_close()
            response.headers["Connection"] = "close"

    async def _make_server(self) -> web.Server:
        made = await super()._make_server()
        return _Server(
            made.request_handler,
            quiet_seconds=self._quiet_seconds,
            request_factory=made.request_factory,
            handler_cancellation=made.handler_cancellation,
            loop=made._loop,  # noqa: SLF001 - aiohttp has no other way to choose the class of connections
            **made._kwargs,  # noqa: SLF001 - as above
        )


async def _closed(site: web.BaseSite, *, last: bool) -> list[socket.socket]:
    """Close the port; where nobody else has it, give those who waited there: the system would else break them off."""
    server = site._server  # noqa: SLF001 - aiohttp shows it nowhere
    sockets = getattr(server, "sockets", ()) if last else ()
    kept = [socket.socket(fileno=os.dup(each.fileno())) for each in sockets]
    await site.stop()
    waiting: list[socket.socket] = []
    for each in kept:  # nothing is awaited from here on: the shorter, the fewer come in between
        each.setblocking(False)
        with each, contextlib.suppress(OSError):
            while True:
                waiting.append(each.accept()[0])
    return waiting


async def _let_in(server: web.Server | None, caller: socket.socket) -> None:
    caller.setblocking(False)
    with contextlib.suppress(OSError):  # gone meanwhile
        await asyncio.get_running_loop().connect_accepted_socket(server or asyncio.Protocol, caller)


class _Server(web.Server):
    def __init__(self, *given: Any, quiet_seconds: float, **named: Any) -> None:
        super().__init__(*given, **named)
        self._slow = SlowCallers()
        self._quiet_seconds = quiet_seconds
        self.ending = False

    def pre_shutdown(self) -> None:
        """From now on each answer is the last of its connection."""
        self.ending = True

    async def shutdown(self, timeout: float | None = None) -> None:  # noqa: ASYNC109 - aiohttp's name
        """Wait for what is said on the connections and its answers, at most ``timeout``; then close them."""
        loop = asyncio.get_running_loop()
        begun = loop.time()
        until = begun + max(0.0, (timeout or 0.0) - _LAST_SECONDS)
        while self._waited_for(quiet=loop.time() - begun < self._quiet_seconds) and loop.time() < until:  # noqa: ASYNC110
            await asyncio.sleep(_LOOK_S)
        super().pre_shutdown()
        await super().shutdown(min(timeout or 0.0, _LAST_SECONDS))

    def _waited_for(self, *, quiet: bool) -> bool:
        return any(quiet or each.speaking for each in self.connections if isinstance(each, _Connection))

    def __call__(self) -> RequestHandler:
        return _Connection(self, slow=self._slow, loop=self._loop, **self._kwargs)


class _Connection(RequestHandler):
    __slots__ = ("_body", "_slow", "_unfinished", "broken_off")

    def __init__(self, *given: Any, slow: SlowCallers, **named: Any) -> None:
        super().__init__(*given, **named)
        self._slow = slow
        self._unfinished = Unfinished(address="", give_up=self._give_up)
        self._body: StreamReader | None = None
        self.broken_off = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        peer = transport.get_extra_info("peername")
        self._unfinished.address = str(peer[0]) if peer else ""
        self._await_head()

    def connection_lost(self, exc: BaseException | None) -> None:
        self._slow.end(self._unfinished)
        self.broken_off = exc is not None
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take what came, and know whether the caller has now said all."""
        before = self._request_count
        super().data_received(data)
        if self._request_count > before:
            body = self._messages[-1][1] if self._messages else None
            self._body = None if body is None or body.is_eof() else body
            self._slow.end(self._unfinished)
            if self._body is not None:
                self._await_body()
        elif self._body is not None and self._body.is_eof():
            self._body = None
            self._slow.end(self._unfinished)
        elif self._body is None and self._unfinished.timer is None and data:
            self._await_head()
        self._unfinished.got += len(data)

    @property
    def speaking(self) -> bool:
        """Whether a call is being said here, or answered."""
        begun = self._unfinished.timer is not None and self._unfinished.got > 0
        return bool(self._request_in_progress or self._messages or self._body is not None or begun)

    def _await_head(self) -> None:
        self._slow.begin(self._unfinished, seconds=slow_callers.HEAD_SECONDS, late=self._late)

    def _await_body(self) -> None:
        self._slow.begin(self._unfinished, seconds=slow_callers.BODY_SECONDS, late=self._late)

    def _late(self) -> None:
        going_on = self._body is not None and self._unfinished.got >= slow_callers.BODY_BYTES
        if going_on or self._reading_paused:  # paused: we are slow, not the caller
            self._await_body()
        else:
            self._give_up()

    def _give_up(self) -> None:
        structlog.get_logger().info("web.too_slow", of="body" if self._body is not None else "head")
        self._slow.end(self._unfinished)
        self.force_close()

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,  # noqa: ARG002 - it quotes the caller
    ) -> web.StreamResponse:
        """Answer with the status alone.

        Raises:
            ConnectionError: an answer has begun already; the connection is closed.
        """
        structlog.get_logger().warning("web.refused", status=status, **_about(exc, frames=status >= 500))  # noqa: PLR2004
        if request.writer.output_size > 0:
            raise ConnectionError
        response = web.Response(status=status)
        response.force_close()
        return response

    def log_exception(self, *_words: Any, exc_info: Any = None, **_named: Any) -> None:
        """Say what broke and where, not what it says of itself."""
        error = exc_info if isinstance(exc_info, BaseException) else None
        structlog.get_logger().error("web.broke", **_about(error, frames=True))


def _about(error: BaseException | None, *, frames: bool) -> dict[str, str]:
    if error is None:
        return {}
    return {"error": type(error).__name__, **({"frames": frames_of(error)} if frames else {})}
