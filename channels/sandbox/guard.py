"""Keeps the sandbox at home: no foreign host names (DNS rebinding), no writes from foreign pages, a strict CSP."""

from collections.abc import Awaitable, Callable
from typing import TypeAlias

import structlog
from aiohttp import web

from channels.sandbox.errors import SandboxError, SandboxRefused

_HOSTS = frozenset({"localhost", "127.0.0.1", "[::1]"})
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_HEADERS = {
    "Content-Security-Policy": "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}

Handler: TypeAlias = Callable[[web.Request], Awaitable[web.StreamResponse]]


@web.middleware
async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
    if not _is_local(request.headers.get("Host", "")):
        return web.json_response({"sentence": "只接受本机访问"}, status=421, headers=_HEADERS)
    if request.method not in _SAFE_METHODS and not _is_own_page(request):
        return web.json_response({"sentence": "不接受其他网页发来的操作"}, status=403, headers=_HEADERS)
    response = await _handled(request, handler)
    if not response.prepared:
        for name, value in _HEADERS.items():
            response.headers.setdefault(name, value)
    return response


def _is_local(host: str) -> bool:
    name, _, port = host.rpartition(":") if not host.endswith("]") else (host, "", "")
    return (name or port).lower() in _HOSTS if port == "" or port.isdecimal() else host.lower() in _HOSTS


def _is_own_page(request: web.Request) -> bool:
    """Programs send no Origin; browsers always do with a write, and only ours may."""
    origin = request.headers.get("Origin")
    site = request.headers.get("Sec-Fetch-Site", "same-origin")
    own = f"{request.scheme}://{request.headers.get('Host', '')}"
    return site in {"same-origin", "none"} and origin in {None, own}


async def _handled(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except SandboxError as error:
        status = error.http if isinstance(error, SandboxRefused) else error.status
        structlog.get_logger().debug("sandbox.refused", reason=error.reason)
        return web.json_response({"error": error.reason, "sentence": error.sentence}, status=status)
    except web.HTTPRequestEntityTooLarge:
        return web.json_response({"error": "too_large", "sentence": "内容太大"}, status=413)
