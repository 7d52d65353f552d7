"""The API as an aiohttp application, to be mounted at ``/api``."""

import traceback
from collections.abc import Awaitable, Callable, Mapping

import structlog
from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from bot.api.answering import Answering
from bot.api.attachments import AttachmentRoutes
from bot.api.broadcasts import BroadcastRoutes
from bot.api.cases import CaseRoutes
from bot.api.contacts import ContactRoutes
from bot.api.conversations import ConversationRoutes
from bot.api.deliveries import DeliveryRoutes
from bot.api.docs import docs_page
from bot.api.openapi import document
from bot.api.operations import AnyOperation
from bot.api.problems import Problem, ProblemKind, of_http_error
from bot.api.releasing import Releases
from bot.api.seen import Seen
from bot.api.tokens import Caller, SettingsTokens, TokenBook
from bot.broadcasts.office import BroadcastOffice
from bot.casework.contacts import ContactBook
from bot.casework.service import Casework
from bot.media.fetching import Limits
from bot.media.making import limits_of
from bot.settings_sections import Attachments
from channels.base import Clock
from storage.api_answers import ApiAnswers
from storage.cases import CaseState
from storage.errors import Conflict, IllegalMove, StorageError, TooLarge
from storage.store import Store

VERSION = "/v1"
OPERATIONS = web.AppKey("operations", tuple[AnyOperation, ...])

_OPEN_PATHS = ("/openapi.json", "/docs")
_FRAMES_LOGGED = 3
_caller = web.RequestKey("caller", Caller)


def make_api(
    *,
    store: Store,
    casework: Casework,
    tokens: Mapping[str, str] | TokenBook,
    clock: Clock,
    broadcasts: BroadcastOffice | None = None,
    limits: Limits | None = None,
) -> web.Application:
    """Make the application. ``tokens``: the secret of each name (``[api] tokens``), or a book of its own.

    ``broadcasts`` None: there are no channels to send notices by. ``limits`` None: files as large as the
    settings have it unless told otherwise.
    """
    notices = broadcasts or BroadcastOffice(store=store, channels={}, clock=clock)
    largest = limits or limits_of(Attachments())
    seen = Seen(store=store, clock=clock)
    operations = (
        *CaseRoutes(store=store, casework=casework, seen=seen).operations(),
        *AttachmentRoutes(store=store, casework=casework, clock=clock, limits=largest, seen=seen).operations(),
        *ConversationRoutes(store=store, seen=seen).operations(),
        *DeliveryRoutes(store=store, casework=casework).operations(),
        *ContactRoutes(store=store, book=ContactBook(store=store, clock=clock)).operations(),
        *BroadcastRoutes(store=store, office=notices, clock=clock).operations(),
    )
    answers = ApiAnswers(store.database, store.vault)
    releases = Releases(answers)
    answering = Answering(
        tokens=SettingsTokens(tokens) if isinstance(tokens, Mapping) else tokens,
        answers=answers,
        releases=releases,
        committer=store.committer,
        vault=store.vault,
        clock=clock,
    )
    app = web.Application(middlewares=[_told_as_problems, _guarded(answering)])
    app[OPERATIONS] = operations
    app.on_cleanup.append(_closing(releases))
    app.router.add_get("/openapi.json", _fixed(document(operations), "application/json"))
    app.router.add_get("/docs", _fixed(docs_page(operations), "text/html"))
    for operation in operations:
        app.router.add_route(operation.method, VERSION + operation.path, _endpoint(answering, operation))
    return app


def _closing(releases: Releases) -> Callable[[web.Application], Awaitable[None]]:
    async def close(_app: web.Application) -> None:
        await releases.close()

    return close


def _endpoint(answering: Answering, operation: AnyOperation) -> Handler:
    async def endpoint(request: web.Request) -> web.StreamResponse:
        return await answering.answer(operation, request[_caller], request)

    return endpoint


def _fixed(text: str, content_type: str) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def fixed(_request: web.Request) -> web.StreamResponse:
        headers = {"X-Content-Type-Options": "nosniff", "Content-Security-Policy": _POLICY}
        return web.Response(text=text, content_type=content_type, headers=headers)

    return fixed


_POLICY = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'"
"""The page is one file of ours: nothing is loaded from elsewhere, and it may call this API alone."""


def _guarded(answering: Answering) -> Middleware:
    """Nothing is answered without a token, not even that an address is unknown; but for the two open pages."""

    @web.middleware
    async def guarded(request: web.Request, handler: Handler) -> web.StreamResponse:
        resource = request.match_info.route.resource
        if resource is None or not resource.canonical.endswith(_OPEN_PATHS):
            request[_caller] = await answering.caller(request)
        return await handler(request)

    return guarded


@web.middleware
async def _told_as_problems(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Whatever goes wrong is answered as problem+json; nothing of its inside gets out, or into the log."""
    try:
        return await handler(request)
    except Problem as problem:
        return problem.response()
    except web.HTTPException as error:
        return of_http_error(error).response()
    except StorageError as error:
        return _of_storage(error).response()
    except Exception as error:  # noqa: BLE001 - the last door: it is logged and answered as a failure
        frames = traceback.extract_tb(error.__traceback__)[-_FRAMES_LOGGED:]
        # Places alone: the error's own words may quote what was sent.
        where = [f"{frame.name}:{frame.lineno}" for frame in frames]
        structlog.get_logger().error("api.failed", error=type(error).__name__, where=where)
        return Problem(ProblemKind.FAILED, "已记录，请稍后再试；若一再出现，请联系管理员").response()


def _of_storage(error: StorageError) -> Problem:
    if isinstance(error, IllegalMove):
        return _illegal(error)
    if isinstance(error, Conflict):
        return Problem(ProblemKind.CONFLICT, error.sentence)
    if isinstance(error, TooLarge):
        return Problem(ProblemKind.TOO_LARGE, error.sentence)
    structlog.get_logger().warning("api.storage_failed", code=error.code)
    if error.retryable:
        return Problem(ProblemKind.AWAY, error.sentence, headers={"Retry-After": "5"})
    return Problem(ProblemKind.FAILED, error.sentence)


def _illegal(error: IllegalMove) -> Problem:
    here, there = CaseState(error.from_state), CaseState(error.to_state)
    lawful = [CaseState(state) for state in error.lawful]
    choices = "、".join(state.label for state in lawful)
    ways = f"可以流转到：{choices}" if lawful else "它已经结束，不能再流转"
    return Problem(
        ProblemKind.ILLEGAL_MOVE,
        f"案件现在是“{here.label}”，不能改为“{there.label}”；{ways}",
        extra={"state": here.value, "lawful": [{"to": each.value, "label": each.label} for each in lawful]},
    )
