"""The HTTP server's own refusals, without a word of what was sent; and its patience with slow callers.

What breaks before a handler is asked (a first line that is too long, a header that is none) is otherwise quoted in the
answer and, with a traceback, in the log: addresses bear secrets and what residents write.
"""

import asyncio
from typing import TYPE_CHECKING, Any

import structlog
from aiohttp import web
from aiohttp.web_protocol import RequestHandler

from bot import slow_callers
from bot.faults import frames_of
from bot.slow_callers import SlowCallers, Unfinished

if TYPE_CHECKING:
    from aiohttp.streams import StreamReader


class QuietRunner(web.AppRunner):
    """Runs an application with ``_Connection`` for each caller."""

    async def _make_server(self) -> web.Server:
        made = await super()._make_server()
        return _Server(
            made.request_handler,
            request_factory=made.request_factory,
            handler_cancellation=made.handler_cancellation,
            loop=made._loop,  # noqa: SLF001 - aiohttp has no other way to choose the class of connections
            **made._kwargs,  # noqa: SLF001 - as above
        )


class _Server(web.Server):
    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._slow = SlowCallers()

    def __call__(self) -> RequestHandler:
        return _Connection(self, slow=self._slow, loop=self._loop, **self._kwargs)


class _Connection(RequestHandler):
    __slots__ = ("_body", "_slow", "_unfinished")

    def __init__(self, *given: Any, slow: SlowCallers, **named: Any) -> None:
        super().__init__(*given, **named)
        self._slow = slow
        self._unfinished = Unfinished(address="", give_up=self._give_up)
        self._body: StreamReader | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        peer = transport.get_extra_info("peername")
        self._unfinished.address = str(peer[0]) if peer else ""
        self._await_head()

    def connection_lost(self, exc: BaseException | None) -> None:
        self._slow.end(self._unfinished)
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
