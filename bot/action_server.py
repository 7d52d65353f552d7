"""The rasa-sdk action server with our actions: what a Rasa server calls.

One process, nothing pickled: the database is opened in the server's own event loop, and the actions are made there.
They write nothing; what they ask for rides back to the turn that asked, which commits it or not.
"""

import logging
import secrets
import warnings
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from typing import Any

from rasa_sdk import Action
from rasa_sdk.endpoint import create_app
from rasa_sdk.executor import ActionExecutor, ActionExecutorRunResult
from sanic import HTTPResponse, Request, Sanic, response

from dialogs.engine.rasa_events import TURN, report

OpenActions = Callable[[], AbstractAsyncContextManager[Sequence[Action]]]
"""Opens what the actions read from and makes them; closes it in the end."""
App = Sanic[Any, Any]
_GRACE_SECONDS = 5.0
_LARGEST = 16 * 1024 * 1024
"""Bytes of a call: Rasa sends the whole domain and tracker."""
_VALIDATES = "validate_"


class ReportingExecutor(ActionExecutor):  # type: ignore[misc] # rasa-sdk is untyped
    """Runs actions, and tells a turn of ours that they ran: where a call fails, Rasa goes on as if nothing was."""

    async def run(self, action_call: dict[str, Any]) -> ActionExecutorRunResult | None:
        result = await super().run(action_call)
        name = str(action_call.get("next_action") or "")
        message = (action_call.get("tracker") or {}).get("latest_message") or {}
        if result is not None and TURN in (message.get("metadata") or {}) and not name.startswith(_VALIDATES):
            result.responses.append({"custom": report(name)})
        return result


def make_app(open_actions: OpenActions, *, token: str | None = None) -> App:
    """The server, not yet running. ``token``: callers must show it (``?token=``)."""
    executor = ReportingExecutor()
    # No page in a browser has any business here.
    app: App = create_app(executor, cors_origins=[])
    app.config.GRACEFUL_SHUTDOWN_TIMEOUT = _GRACE_SECONDS
    app.config.REQUEST_MAX_SIZE = _LARGEST
    stack = AsyncExitStack()

    async def open_all(_: App) -> None:
        for action in await stack.enter_async_context(open_actions()):
            executor.register_action(action)

    async def close_all(_: App) -> None:
        await stack.aclose()

    app.register_listener(open_all, "before_server_start")
    app.register_listener(close_all, "after_server_stop")
    if token is not None:
        app.register_middleware(_guard(token), "request")
    logging.getLogger("rasa_sdk.forms").addFilter(_worth_saying)
    # Rasa 3.6 and this SDK were tried together (docs/decisions/0014); the SDK warns at every call.
    warnings.filterwarnings("ignore", message="Your versions of rasa and rasa_sdk", category=UserWarning)
    return app


def serve(app: App, *, host: str, port: int) -> None:
    """Run until SIGTERM or SIGINT."""
    app.run(host=host, port=port, single_process=True, motd=False, access_log=False)


def _guard(token: str) -> Callable[[Request], HTTPResponse | None]:
    def check(request: Request) -> HTTPResponse | None:
        shown = str(request.args.get("token", ""))
        if request.path == "/health" or secrets.compare_digest(shown.encode(), token.encode()):
            return None
        return response.json({"error": "token"}, status=401)

    return check


def _worth_saying(record: logging.LogRecord) -> bool:
    """A form's slot needs no validate method; the SDK warns of it at every message."""
    return not record.getMessage().startswith("Skipping validation for")
