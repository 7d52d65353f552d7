"""The adapter against the sandbox's Weibo: two readings of one protocol that share no code."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import aiohttp
import pytest
import weibo_kit
from aiohttp import web
from aiohttp.test_utils import TestServer
from waiting import PATIENCE_S, awaited

from channels.base import Tools, WebhookRequest
from channels.errors import AccountBroken, DailyQuotaUsed, OutcomeUnknown, PayloadRejected, WayShut
from channels.messages import PUBLIC_INVITATION, EventName, Kind, Outbound, Via
from channels.sandbox import SandboxClient, SandboxRefused, SandboxSettings, WeiboAccount, make_sandbox
from channels.weibo import factory

PLAY = {"app_id": "wx0123456789abcdef", "app_secret": "secret", "token": "token", "encoding_aes_key": "a" * 42 + "A"}
ACCOUNT = {name: weibo_kit.SETTINGS[name] for name in ("app_key", "app_secret", "access_token", "uid")}


def _now() -> datetime:
    return datetime.now(UTC)


class EchoBot:
    """Answers every message in the webhook's own response; ``silent``: with the acknowledgement."""

    def __init__(self) -> None:
        self.channel: Any = None
        self.heard: asyncio.Queue[Any] = asyncio.Queue()
        self.silent = False
        self.slow = 0.0

    async def handle(self, request: web.Request) -> web.Response:
        query, body = request.query, await request.read()
        arrival = self.channel.receive(
            WebhookRequest(method=request.method, path="", query=query, headers={}, body=body, received_at=_now())
        )
        for message in arrival.messages:
            self.heard.put_nowait(message)
        if self.slow:
            await asyncio.sleep(self.slow)
        answer = arrival.answer or self.channel.respond(arrival, self._reply(arrival))
        return web.Response(status=answer.status, body=answer.body, headers={"Content-Type": answer.content_type})

    def _reply(self, arrival: Any) -> Outbound | None:
        if self.silent or not arrival.messages or arrival.messages[0].reply_until is None:
            return None
        message = arrival.messages[0]
        return Outbound(id="1" * 32, address=message.address, via=Via.PASSIVE, text=f"听到：{message.text}")

    async def next(self) -> Any:
        return await awaited(self.heard.get(), "the bot hears something")


class Town:
    def __init__(self, bot: EchoBot, client: SandboxClient) -> None:
        self.bot = bot
        self.client = client

    async def phone(self) -> Any:
        return await self.client.open()

    async def do(self, phone: Any, deed: str, **data: Any) -> Any:
        return await self.client.call("POST", f"/phones/{phone.id}/{deed}", json=data, params={"wait": "1"})


@pytest.fixture
def patience() -> float:
    """Seconds that the platform waits for an answer: where one comes it comes in time, however busy the machine is."""
    return 30.0


@pytest.fixture
async def town(patience: float) -> AsyncIterator[Town]:
    bot = EchoBot()
    app = web.Application()
    app.router.add_route("*", "/channels/weibo/main", bot.handle)
    async with TestServer(app) as server, aiohttp.ClientSession(trust_env=False) as http:
        played = SandboxSettings(
            **PLAY,
            bot_url=str(server.make_url("")),
            weibo=WeiboAccount(**ACCOUNT),
            answer_seconds=patience,
            retry_seconds=0.01,
        )
        async with TestServer(make_sandbox(played)) as sandbox:
            base = str(sandbox.make_url("/weibo"))
            tools = Tools(http=http, shared=_Nowhere(), clock=_now)
            quick = {"rip": "203.0.113.5", "daily_calls": 4_000_000, "safe_domains": ["example.gov.cn"]}
            bot.channel = factory("main", {**ACCOUNT, "api_base": base, "upload_base": base, **quick}, tools)
            async with SandboxClient(str(sandbox.make_url("")), control="/_ctl/weibo") as client:
                await client.wait_ready(PATIENCE_S)
                yield Town(bot, client)


class _Nowhere:
    async def get(self, key: str) -> None:
        return None

    async def set(self, key: str, value: str, *, seconds: float) -> None:
        return None


def _to(message: Any, text: str = "办理中", via: Via = Via.CUSTOMER_SERVICE, **more: Any) -> Outbound:
    return Outbound(id="2" * 32, address=message.address, via=via, text=text, **more)


async def test_a_message_is_answered_on_the_phone(town: Town) -> None:
    phone = await town.phone()
    told = await town.do(phone, "text", text='路灯坏了"&%😀')
    assert [each["verdict"] for each in told["outcome"]["deliveries"]] == ["reply"]
    [seen] = await phone.next(PATIENCE_S)
    assert (seen.kind, seen.text) == ("passive", '听到：路灯坏了"&%😀')
    message = await town.bot.next()
    assert message.address.sender == phone.openid
    assert abs((message.sent_at - _now()).total_seconds()) < 60


@pytest.mark.parametrize("patience", [1.0])
async def test_what_is_slow_is_delivered_three_times_with_one_key(town: Town) -> None:
    town.bot.slow = 2.0
    told = await town.do(await town.phone(), "text", text="慢")
    assert [each["verdict"] for each in told["outcome"]["deliveries"]] == ["timeout"] * 3
    assert len({(await town.bot.next()).message_id for _ in range(3)}) == 1


async def test_each_kind_arrives_as_what_it_is(town: Town) -> None:
    phone = await town.phone()
    await town.do(phone, "location", latitude=36.71, longitude=119.16)
    place = await town.bot.next()
    assert (place.kind, place.location.latitude, place.location.longitude) == (Kind.LOCATION, 36.71, 119.16)
    await town.do(phone, "voice")
    voice = await town.bot.next()
    fetched = await town.bot.channel.fetch(voice.media)
    assert (voice.kind, fetched.type, fetched.content[:6]) == (Kind.VOICE, "audio/amr", b"#!AMR\n")
    await town.do(phone, "unfollow")
    assert (await town.bot.next()).event.name is EventName.UNSUBSCRIBED
    await town.do(phone, "event", subtype="scan_follow", key="shequ-1")
    assert (await town.bot.next()).event.key == "shequ-1"


async def test_private_messages_go_out_within_their_window_alone(town: Town) -> None:
    phone = await town.phone()
    town.bot.silent = True
    await town.do(phone, "text", text="在吗")
    message = await town.bot.next()
    for _ in range(3):
        await town.bot.channel.send(_to(message))
    assert [seen.kind for seen in await phone.next(PATIENCE_S)] == ["customer_service"] * 3
    await town.client.call("POST", f"/phones/{phone.id}/block", json={"blocks": True})
    with pytest.raises(WayShut):
        await town.bot.channel.send(_to(message))
    await town.client.call("POST", f"/phones/{phone.id}/block", json={"blocks": False})
    await town.do(phone, "unfollow")
    with pytest.raises(WayShut):
        await town.bot.channel.send(_to(message))


async def test_after_a_mention_one_message_may_be_sent(town: Town) -> None:
    phone = await town.phone()
    town.bot.silent = True
    await town.do(phone, "post", text="@某市信访局 路灯坏了")
    message = await town.bot.next()
    assert (message.event.name, message.grant.messages) == (EventName.MENTIONED, 1)
    await town.bot.channel.send(_to(message))
    with pytest.raises(WayShut):
        await town.bot.channel.send(_to(message))


async def test_what_is_too_long_is_the_platforms_to_refuse_and_ours_to_keep_from_it(town: Town) -> None:
    phone = await town.phone()
    await town.do(phone, "text", text="字" * 2000)
    [seen] = await phone.next(PATIENCE_S)
    assert len(seen.text) == 300


async def test_comments_are_read_and_answered_where_they_stand(town: Town) -> None:
    phone = await town.phone()
    written = await town.do(phone, "comment", text="办得怎么样了")

    async def take(arrival: Any) -> None:
        for message in arrival.messages:
            town.bot.heard.put_nowait(message)

    running = asyncio.create_task(town.bot.channel.run(take))
    message = await town.bot.next()
    running.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await running
    assert message.event.key == written["id"]
    fields = {name: message.event.details.get(name, "") for name in ("kind", "status")} | {"key": message.event.key}
    invitation = _to(message, "请私信我们。", Via.PUBLIC, notice=PUBLIC_INVITATION, fields=fields)
    sent = await town.bot.channel.send(invitation)
    await town.bot.channel.send(invitation)  # the same words again: varied once
    await town.bot.channel.send(invitation)
    said = (await town.client.call("GET", "/posts"))["items"]
    assert said[0]["idstr"] == sent.provider_id
    assert {each["under"] for each in said} == {written["id"]}
    assert all(each["text"].startswith("请私信我们。") for each in said)


async def test_a_notice_is_published_once(town: Town) -> None:
    text = "关于停水的通知 https://www.example.gov.cn/n/1"
    assert town.bot.channel.unpublishable(text) == []
    await town.bot.channel.publish(text)
    with pytest.raises(PayloadRejected):
        await town.bot.channel.publish(text)
    assert [each["text"] for each in (await town.client.call("GET", "/posts"))["items"]] == [text]


async def test_the_quota_of_the_day_is_the_platforms(town: Town) -> None:
    await town.client.call("POST", "/quota", json={"calls_a_day": 0})
    with pytest.raises(DailyQuotaUsed):
        await town.bot.channel.publish("见 https://www.example.gov.cn/n/1")


@pytest.mark.parametrize("state", ["expired", "revoked"])
async def test_a_token_that_ended_stops_the_account_and_doctor_says_so(town: Town, state: str) -> None:
    assert await town.bot.channel.check() == []
    phone = await town.phone()
    await town.do(phone, "text", text="在吗")
    await town.client.call("POST", "/token", json={"state": state})
    with pytest.raises(AccountBroken):
        await town.bot.channel.send(_to(await town.bot.next()))
    [told] = await town.bot.channel.check()
    assert "access_token" in told


async def test_a_token_near_its_end_is_told_ahead(town: Town) -> None:
    await town.client.call("POST", "/token", json={"state": "valid", "seconds": 4 * 86_400 + 60})
    [told] = await town.bot.channel.check()
    assert "还有 4 天到期" in told


async def test_faults_are_had_on_demand(town: Town) -> None:
    phone = await town.phone()
    await town.do(phone, "text", text="在吗")
    message = await town.bot.next()
    path = "/2/messages/reply.json"
    await town.client.call("POST", "/faults", json={"path": path, "errcode": 20021})
    with pytest.raises(PayloadRejected):
        await town.bot.channel.send(_to(message))
    await town.client.call("POST", "/faults", json={"path": path, "drop": "after"})
    with pytest.raises(OutcomeUnknown):
        await town.bot.channel.send(_to(message))
    journal = (await town.client.call("GET", "/journal", params={"path": path}))["items"]
    assert [each["answer"] for each in journal] == ["20021", "dropped"]
    assert weibo_kit.TOKEN not in str(journal)
    with pytest.raises(SandboxRefused):
        await town.client.call("POST", "/faults", json={"path": "/cgi-bin/menu/get"})
