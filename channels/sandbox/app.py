"""Puts the sandbox together."""

from collections.abc import AsyncIterator, Callable
from datetime import datetime
from pathlib import Path

import aiohttp
from aiohttp import web

from channels.sandbox import (
    control,
    rest_account,
    rest_mass,
    rest_menu,
    rest_messages,
    rest_notices,
    rest_tags,
    sms,
    staff,
)
from channels.sandbox.clock import utc_now
from channels.sandbox.guard import guard
from channels.sandbox.keys import HTTP, PLATFORM
from channels.sandbox.platform import Platform
from channels.sandbox.rest import make_dispatcher
from channels.sandbox.settings import SandboxSettings
from channels.sandbox.sms import SMS, SmsPlatform
from channels.sandbox.weibo import WEIBO, WeiboPlatform, add_control_routes, add_rest_routes

_STATIC = Path(__file__).parent / "static"
_MOST_CONNECTIONS = 1000
_MOST_BODY = 12 * 1024 * 1024


def make_sandbox(settings: SandboxSettings, clock: Callable[[], datetime] = utc_now) -> web.Application:
    """The platform as an application; serve it on loopback only. ``clock`` gives aware UTC datetimes.

    Raises:
        ValueError: for an EncodingAESKey that is not 43 characters of base64 (when it starts).
    """
    app = web.Application(middlewares=[guard], client_max_size=_MOST_BODY)
    families = (rest_account, rest_mass, rest_menu, rest_messages, rest_notices, rest_tags)
    apis = {path: api for family in families for path, api in family.APIS.items()}
    app.router.add_route("*", "/wechat/cgi-bin/{tail:.+}", make_dispatcher(apis))
    control.add_routes(app.router)
    staff.add_routes(app.router)
    if settings.weibo:
        add_rest_routes(app.router)
        add_control_routes(app.router)
    if settings.sms:
        sms.add_rest_routes(app.router)
        sms.add_control_routes(app.router)
    app.router.add_get("/_ctl/played", _played)
    app.router.add_get("/", _page)
    app.router.add_static("/static", _STATIC)

    async def run(app: web.Application) -> AsyncIterator[None]:
        # a fresh connection for each push: a kept one may just have been closed at the other end
        connector = aiohttp.TCPConnector(limit=_MOST_CONNECTIONS, force_close=True)
        async with aiohttp.ClientSession(connector=connector, trust_env=False) as http:
            app[HTTP] = http
            app[PLATFORM] = Platform(settings, clock, http)
            if settings.weibo:
                app[WEIBO] = WeiboPlatform(settings, settings.weibo, app[PLATFORM].clock, http)
            if settings.sms:
                app[SMS] = SmsPlatform(settings, settings.sms, app[PLATFORM].clock, http)
            yield
            await app[PLATFORM].tasks.stop()
            if settings.sms:
                await app[SMS].tasks.stop()
            if settings.weibo:
                await app[WEIBO].tasks.stop()

    app.cleanup_ctx.append(run)
    app.on_shutdown.append(_let_go)
    return app


async def _let_go(app: web.Application) -> None:
    app[PLATFORM].feed.close()
    if WEIBO in app:
        app[WEIBO].feed.close()
    if SMS in app:
        app[SMS].feed.close()


async def _played(request: web.Request) -> web.Response:
    """Which platforms there are, for the page."""
    there = {"wechat": True, "sms": SMS in request.app, "weibo": WEIBO in request.app}
    return web.json_response({"items": [name for name, is_there in there.items() if is_there]})


async def _page(_: web.Request) -> web.FileResponse:
    return web.FileResponse(_STATIC / "index.html")
