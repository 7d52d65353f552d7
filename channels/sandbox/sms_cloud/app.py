"""Puts a played cloud together."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

import aiohttp
from aiohttp import web

from channels.sandbox.clock import utc_now
from channels.sandbox.faults import Drop, Fault
from channels.sandbox.guard import guard
from channels.sandbox.journal import Entry
from channels.sandbox.sms_cloud import aliyun, tencent
from channels.sandbox.sms_cloud.cloud import CLOUD, Cloud
from channels.sandbox.sms_cloud.control import TextOf, add_routes
from channels.sandbox.sms_cloud.pusher import Acknowledged, Wrapped
from channels.sandbox.sms_cloud.settings import CloudSettings

_MOST_BODY = 256 * 1024
_OK = 200

Answer = Callable[[web.Request, bytes], Awaitable[web.Response]]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Played:
    """What one cloud has that the other has not. ``failed``: its answer that holds nothing but a code."""

    answer: Answer
    action: str
    text_of: TextOf
    wrapped: Wrapped
    acknowledged: Acknowledged
    failed: Callable[[str], dict[str, object]]


def make_aliyun(settings: CloudSettings, clock: Callable[[], datetime] = utc_now) -> web.Application:
    """Aliyun as an application. ``clock`` gives aware UTC datetimes."""
    played = _Played(
        answer=aliyun.answer,
        action="x-acs-action",
        text_of=aliyun.text_of,
        wrapped=aliyun.wrapped,
        acknowledged=aliyun.acknowledged,
        failed=lambda code: {"Code": code, "Message": code, "RequestId": "RID-0"},
    )
    return _make(played, settings, clock)


def make_tencent(settings: CloudSettings, clock: Callable[[], datetime] = utc_now) -> web.Application:
    """Tencent Cloud as an application."""
    played = _Played(
        answer=tencent.answer,
        action="X-TC-Action",
        text_of=tencent.text_of,
        wrapped=tencent.wrapped,
        acknowledged=tencent.acknowledged,
        failed=lambda code: {"Response": {"Error": {"Code": code, "Message": code}, "RequestId": "RID-0"}},
    )
    return _make(played, settings, clock)


def _make(played: _Played, settings: CloudSettings, clock: Callable[[], datetime]) -> web.Application:
    app = web.Application(middlewares=[guard], client_max_size=_MOST_BODY)
    add_routes(app.router, played.text_of)

    async def handle(request: web.Request) -> web.StreamResponse:
        return await _handled(request, played)

    app.router.add_post("/", handle)

    async def run(app: web.Application) -> AsyncIterator[None]:
        connector = aiohttp.TCPConnector(force_close=True)
        async with aiohttp.ClientSession(connector=connector, trust_env=False) as http:
            cloud = Cloud(
                settings=settings, wall=clock, http=http, wrapped=played.wrapped, acknowledged=played.acknowledged
            )
            app[CLOUD] = cloud
            pushing = asyncio.create_task(cloud.pusher.run())
            yield
            pushing.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await pushing

    app.cleanup_ctx.append(run)
    return app


async def _handled(request: web.Request, played: _Played) -> web.StreamResponse:
    cloud, action = request.app[CLOUD], request.headers.get(played.action, "")
    body = await request.read()
    entry = Entry(
        direction="call",
        at=cloud.clock.now(),
        method=request.method,
        path=f"/{action}",
        query=dict(request.query),
        body=body.decode("utf-8", "replace"),
    )
    cloud.journal.add(entry)
    fault = cloud.faults.take(f"/{action}")
    troubled = await _troubled(request, played, fault)
    if troubled is not None:
        entry.status = troubled.status
        return troubled
    response = await played.answer(request, body)
    entry.status, entry.answer = response.status, _words(response)
    if fault and fault.drop is Drop.AFTER:
        _cut(request)
    return response


async def _troubled(request: web.Request, played: _Played, fault: Fault | None) -> web.Response | None:
    """The answer that a fault puts in the place of the true one."""
    if fault is None:
        return None
    await asyncio.sleep(fault.latency)
    if fault.drop is Drop.BEFORE:
        _cut(request)
        return web.Response(status=500)
    if fault.errmsg:
        body = json.dumps(played.failed(fault.errmsg)).encode()
        return web.Response(body=body, status=fault.status or _OK, headers={"Content-Type": "application/json"})
    return web.Response(status=fault.status) if fault.status else None


def _words(response: web.Response) -> str:
    return response.body.decode() if isinstance(response.body, bytes) else ""


def _cut(request: web.Request) -> None:
    if request.transport is not None:
        request.transport.abort()
