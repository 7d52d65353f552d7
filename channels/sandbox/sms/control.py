"""``/_ctl/sms/…``: the hand on the phones, the carrier and the reports. The clock is the sandbox's one."""

from dataclasses import asdict

from aiohttp import web

from channels.sandbox import trouble
from channels.sandbox.control_answers import PhoneJson, news, outcome_of
from channels.sandbox.errors import SandboxRefused
from channels.sandbox.inputs import read_body, read_number
from channels.sandbox.sms import incoming
from channels.sandbox.sms.keys import SMS
from channels.sandbox.sms.phones import Phone
from channels.sandbox.sms.platform import SmsPlatform
from channels.sandbox.sms.receipts import Options

_LONGEST_LATE = 60.0


def add_routes(router: web.UrlDispatcher) -> None:
    base = "/_ctl/sms"
    router.add_get(f"{base}/status", _status)
    router.add_get(f"{base}/feed", _feed)
    router.add_get(f"{base}/phones", _phones)
    router.add_post(f"{base}/phones", _add_phone)
    router.add_post(f"{base}/phones/{{phone}}/text", _text)
    router.add_post(f"{base}/phones/{{phone}}/block", _block)
    router.add_post(f"{base}/carrier", _carrier)
    router.add_post(f"{base}/receipts", _receipts)
    router.add_post(f"{base}/receipts/release", _release)
    router.add_post(f"{base}/reset", _reset)
    trouble.add_routes(router, base, lambda request: request.app[SMS], prefixes=("/cgi-bin/",))


async def _status(request: web.Request) -> web.Response:
    platform = request.app[SMS]
    return web.json_response(
        {
            "office": platform.settings.office,
            "number": platform.account.number,
            "carrier": "down" if platform.down else "up",
            "kept": len(platform.kept),
            "held_receipts": len(platform.receipts.held),
            "receipts": asdict(platform.receipts.options),
            "now": platform.clock.now().isoformat(),
        }
    )


def _phone_json(phone: Phone) -> PhoneJson:
    return {**asdict(phone), "blocks": phone.off, "followed": True}


def _all_phones(platform: SmsPlatform) -> list[PhoneJson]:
    return [_phone_json(phone) for phone in platform.phones.values()]


async def _phones(request: web.Request) -> web.Response:
    return web.json_response({"items": _all_phones(request.app[SMS])})


async def _add_phone(request: web.Request) -> web.Response:
    name = str((await read_body(request)).get("name", ""))
    return web.json_response(_phone_json(request.app[SMS].add_phone(name)), status=201)


async def _text(request: web.Request) -> web.Response:
    platform = request.app[SMS]
    phone, data = platform.phone(request.match_info["phone"]), await read_body(request)
    deed = await incoming.say(platform, phone, str(data.get("text", "")))
    return await outcome_of(request, deed, {})


async def _block(request: web.Request) -> web.Response:
    """``{"blocks": true}``: the phone is off, and texts to it are reported as undelivered."""
    phone = request.app[SMS].phone(request.match_info["phone"])
    phone.off = (await read_body(request)).get("blocks", True) is True
    request.app[SMS].feed.touch()
    return web.json_response(_phone_json(phone))


async def _carrier(request: web.Request) -> web.Response:
    """``{"down": true}``: texts are taken ("3: Queued for later delivery") and reach phones when it is up again."""
    platform, down = request.app[SMS], (await read_body(request)).get("down") is True
    if down:
        platform.down = True
    else:
        platform.bring_up()
    return await _status(request)


async def _receipts(request: web.Request) -> web.Response:
    """``hold``: reports gather; ``before_answer``: they come first; ``seconds``: how late a text and its report are."""
    data = await read_body(request)
    seconds = read_number(data.get("seconds", request.app[SMS].receipts.options.seconds), "seconds")
    if not 0 <= seconds <= _LONGEST_LATE:
        raise SandboxRefused("seconds 应在 0 到 60 之间")
    options = Options(hold=data.get("hold") is True, before_answer=data.get("before_answer") is True, seconds=seconds)
    request.app[SMS].receipts.options = options
    return web.json_response(asdict(options))


async def _release(request: web.Request) -> web.Response:
    """Let the held reports go; ``{"backward": true}``: the last first."""
    backward = (await read_body(request)).get("backward") is True
    return web.json_response({"released": await request.app[SMS].receipts.let_go(backward=backward)})


async def _feed(request: web.Request) -> web.Response:
    platform = request.app[SMS]
    return await news(request, platform.feed, lambda: _all_phones(platform))


async def _reset(request: web.Request) -> web.Response:
    await request.app[SMS].reset()
    return web.json_response({"epoch": request.app[SMS].feed.epoch})
