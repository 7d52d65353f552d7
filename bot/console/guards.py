"""What stands before every page: where a call may come from, what a browser may do with an answer, who it is."""

import traceback
from collections.abc import Awaitable, Callable, Mapping
from urllib.parse import urlsplit

import structlog
from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from bot.access.errors import AccessError
from bot.access.permissions import roles_that_may
from bot.console.rendering import Pages
from bot.console.routes import Route, Viewer
from bot.console.sent_again import sent_again
from bot.forms import read_form
from storage.errors import Conflict, StorageError

ViewerOf = Callable[[web.Request], Awaitable[Viewer | None]]
_SAFE_METHODS = frozenset({"GET", "HEAD"})
_FRAMES_LOGGED = 3
_REFUSES = 400
HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; media-src 'self'; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}


VIEWER = web.RequestKey("viewer", Viewer)
"""Who calls, once that is known."""


class NotForThem(Exception):
    """The page or step is another role's."""

    def __init__(self, route: Route, viewer: Viewer) -> None:
        super().__init__(route.path)
        self.sentence = _whose(route, viewer)


def _whose(route: Route, viewer: Viewer) -> str:
    wanted = route.any_of | ({route.needs} if route.needs else set())
    roles = "、".join(role.label for role in roles_that_may(wanted))
    own = "、".join(role.label for role in viewer.member.roles)
    what = "看这个页面的" if route.method == "GET" else "做这一步的"
    return f"{what}是：{roles}。您的角色是：{own}。工作上需要的，请管理员在“人员”里加上角色。"


class WrongOrigin(Exception):
    """The call was sent from another site's page, or by something that does not say where from."""


def comes_from_here(request: web.Request, public_url: str) -> bool:
    """Whether a call that changes something was sent by a page of ours (Origin and Sec-Fetch-Site headers)."""
    if request.method in _SAFE_METHODS:
        return True
    if request.headers.get("Sec-Fetch-Site", "same-origin") != "same-origin":
        return False
    origin = urlsplit(request.headers.get("Origin", ""))
    ours = {request.host, urlsplit(public_url).netloc} - {""}
    return origin.netloc in ours


def _check_origin(request: web.Request, public_url: str) -> None:
    if not comes_from_here(request, public_url):
        raise WrongOrigin


def guarded(pages: Pages, public_url: str, viewer_of: ViewerOf) -> Middleware:
    """Every answer gets ``HEADERS``; what goes wrong becomes a page that says what to do, with the caller's menu."""

    @web.middleware
    async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            _check_origin(request, public_url)
            response = await handler(request)
        except Exception as error:  # noqa: BLE001 - the last door: it is logged and answered as a page
            response = _failed(pages, error, request, await _viewer(request, viewer_of))
        if not response.prepared:
            await _give_back(request, response)
            response.headers.update(HEADERS)
            response.headers.setdefault("Cache-Control", "no-store")
        return response

    return guard


async def _give_back(request: web.Request, response: web.StreamResponse) -> None:
    """What a member typed is not lost with the page that refuses it; a form that cannot be read is."""
    if request.method in _SAFE_METHODS or response.status < _REFUSES or VIEWER not in request:
        return
    try:
        form = await read_form(request)
    except web.HTTPException:
        return
    sent_again(response, request.path, form)


async def _viewer(request: web.Request, viewer_of: ViewerOf) -> Viewer | None:
    """Who calls, also where no page of ours was found; nobody where even that cannot be said."""
    known = request.get(VIEWER)
    try:
        return known or await viewer_of(request)
    except StorageError:
        return None


def _failed(pages: Pages, error: Exception, request: web.Request, viewer: Viewer | None) -> web.Response:
    status, sentence = _told(error)
    known = {"viewer": viewer, "here": request.path}
    return pages.response("error.html", status=status, sentence=sentence, status_code=status, **known)


def _told(error: Exception) -> tuple[int, str]:
    match error:
        case WrongOrigin():
            return 403, "这个请求不是从本系统的页面发出的，没有执行。请从页面上重新操作。"
        case web.HTTPException():
            return error.status, _OF_STATUS.get(error.status, "请求有误，没有执行。")
        case NotForThem() | AccessError():
            return 403, error.sentence
        case Conflict():
            return 409, "内容刚被别人改动，您的这一步没有保存。请返回并刷新页面，看过新的内容再操作。"
        case StorageError():
            structlog.get_logger().warning("console.storage_failed", code=error.code)
            return 503 if error.retryable else 500, f"{error.sentence}。您的这一步没有保存，请稍后再试。"
        case _:
            frames = traceback.extract_tb(error.__traceback__)[-_FRAMES_LOGGED:]
            where = [f"{frame.name}:{frame.lineno}" for frame in frames]
            structlog.get_logger().error("console.failed", error=type(error).__name__, where=where)
            return 500, "系统出错，已经记录。请稍后再试；若一再出现，请联系管理员。"


_OF_STATUS = {
    403: "这一步不归您办。工作上需要的，请管理员在“人员”里加上角色。",
    404: "可能是编号或网址写错了，也可能不在您能看的范围里。请从上面的菜单进去找。",
    405: "请从页面上操作。",
    413: "内容太大，没有保存。",
}
