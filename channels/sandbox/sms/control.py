"""``/_ctl/sms/…``: the hand on the phones, the carrier and the reports. The clock is the sandbox's one."""

from dataclasses import asdict
from typing import Any

from aiohttp import web

from channels.sandbox import trouble
from channels.sandbox.errors import SandboxRefused
from channels.sandbox.inputs import read_body, read_number
from channels.sandbox.sms import incoming
from channels.sandbox.sms.keys import SMS
from channels.sandbox.sms.phones import Phone
from channels.sandbox.sms.receipts import Options

_LONGEST_WAIT = 30.0
_LONGEST_LATE = 60.0
_MOST_LISTED = 1000


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


def _phone_json(phone: Phone) -> dict[str, Any]:
    return {**asdict(phone), "blocks": phone.off, "followed": True}


async def _phones(request: web.Request) -> web.Response:
    return web.json_response({"items": [_phone_json(phone) for phone in request.app[SMS].phones.values()]})


async def _add_phone(request: web.Request) -> web.Response:
    name = str((await read_body(request)).get("name", ""))
    return web.json_response(_phone_json(request.app[SMS].add_phone(name)), status=201)


async def _text(request: web.Request) -> web.Response:
    """202 at once, or with ``?wait=1`` 200 with what bringing it to the bot came to."""
    platform = request.app[SMS]
    phone, data = platform.phone(request.match_info["phone"]), await read_body(request)
    deed = await incoming.say(platform, phone, str(data.get("text", "")))
    if request.query.get("wait") != "1":
        return web.json_response({}, status=202)
    outcome = await deed.wait()
    return web.json_response({"outcome": asdict(outcome) if outcome else None})


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
    """What is newer than ``after``; waits up to ``wait`` seconds for it. ``epoch`` changes with a reset."""
    platform, query = request.app[SMS], request.query
    after = int(read_number(query.get("after", "0"), "after"))
    seconds = min(max(read_number(query.get("wait", "0"), "wait"), 0.0), _LONGEST_WAIT)
    if seconds:
        await platform.feed.wait(after, seconds)
    feed = platform.feed
    told = {"epoch": feed.epoch, "rev": feed.rev, "phones": [_phone_json(p) for p in platform.phones.values()]}
    return web.json_response({**told, "items": [item.as_json() for item in feed.since(after, query.get("phone", ""))]})


async def _reset(request: web.Request) -> web.Response:
    await request.app[SMS].reset()
    return web.json_response({"epoch": request.app[SMS].feed.epoch})
