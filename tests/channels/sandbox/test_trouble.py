"""Trouble arranged for what residents send, and the clock: the same on all three phones."""

import asyncio
from dataclasses import replace

import pytest
from aiohttp import web
from waiting import awaited, soon

from channels.sandbox import SmsAccount, WeiboAccount

WEIBO = WeiboAccount(app_key="1234567890", app_secret="secret", access_token="2.00token", uid="1902538057")
SMS = SmsAccount(username="bot", password="pw", number="1069001", webhook_key="key")
NETWORKS = {"wechat": "", "sms": "/sms", "weibo": "/weibo"}


class Hearing:
    """A bot that acknowledges everything, and what came to it in order."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.statuses: list[int] = []

    async def take(self, request: web.Request) -> web.Response:
        if "echostr" in request.query:
            return web.Response(text=request.query["echostr"])
        body = await request.text()
        found = [word for word in ("一", "二") if word in body or word in request.query.get("text", "")]
        self.texts += found
        return web.Response(status=self.statuses.pop(0) if self.statuses else 200)


@pytest.fixture
async def town(settings, open_sandbox, stack):
    bot, app = Hearing(), web.Application()
    app.router.add_route("*", "/{path:.*}", bot.take)
    runner = web.AppRunner(app)
    await runner.setup()
    stack.push_async_callback(runner.cleanup)
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    played = replace(settings, bot_url=url, weibo=WEIBO, sms=SMS, mode="plain", answer_seconds=0.3)
    return bot, await open_sandbox(played)


async def say(sandbox, base, text):
    phone = (await sandbox.ctl("GET", f"{base}/phones"))["items"][0]["id"]
    return await sandbox.ctl("POST", f"{base}/phones/{phone}/text?wait=1", {"text": text})


@pytest.mark.parametrize("base", NETWORKS.values(), ids=NETWORKS)
@pytest.mark.parametrize(
    ("fault", "heard"),
    [
        ({"duplicates": 2}, ["一", "一", "一", "二"]),
        ({"drop": "before"}, ["一", "二"]),
        ({"drop": "after"}, ["一", "一", "二"]),
    ],
    ids=["several", "lost", "unanswered"],
)
async def test_what_is_lost_or_unanswered_comes_again(town, base, fault, heard):
    bot, sandbox = town
    await sandbox.ctl("POST", f"{base}/faults", {"path": "push", **fault})
    for text in ("一", "二"):
        told = await say(sandbox, base, text)
        assert not told["outcome"]["problem"]
    assert bot.texts == heard


@pytest.mark.parametrize("base", NETWORKS.values(), ids=NETWORKS)
async def test_a_message_that_is_overtaken_comes_behind_the_next(town, base):
    bot, sandbox = town
    await sandbox.ctl("POST", f"{base}/faults", {"path": "push", "overtaken": True})
    first = asyncio.create_task(say(sandbox, base, "一"))

    async def met_its_trouble() -> bool:
        return not (await sandbox.ctl("GET", f"{base}/faults"))["items"]

    await soon(met_its_trouble, "the first message is held")
    await say(sandbox, base, "二")
    await awaited(first, "the first message comes")
    assert bot.texts == ["二", "一"]


async def test_the_clock_is_one_for_all_three_and_each_page_is_told(town):
    _, sandbox = town
    before = {}
    for base in NETWORKS.values():
        await say(sandbox, base, "一")
        before[base] = (await sandbox.ctl("GET", f"{base}/feed"))["rev"]
    moments = [(await sandbox.ctl("GET", f"{base}/status"))["now"] for base in NETWORKS.values()]
    phone = (await sandbox.ctl("GET", "/weibo/phones"))["items"][0]
    assert phone["quota"]["left"] is None
    await sandbox.forward(49 * 3600)
    later = [(await sandbox.ctl("GET", f"{base}/status"))["now"] for base in NETWORKS.values()]
    assert all(now[:13] > then[:13] for then, now in zip(moments, later, strict=True))
    assert (await sandbox.ctl("GET", "/weibo/phones"))["items"][0]["quota"] == {"left": 0, "until": None}
    assert (await sandbox.ctl("GET", "/phones"))["items"][0]["quota"] == {}
    for base, rev in before.items():
        assert (await sandbox.ctl("GET", f"{base}/feed?after={rev}"))["rev"] > rev
