"""The HTTP server's own refusals, without a word of what was sent.

What breaks before a handler is asked (a first line that is too long, a header that is none) is otherwise quoted in the
answer and, with a traceback, in the log: addresses bear secrets and what residents write.
"""

from typing import Any

import structlog
from aiohttp import web
from aiohttp.web_protocol import RequestHandler

from bot.faults import frames_of


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
    def __call__(self) -> RequestHandler:
        return _Connection(self, loop=self._loop, **self._kwargs)


class _Connection(RequestHandler):
    __slots__ = ()

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
