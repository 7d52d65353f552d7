"""``/_ctl/…``: the hand on the phones and on the cloud, in the manner of the sandbox's other platforms."""

import re
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from aiohttp import web

from channels.sandbox import trouble
from channels.sandbox.clock import read_offset
from channels.sandbox.errors import SandboxRefused
from channels.sandbox.inputs import read_body
from channels.sandbox.sms_cloud.cloud import CLOUD, Cloud
from channels.sandbox.sms_cloud.pusher import TEXTS, Options

TextOf = Callable[[Cloud, str, str], dict[str, Any]]
_LONGEST_TEXT = 500
_MOST_BATCH = 100


def add_routes(router: web.UrlDispatcher, text_of: TextOf) -> None:
    async def write(request: web.Request) -> web.Response:
        return await _write(request, text_of)

    router.add_get("/_ctl/status", _status)
    router.add_get("/_ctl/phones/{phone}", _screen)
    router.add_post("/_ctl/phones/{phone}/text", write)
    router.add_post("/_ctl/phones/{phone}/block", _block)
    router.add_post("/_ctl/pushes", _options)
    router.add_post("/_ctl/flush", _flush)
    router.add_post("/_ctl/clock", _clock)
    router.add_post("/_ctl/reset", _reset)
    trouble.add_routes(router, "/_ctl", lambda request: request.app[CLOUD], prefixes=("/",))


def _phone(request: web.Request) -> str:
    phone = request.match_info["phone"]
    if not re.fullmatch(r"[0-9]{5,15}", phone):
        raise SandboxRefused("不是手机号", code="no_such_phone", http=404)
    return phone


async def _status(request: web.Request) -> web.Response:
    cloud = request.app[CLOUD]
    return web.json_response(
        {
            "now": cloud.clock.now().isoformat(),
            "offset_seconds": cloud.clock.offset.total_seconds(),
            "waiting": cloud.pusher.waiting(),
            "texts": len(cloud.shown),
        }
    )


async def _screen(request: web.Request) -> web.Response:
    phone = _phone(request)
    texts = [asdict(each) | {"at": each.at.isoformat()} for each in request.app[CLOUD].shown if each.phone == phone]
    return web.json_response({"items": texts})


async def _write(request: web.Request, text_of: TextOf) -> web.Response:
    cloud, phone = request.app[CLOUD], _phone(request)
    text = (await read_body(request)).get("text")
    if not isinstance(text, str) or not 1 <= len(text) <= _LONGEST_TEXT:
        raise SandboxRefused("text 应为 1 到 500 个字")
    cloud.show(phone, text, by="resident")
    cloud.pusher.add(TEXTS, text_of(cloud, phone, text))
    return web.json_response({"waiting": cloud.pusher.waiting()}, status=202)


async def _block(request: web.Request) -> web.Response:
    """``code``: what the report on each text to this number says from now on; "" for delivered."""
    cloud, phone = request.app[CLOUD], _phone(request)
    code = str((await read_body(request)).get("code", ""))[:40]
    cloud.blocked = {number: said for number, said in cloud.blocked.items() if number != phone}
    if code:
        cloud.blocked[phone] = code
    return web.json_response({"code": code})


async def _options(request: web.Request) -> web.Response:
    data, cloud = await read_body(request), request.app[CLOUD]
    batch = data.get("batch", cloud.settings.batch)
    if not isinstance(batch, int) or not 1 <= batch <= _MOST_BATCH:
        raise SandboxRefused("batch 应为 1 到 100 的整数")
    cloud.pusher.options = Options(
        hold=data.get("hold") is True, before_answer=data.get("before_answer") is True, batch=batch
    )
    cloud.pusher.look()
    return web.json_response(asdict(cloud.pusher.options))


async def _flush(request: web.Request) -> web.Response:
    pusher = request.app[CLOUD].pusher
    await pusher.flush()
    return web.json_response({"waiting": pusher.waiting()})


async def _clock(request: web.Request) -> web.Response:
    cloud = request.app[CLOUD]
    cloud.clock.move_to(read_offset(await read_body(request), cloud.clock.offset))
    cloud.pusher.look()
    offset = cloud.clock.offset.total_seconds()
    return web.json_response({"now": cloud.clock.now().isoformat(), "offset_seconds": offset})


async def _reset(request: web.Request) -> web.Response:
    request.app[CLOUD].reset()
    return await _status(request)
