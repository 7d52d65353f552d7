"""``/_ctl/weibo/…``: the hand on the phones and on the platform. The clock is the sandbox's one (``/_ctl/clock``)."""

from collections.abc import Awaitable, Callable
from typing import TypeAlias

from aiohttp import web

from channels.sandbox import trouble
from channels.sandbox.control_answers import PhoneJson, bot_state, material, news, outcome_of
from channels.sandbox.errors import SandboxRefused
from channels.sandbox.inputs import read_body, read_number
from channels.sandbox.phones import Deed
from channels.sandbox.weibo import phones
from channels.sandbox.weibo.errcodes import TEXTS
from channels.sandbox.weibo.keys import WEIBO
from channels.sandbox.weibo.people import Person
from channels.sandbox.weibo.platform import WeiboPlatform

_PATHS = ("/2/", "/oauth2/")

Doing: TypeAlias = Callable[[WeiboPlatform, Person, web.Request], Awaitable[Deed]]


def add_routes(router: web.UrlDispatcher) -> None:
    base = "/_ctl/weibo"
    router.add_get(f"{base}/status", _status)
    router.add_get(f"{base}/feed", _feed)
    router.add_get(f"{base}/media/{{media_id}}", _media)
    router.add_get(f"{base}/phones", _phones)
    router.add_post(f"{base}/phones", _add_phone)
    router.add_post(f"{base}/phones/{{phone}}/block", _block)
    router.add_post(f"{base}/phones/{{phone}}/post", _post)
    router.add_post(f"{base}/phones/{{phone}}/comment", _comment)
    for name, doing in _DOINGS.items():
        router.add_post(f"{base}/phones/{{phone}}/{name}", _deed_handler(doing))
    router.add_get(f"{base}/posts", _posts)
    router.add_post(f"{base}/token", _token)
    router.add_post(f"{base}/quota", _quota)
    router.add_post(f"{base}/reset", _reset)
    trouble.add_routes(router, base, lambda request: request.app[WEIBO], prefixes=_PATHS, codes=TEXTS)


def _deed_handler(doing: Doing) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def handle(request: web.Request) -> web.Response:
        platform = request.app[WEIBO]
        return await outcome_of(
            request, await doing(platform, platform.person(request.match_info["phone"]), request), {}
        )

    return handle


async def _text(platform: WeiboPlatform, person: Person, request: web.Request) -> Deed:
    return await phones.say(platform, person, str((await read_body(request)).get("text", "")))


async def _picture(platform: WeiboPlatform, person: Person, request: web.Request) -> Deed:
    return await phones.picture(platform, person, await request.read())


async def _voice(platform: WeiboPlatform, person: Person, _: web.Request) -> Deed:
    return await phones.voice(platform, person)


async def _location(platform: WeiboPlatform, person: Person, request: web.Request) -> Deed:
    data = await read_body(request)
    latitude, longitude = read_number(data.get("latitude"), "纬度"), read_number(data.get("longitude"), "经度")
    return await phones.position(platform, person, latitude, longitude)


async def _event(platform: WeiboPlatform, person: Person, request: web.Request) -> Deed:
    data = await read_body(request)
    given = {name: str(data.get(name, ""))[:200] for name in ("subtype", "key", "ticket")}
    if not given["subtype"]:
        raise SandboxRefused("subtype 应为事件名")
    return await phones.event(platform, person, **given)


async def _click(platform: WeiboPlatform, person: Person, request: web.Request) -> Deed:
    return await phones.event(platform, person, "click", str((await read_body(request)).get("key", ""))[:200])


async def _follow(platform: WeiboPlatform, person: Person, _: web.Request) -> Deed:
    return await phones.event(platform, person, "follow")


async def _unfollow(platform: WeiboPlatform, person: Person, _: web.Request) -> Deed:
    return await phones.event(platform, person, "unfollow")


_DOINGS: dict[str, Doing] = {
    "text": _text,
    "picture": _picture,
    "voice": _voice,
    "location": _location,
    "event": _event,
    "click": _click,
    "follow": _follow,
    "unfollow": _unfollow,
}


async def _post(request: web.Request) -> web.Response:
    platform, data = request.app[WEIBO], await read_body(request)
    person, pushed = platform.person(request.match_info["phone"]), data.get("pushed", True) is True
    words, deed = await phones.post(platform, person, str(data.get("text", "")), pushed=pushed)
    return await outcome_of(request, deed, {"id": str(words.id)})


async def _comment(request: web.Request) -> web.Response:
    platform, data = request.app[WEIBO], await read_body(request)
    person, pushed = platform.person(request.match_info["phone"]), data.get("pushed", False) is True
    text, status = str(data.get("text", "")), str(data.get("status", ""))
    if status and not (status.isascii() and status.isdigit()):
        raise SandboxRefused("status 应为微博的编号")
    words, deed = await phones.comment(platform, person, text, status, pushed=pushed)
    return await outcome_of(request, deed, {"id": str(words.id), "status": str(words.status)})


async def _status(request: web.Request) -> web.Response:
    """Whether the bot is there; the first status after its start makes the URL check."""
    platform = request.app[WEIBO]
    bot, detail = await bot_state(platform.pusher.verify)
    return web.json_response(
        {
            "office": platform.settings.office,
            "uid": platform.account.uid,
            "bot": bot,
            "detail": detail,
            "now": platform.clock.now().isoformat(),
            "calls_today": platform.quotas.calls,
            "calls_a_day": platform.quotas.calls_a_day,
        }
    )


def _phone_json(platform: WeiboPlatform, person: Person) -> PhoneJson:
    left = person.left_at(platform.clock.now())
    return {
        "id": person.id,
        "name": person.name,
        "uid": person.uid,
        "followed": person.follows,
        "blocks": person.refuses,
        "quota": {"left": left, "until": person.until.isoformat() if person.until and left != 0 else None},
    }


def _all_phones(platform: WeiboPlatform) -> list[PhoneJson]:
    return [_phone_json(platform, person) for person in platform.people.values()]


async def _phones(request: web.Request) -> web.Response:
    return web.json_response({"items": _all_phones(request.app[WEIBO])})


async def _add_phone(request: web.Request) -> web.Response:
    name = str((await read_body(request)).get("name", ""))
    return web.json_response(_phone_json(request.app[WEIBO], request.app[WEIBO].add_person(name)), status=201)


async def _block(request: web.Request) -> web.Response:
    person = request.app[WEIBO].person(request.match_info["phone"])
    person.refuses = (await read_body(request)).get("blocks", True) is True
    return web.json_response(_phone_json(request.app[WEIBO], person))


async def _feed(request: web.Request) -> web.Response:
    platform = request.app[WEIBO]
    return await news(request, platform.feed, lambda: _all_phones(platform))


async def _media(request: web.Request) -> web.Response:
    platform = request.app[WEIBO]
    return material(request, platform.media, platform.clock.now())


async def _posts(request: web.Request) -> web.Response:
    """What the account said in public, oldest first."""
    platform = request.app[WEIBO]
    said = platform.square.of(platform.account.uid)
    return web.json_response({"items": [{**words.as_json(), "under": str(words.under or "")} for words in said]})


async def _token(request: web.Request) -> web.Response:
    """``{"state": "expired"}`` (21327), ``"revoked"`` (21332) or ``"valid"``; ``seconds``: how long it lives on."""
    platform, data = request.app[WEIBO], await read_body(request)
    state = data.get("state", "valid")
    if state not in {"expired", "revoked", "valid"}:
        raise SandboxRefused("state 应为 expired、revoked 或 valid")
    platform.token_revoked = state == "revoked"
    seconds = 0.0 if state == "expired" else read_number(data.get("seconds", 365 * 86_400), "seconds")
    platform.token_until = platform.clock.now().timestamp() + seconds
    return web.json_response({"state": state})


async def _quota(request: web.Request) -> web.Response:
    """``{"calls_a_day": 100}``: what the account may call a day."""
    platform, data = request.app[WEIBO], await read_body(request)
    platform.quotas.calls_a_day = max(0, int(read_number(data.get("calls_a_day", 100), "calls_a_day")))
    return web.json_response({"calls_a_day": platform.quotas.calls_a_day, "calls": platform.quotas.calls})


async def _reset(request: web.Request) -> web.Response:
    await request.app[WEIBO].reset()
    return web.json_response({"epoch": request.app[WEIBO].feed.epoch})
