"""``/weibo/2/…`` and ``/weibo/oauth2/…``: what is wrong is answered with HTTP 400, 401 or 403 and an ``error_code``."""

import asyncio
import json
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from time import monotonic
from typing import Any, TypeAlias

from aiohttp import web

from channels.sandbox.faults import Drop, Fault
from channels.sandbox.journal import Entry
from channels.sandbox.weibo import rest_private, rest_public
from channels.sandbox.weibo.errcodes import ApiError
from channels.sandbox.weibo.keys import WEIBO
from channels.sandbox.weibo.platform import WeiboPlatform

Fields: TypeAlias = Mapping[str, str]
Handler: TypeAlias = Callable[[WeiboPlatform, Fields], Awaitable[dict[str, Any] | web.Response]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Api:
    """One path: the method it takes, and whether it counts as one of the day's calls."""

    method: str
    handle: Handler
    counts: bool = True


_APIS: Mapping[str, Api] = {
    "/2/messages/reply.json": Api(method="POST", handle=rest_private.reply, counts=False),
    "/2/mss/msget": Api(method="GET", handle=rest_private.media, counts=False),
    "/oauth2/get_token_info": Api(method="POST", handle=rest_private.token_info, counts=False),
    "/2/account/rate_limit_status.json": Api(method="GET", handle=rest_private.limits, counts=False),
    "/2/comments/to_me.json": Api(method="GET", handle=rest_public.listing("to_me", "comments")),
    "/2/comments/mentions.json": Api(method="GET", handle=rest_public.listing("comment_mentions", "comments")),
    "/2/statuses/mentions.json": Api(method="GET", handle=rest_public.listing("status_mentions", "statuses")),
    "/2/comments/show.json": Api(method="GET", handle=rest_public.show),
    "/2/comments/create.json": Api(method="POST", handle=rest_public.create),
    "/2/comments/reply.json": Api(method="POST", handle=rest_public.reply),
    "/2/statuses/share.json": Api(method="POST", handle=rest_public.share),
}


def add_routes(router: web.UrlDispatcher) -> None:
    router.add_route("*", "/weibo/{tail:.+}", _dispatch)


async def _dispatch(request: web.Request) -> web.StreamResponse:
    platform, path = request.app[WEIBO], "/" + request.match_info["tail"]
    fields = {**request.query, **{k: v for k, v in (await request.post()).items() if isinstance(v, str)}}
    entry = platform.journal.add(_entry(platform, request, path, fields))
    began, fault = monotonic(), platform.faults.take(path)
    try:
        response = await _answer(platform, request, fields, fault, entry)
    finally:
        entry.seconds = round(monotonic() - began, 3)
    entry.status = response.status
    return response


def _entry(platform: WeiboPlatform, request: web.Request, path: str, fields: Fields) -> Entry:
    shown = {key: value for key, value in fields.items() if key != "access_token"}
    return Entry(
        direction="call",
        at=platform.clock.now(),
        method=request.method,
        path=path,
        query={key: value for key, value in request.query.items() if key != "access_token"},
        body=json.dumps(shown, ensure_ascii=False),
    )


async def _answer(
    platform: WeiboPlatform, request: web.Request, fields: Fields, fault: Fault | None, entry: Entry
) -> web.Response:
    if fault and fault.latency:
        await asyncio.sleep(fault.latency)
    if fault and fault.drop is Drop.BEFORE:
        return _cut(request, entry)
    if fault and fault.status:
        return web.Response(status=fault.status, text="")
    try:
        answer = await _call(platform, request, fields, fault, entry.path)
    except ApiError as error:
        entry.answer = str(error.code)
        # half of the platform's answers give the code as a string
        code = str(error.code) if error.code % 2 else error.code
        told = {"request": entry.path, "error_code": code, "error": error.text}
        return web.json_response(told, status=error.status)
    if fault and fault.drop is Drop.AFTER:
        return _cut(request, entry)
    return answer if isinstance(answer, web.Response) else web.json_response(answer)


async def _call(
    platform: WeiboPlatform, request: web.Request, fields: Fields, fault: Fault | None, path: str
) -> dict[str, Any] | web.Response:
    if fault and fault.errcode is not None:
        raise ApiError(fault.errcode, fault.errmsg)
    api = _APIS.get(path)
    if api is None:
        raise ApiError(10020)
    if request.method != api.method:
        raise ApiError(10021)
    given = re.fullmatch(r"OAuth2 (.+)", request.headers.get("Authorization", ""))
    platform.check_token(fields.get("access_token", given[1] if given else ""))
    if api.counts:
        platform.quotas.count_call(platform.clock.now())
    return await api.handle(platform, fields)


def _cut(request: web.Request, entry: Entry) -> web.Response:
    entry.answer = "dropped"
    if request.transport:
        request.transport.abort()
    return web.Response(status=500)
