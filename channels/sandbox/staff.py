"""The staff panel's way to the bot's API: only cases and conversations, with the token kept on this side."""

import re

import aiohttp
import structlog
from aiohttp import web

from channels.sandbox.bounded import read_bounded
from channels.sandbox.keys import HTTP, PLATFORM

_NUMBER = r"[A-Za-z0-9]{1,32}"
_ALLOWED = {
    "GET": re.compile(
        rf"cases|cases/{_NUMBER}|cases/{_NUMBER}/timeline"
        r"|conversations|conversations/[A-Za-z0-9:_-]{1,200}/messages"
    ),
    "POST": re.compile(rf"cases/{_NUMBER}/transitions"),
}
_LIMIT = aiohttp.ClientTimeout(total=10)
_MOST_BODY = 64 * 1024
_MOST_ANSWER = 4 * 1024 * 1024


def add_routes(router: web.UrlDispatcher) -> None:
    router.add_route("*", "/_staff/{path:.+}", _forward)


async def _forward(request: web.Request) -> web.Response:
    path = request.match_info["path"]
    allowed = _ALLOWED.get(request.method)
    if allowed is None or not allowed.fullmatch(path):
        return _problem(404, "工作人员面板用不到这个接口")
    body = await request.read()
    if len(body) > _MOST_BODY:
        return _problem(413, "内容太长")
    try:
        return await _call(request, path, body)
    except (aiohttp.ClientError, TimeoutError) as error:
        request.app[PLATFORM].pusher.verified = False  # the bot is gone: its return is to be noticed
        structlog.get_logger().info("sandbox.api_away", error=type(error).__name__)
        return _problem(503, "正在等待服务启动…")


async def _call(request: web.Request, path: str, body: bytes) -> web.Response:
    settings = request.app[PLATFORM].settings
    headers = {"Authorization": f"Bearer {settings.api_token}", "Content-Type": "application/json"}
    if key := request.headers.get("Idempotency-Key"):
        headers["Idempotency-Key"] = key
    async with request.app[HTTP].request(
        request.method,
        f"{settings.bot_url.rstrip('/')}/api/v1/{path}",
        params=request.query,
        data=body or None,
        headers=headers,
        timeout=_LIMIT,
        allow_redirects=False,
    ) as answer:
        content = await read_bounded(answer, _MOST_ANSWER)
        return web.Response(status=answer.status, body=content, content_type=answer.content_type)


def _problem(status: int, title: str) -> web.Response:
    return web.json_response({"title": title, "status": status}, status=status, content_type="application/problem+json")
