"""``/wechat/cgi-bin/…``: the platform's REST API. Always HTTP 200; what is wrong stands in ``errcode``."""

import asyncio
import json
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from time import monotonic
from typing import Any, TypeAlias

from aiohttp import web

from channels.sandbox.errcodes import TEXTS, ApiError
from channels.sandbox.faults import Drop, Fault
from channels.sandbox.journal import Entry
from channels.sandbox.keys import PLATFORM
from channels.sandbox.platform import Platform

Answer: TypeAlias = dict[str, Any] | web.Response
Handler: TypeAlias = Callable[[Platform, web.Request], Awaitable[Answer]]

_ESCAPE = re.compile(r"(?<!\\)((?:\\\\)*)\\u")


@dataclass(frozen=True, slots=True, kw_only=True)
class Api:
    """One path: the method it takes, and whether it needs an access token."""

    method: str
    handle: Handler
    token: bool = True


def make_dispatcher(apis: Mapping[str, Api]) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    """The one entrance to all paths: journal, faults, method, token, then the call itself."""

    async def dispatch(request: web.Request) -> web.StreamResponse:
        platform, path = request.app[PLATFORM], "/cgi-bin/" + request.match_info["tail"]
        entry = platform.journal.add(await _entry(platform, request, path))
        began = monotonic()
        fault = platform.faults.take(path)
        try:
            response = await _answer(platform, request, apis.get(path), fault, entry)
        finally:
            entry.seconds = round(monotonic() - began, 3)
        entry.status = response.status
        return response

    return dispatch


async def read_json(request: web.Request) -> dict[str, Any]:
    r"""The call's JSON object; ``\uXXXX`` stays as it is written, as the real platform shows it to people.

    Raises:
        ApiError: 44002 for nothing, 47001 for what is not a JSON object in UTF-8.
    """
    body = await request.read()
    if not body:
        raise ApiError(44002)
    try:
        data = json.loads(_ESCAPE.sub(r"\1\\\\u", body.decode()))
    except (UnicodeDecodeError, ValueError, RecursionError) as error:
        raise ApiError(47001) from error
    if not isinstance(data, dict):
        raise ApiError(47001)
    return data


async def _entry(platform: Platform, request: web.Request, path: str) -> Entry:
    text = not request.content_type.startswith("multipart/")
    body = (await request.read()).decode(errors="replace") if text and request.can_read_body else ""
    return Entry(
        direction="call",
        at=platform.clock.now(),
        method=request.method,
        path=path,
        query=dict(request.query),
        body=re.sub(r'("(?:app)?secret"\s*:\s*")[^"]*', r"\1***", body),
    )


async def _answer(
    platform: Platform, request: web.Request, api: Api | None, fault: Fault | None, entry: Entry
) -> web.Response:
    if fault and fault.latency:
        await asyncio.sleep(fault.latency)
    if fault and fault.drop is Drop.BEFORE:
        return _cut(request, entry)
    if fault and fault.status:
        return web.Response(status=fault.status, text="")
    try:
        answer = await _call(platform, request, api, fault)
    except ApiError as error:
        entry.answer = str(error.errcode)
        rid = platform.ids.request_id()
        answer = {"errcode": error.errcode, "errmsg": f"{error.errmsg} rid: {rid}"}
    if fault and fault.drop is Drop.AFTER:
        return _cut(request, entry)
    return answer if isinstance(answer, web.Response) else _json(answer)


async def _call(platform: Platform, request: web.Request, api: Api | None, fault: Fault | None) -> Answer:
    if fault and fault.errcode is not None:
        raise ApiError(fault.errcode, fault.errmsg)
    if api is None:
        raise ApiError(48001)
    if request.method != api.method:
        raise ApiError(43001 if api.method == "GET" else 43002)
    if api.token:
        platform.tokens.check(request.query.get("access_token", ""), platform.clock.now())
    return await api.handle(platform, request)


def _cut(request: web.Request, entry: Entry) -> web.Response:
    entry.answer = "dropped"
    if request.transport:
        request.transport.abort()
    return web.Response(status=500)


def _json(answer: Mapping[str, Any]) -> web.Response:
    return web.json_response(answer, dumps=lambda data: json.dumps(data, ensure_ascii=False))


def ok(**more: Any) -> dict[str, Any]:
    return {"errcode": 0, "errmsg": TEXTS[0], **more}
