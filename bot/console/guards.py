"""What stands before every page: where a call may come from, what a browser may do with an answer, who it is."""

import traceback
from collections.abc import Mapping
from urllib.parse import urlsplit

import structlog
from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from bot.access.errors import AccessError
from bot.console.rendering import Pages
from storage.errors import Conflict, StorageError

_SAFE_METHODS = frozenset({"GET", "HEAD"})
_FRAMES_LOGGED = 3
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


def guarded(pages: Pages, public_url: str) -> Middleware:
    """Every answer gets ``HEADERS``; what goes wrong becomes a page that says what to do."""

    @web.middleware
    async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            _check_origin(request, public_url)
            response = await handler(request)
        except Exception as error:  # noqa: BLE001 - the last door: it is logged and answered as a page
            response = _failed(pages, error)
        if not response.prepared:
            response.headers.update(HEADERS)
            response.headers.setdefault("Cache-Control", "no-store")
        return response

    return guard


def _failed(pages: Pages, error: Exception) -> web.Response:
    status, sentence = _told(error)
    return pages.response("error.html", status=status, sentence=sentence, status_code=status)


def _told(error: Exception) -> tuple[int, str]:
    match error:
        case WrongOrigin():
            return 403, "这个请求不是从本系统的页面发出的，没有执行。请从页面上重新操作。"
        case web.HTTPException():
            return error.status, _OF_STATUS.get(error.status, "请求有误，没有执行。")
        case AccessError():
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
    403: "您没有这项权限。",
    404: "没有这个页面，或您无权查看。",
    405: "请从页面上操作。",
    413: "内容太大，没有保存。",
}
