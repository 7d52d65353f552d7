"""``/_ctl/…``: the hand on the phones and on the platform, for the page, for tests and for programs."""

from collections.abc import Awaitable, Callable
from typing import TypeAlias

from aiohttp import web

from channels.sandbox import phones, trouble
from channels.sandbox.clock import read_offset
from channels.sandbox.control_answers import PhoneJson, bot_state, material, news, outcome_of
from channels.sandbox.errcodes import TEXTS
from channels.sandbox.errors import SandboxRefused
from channels.sandbox.inputs import fits_xml, read_body, read_number
from channels.sandbox.keys import PLATFORM
from channels.sandbox.phones import Deed
from channels.sandbox.platform import Platform
from channels.sandbox.residents import Action, Resident

_LONGEST_SCENE = 64
_EVENT_ACTIONS = {
    "CLICK": Action.MENU_CLICK,
    "scancode_push": Action.MENU_CLICK,
    "scancode_waitmsg": Action.MENU_CLICK,
    "SCAN": Action.SCAN,
}

Doing: TypeAlias = Callable[[Platform, Resident, web.Request], Awaitable[Deed]]


def add_routes(router: web.UrlDispatcher) -> None:
    router.add_get("/_ctl/status", _status)
    router.add_get("/_ctl/feed", _feed)
    router.add_get("/_ctl/media/{media_id}", _media)
    router.add_get("/_ctl/phones", _phones)
    router.add_post("/_ctl/phones", _add_phone)
    router.add_post("/_ctl/phones/{phone}/block", _block)
    router.add_post("/_ctl/phones/{phone}/consent", _consent)
    for name, doing in _DOINGS.items():
        router.add_post(f"/_ctl/phones/{{phone}}/{name}", _deed_handler(doing))
    router.add_post("/_ctl/clock", _clock)
    router.add_post("/_ctl/tokens", _tokens)
    router.add_post("/_ctl/reset", _reset)
    trouble.add_routes(router, "/_ctl", lambda request: request.app[PLATFORM], prefixes=("/cgi-bin/",), codes=TEXTS)


def _deed_handler(doing: Doing) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def handle(request: web.Request) -> web.Response:
        platform = request.app[PLATFORM]
        resident = platform.resident(request.match_info["phone"])
        deed = await doing(platform, resident, request)
        return await outcome_of(request, deed, {"message_id": str(deed.message_id or "")})

    return handle


async def _text(platform: Platform, resident: Resident, request: web.Request) -> Deed:
    data = await read_body(request)
    return await phones.say(platform, resident, str(data.get("text", "")), str(data.get("menu_id", "")))


async def _picture(platform: Platform, resident: Resident, request: web.Request) -> Deed:
    return await phones.picture(platform, resident, await request.read(), str(request.url.origin()))


async def _voice(platform: Platform, resident: Resident, _: web.Request) -> Deed:
    return await phones.voice(platform, resident)


async def _location(platform: Platform, resident: Resident, request: web.Request) -> Deed:
    data = await read_body(request)
    latitude, longitude = read_number(data.get("latitude"), "纬度"), read_number(data.get("longitude"), "经度")
    return await phones.location(platform, resident, latitude, longitude, str(data.get("label", ""))[:200])


async def _event(platform: Platform, resident: Resident, request: web.Request) -> Deed:
    data = await read_body(request)
    name, fields = data.get("event"), data.get("fields", {})
    if not isinstance(name, str) or not name or not isinstance(fields, dict) or not fits_xml(fields):
        raise SandboxRefused("event 应为事件名，fields 应为由文字和数字组成的对象")
    return await phones.event(platform, resident, name, fields, _EVENT_ACTIONS.get(name))


async def _click(platform: Platform, resident: Resident, request: web.Request) -> Deed:
    key = str((await read_body(request)).get("key", ""))
    return await phones.event(platform, resident, "CLICK", {"EventKey": key}, Action.MENU_CLICK)


async def _scan(platform: Platform, resident: Resident, request: web.Request) -> Deed:
    scene = str((await read_body(request)).get("scene", ""))
    if not 0 < len(scene) <= _LONGEST_SCENE or not fits_xml({"scene": scene}):
        raise SandboxRefused("scene 应为 1 到 64 个字")
    return await phones.scan(platform, resident, scene)


async def _follow(platform: Platform, resident: Resident, _: web.Request) -> Deed:
    return await phones.follow(platform, resident)


async def _unfollow(platform: Platform, resident: Resident, _: web.Request) -> Deed:
    return await phones.unfollow(platform, resident)


_DOINGS: dict[str, Doing] = {
    "text": _text,
    "picture": _picture,
    "voice": _voice,
    "location": _location,
    "event": _event,
    "click": _click,
    "scan": _scan,
    "follow": _follow,
    "unfollow": _unfollow,
}


async def _status(request: web.Request) -> web.Response:
    """Whether the bot is there; the first status after its start makes the URL check."""
    platform = request.app[PLATFORM]
    bot, detail = await bot_state(platform.pusher.verify)
    return web.json_response(
        {
            "office": platform.settings.office,
            "app_id": platform.settings.app_id,
            "original_id": platform.original_id,
            "mode": str(platform.settings.mode),
            "bot": bot,
            "detail": detail,
            "now": platform.clock.now().isoformat(),
            "offset_seconds": platform.clock.offset.total_seconds(),
        }
    )


def _phone_json(platform: Platform, resident: Resident) -> PhoneJson:
    now = platform.clock.now()
    return {
        "id": resident.id,
        "name": resident.name,
        "openid": resident.openid,
        "followed": resident.followed,
        "blocks": resident.blocks,
        "typing": resident.typing(now),
        "quota": resident.ledger.report(now),
    }


def _all_phones(platform: Platform) -> list[PhoneJson]:
    return [_phone_json(platform, resident) for resident in platform.residents.values()]


async def _phones(request: web.Request) -> web.Response:
    return web.json_response({"items": _all_phones(request.app[PLATFORM])})


async def _add_phone(request: web.Request) -> web.Response:
    platform = request.app[PLATFORM]
    name = str((await read_body(request)).get("name", ""))
    return web.json_response(_phone_json(platform, platform.add_resident(name)), status=201)


async def _block(request: web.Request) -> web.Response:
    platform = request.app[PLATFORM]
    resident = platform.resident(request.match_info["phone"])
    resident.blocks = (await read_body(request)).get("blocks", True) is True
    return web.json_response(_phone_json(platform, resident))


async def _consent(request: web.Request) -> web.Response:
    """Allow subscribe notices of one template: ``times`` of them, or without end where it is null."""
    platform, data = request.app[PLATFORM], await read_body(request)
    resident, template_id = platform.resident(request.match_info["phone"]), str(data.get("template_id", ""))
    if template_id not in platform.settings.templates:
        raise SandboxRefused("没有这个模板")
    times = data.get("times", 1)
    resident.consents[template_id] = None if times is None else max(1, int(read_number(times, "times")))
    item = {"TemplateId": template_id, "SubscribeStatusString": "accept", "PopupScene": 1}
    fields = {"SubscribeMsgPopupEvent": {"List": item}}
    await phones.event(platform, resident, "subscribe_msg_popup_event", fields)
    return web.json_response(_phone_json(platform, resident))


async def _feed(request: web.Request) -> web.Response:
    platform = request.app[PLATFORM]
    return await news(request, platform.feed, lambda: _all_phones(platform))


async def _media(request: web.Request) -> web.Response:
    platform = request.app[PLATFORM]
    return material(request, platform.media, platform.clock.now())


async def _clock(request: web.Request) -> web.Response:
    """Move the platform's time: ``forward_seconds`` from where it is, or ``offset_seconds`` from the wall."""
    platform, data = request.app[PLATFORM], await read_body(request)
    platform.clock.move_to(read_offset(data, platform.clock.offset))
    offset = platform.clock.offset.total_seconds()
    return web.json_response({"now": platform.clock.now().isoformat(), "offset_seconds": offset})


async def _tokens(request: web.Request) -> web.Response:
    """End all access tokens: ``{"state": "expired"}`` (42001) or ``{"state": "invalid"}`` (40001)."""
    platform, state = request.app[PLATFORM], (await read_body(request)).get("state")
    if state not in {"expired", "invalid"}:
        raise SandboxRefused("state 应为 expired 或 invalid")
    platform.tokens.end_all(platform.clock.now(), as_expired=state == "expired")
    return web.json_response({"state": state})


async def _reset(request: web.Request) -> web.Response:
    await request.app[PLATFORM].reset()
    return web.json_response({"epoch": request.app[PLATFORM].feed.epoch})
