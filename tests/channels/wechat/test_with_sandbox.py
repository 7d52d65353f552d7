"""The adapter against the sandbox: two readings of one protocol that share no code."""

import asyncio
import os
from dataclasses import replace
from datetime import UTC, datetime

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from waiting import PATIENCE_S, awaited

from channels.base import Tools, WebhookRequest
from channels.errors import MediaGone, RecipientGone, WayShut
from channels.messages import EventName, Kind, Media, Outbound, ReceiptState, Via
from channels.sandbox import PROGRESS_TEMPLATE_ID, SandboxClient, SandboxSettings, make_sandbox
from channels.wechat import factory
from channels.wechat.media import UploadKind

PLAY = {"app_id": "wx0123456789abcdef", "app_secret": "secret", "token": "token"}
AES_KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"


def _now() -> datetime:
    return datetime.now(UTC)


class EchoBot:
    """Answers every message in the webhook's own response, with a button."""

    def __init__(self) -> None:
        self.channel = self.client = None
        self.heard, self.receipts = asyncio.Queue(), asyncio.Queue()

    async def handle(self, request: web.Request) -> web.Response:
        arrival = self.channel.receive(
            WebhookRequest(
                method=request.method,
                path="",
                query=request.query,
                headers={},
                body=await request.read(),
                received_at=_now(),
            )
        )
        for message in arrival.messages:
            self.heard.put_nowait(message)
        for receipt in arrival.receipts:
            self.receipts.put_nowait(receipt)
        answer = arrival.answer or self.channel.respond(arrival, self._reply(arrival))
        return web.Response(status=answer.status, body=answer.body, headers={"Content-Type": answer.content_type})

    def _reply(self, arrival):
        if not arrival.messages or arrival.messages[0].reply_until is None:
            return None
        message = arrival.messages[0]
        text = f"收到：{message.text or message.kind} ]]>"
        return Outbound(id="1", address=message.address, via=Via.PASSIVE, text=text, buttons=(("满意", "/rate 5"),))


@pytest.fixture(params=["safe", "compatible", "plain"])
async def bot(request):
    """An account whose platform is the sandbox, in each mode."""
    bot = EchoBot()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", bot.handle)
    async with TestServer(app) as ours, aiohttp.ClientSession() as http:
        settings = SandboxSettings(
            **PLAY,
            encoding_aes_key=AES_KEY,
            bot_url=str(ours.make_url("")).rstrip("/"),
            mode=request.param,
            receipt_seconds=0.01,
        )
        async with TestServer(make_sandbox(settings)) as theirs:
            base = str(theirs.make_url("/wechat"))
            account = PLAY | {"encoding_aes_key": AES_KEY, "api_base": base, "mode": request.param}
            templates = {"progress": PROGRESS_TEMPLATE_ID}
            bot.channel = factory("main", account | {"templates": templates}, _tools(http))
            async with SandboxClient(str(theirs.make_url(""))) as client:
                await client.wait_ready(PATIENCE_S)
                bot.client = client
                yield bot, await client.open("王阿姨")
            await bot.channel.aclose()


def _tools(http):
    class Nothing:
        async def get(self, key):
            return None

        async def set(self, key, value, *, seconds):
            return None

        def lock(self, key, *, seconds, wait):
            return _Untaken()

    return Tools(http=http, shared=Nothing(), clock=_now)


class _Untaken:
    async def __aenter__(self):
        return False

    async def __aexit__(self, *_):
        return None


async def _heard(bot):
    return await awaited(bot.heard.get(), "the bot hears something")


async def test_a_conversation_and_a_notice_cross_the_sandbox(bot):
    bot, phone = bot
    await phone.say("路灯坏了 <b>&amp;]]>")
    (reply,) = await phone.next(PATIENCE_S)
    assert reply.kind == "passive"
    assert reply.text.startswith("收到：路灯坏了 <b>&amp;]]> ]]>")
    assert "msgmenuid=%2Frate%205" in reply.text
    first = await _heard(bot)
    assert (first.kind, first.text) == (Kind.TEXT, "路灯坏了 <b>&amp;]]>")
    await phone.say("满意", menu_id="/rate 5")
    assert (await _heard(bot)).payload == "/rate 5"
    await phone.location(36.7, 119.16, "奎文区")
    assert (await _heard(bot)).location.label == "奎文区"
    await phone.voice()
    assert (await _heard(bot)).media.format
    await phone.click("menu_file")
    assert (await _heard(bot)).event.name is EventName.MENU_CLICKED
    await phone.unfollow()
    assert (await _heard(bot)).event.name is EventName.UNSUBSCRIBED
    with pytest.raises(WayShut):
        await bot.channel.send(_outbound(first, Via.CUSTOMER_SERVICE))
    with pytest.raises(RecipientGone):
        await bot.channel.send(_outbound(first, Via.TEMPLATE))


async def test_a_reply_and_a_notice_reach_the_phone_unasked(bot):
    bot, phone = bot
    await phone.say("你好")
    await phone.next(PATIENCE_S)
    message = await _heard(bot)
    await bot.channel.send(_outbound(message, Via.CUSTOMER_SERVICE))
    (pushed,) = await phone.next(PATIENCE_S)
    assert (pushed.kind, pushed.text) == ("customer_service", "您的诉求已受理。")
    sent = await bot.channel.send(_outbound(message, Via.TEMPLATE))
    (card,) = await phone.next(PATIENCE_S)
    assert card.kind == "template"
    assert {row["value"] for row in card.data["rows"]} >= {"WF261121001237", "已受理", "路灯坏了"}
    receipt = await awaited(bot.receipts.get(), "a receipt")
    assert (receipt.provider_id, receipt.state) == (sent.provider_id, ReceiptState.DELIVERED)


async def test_what_the_phone_sent_is_fetched_byte_for_byte_until_it_expires(bot):
    bot, phone = bot
    picture = b"\x89PNG\r\n\x1a\n" + os.urandom(300_000)
    await phone.picture(picture)
    sent = (await _heard(bot)).media
    fetched = await bot.channel.fetch(sent)
    assert (fetched.content, fetched.type) == (picture, "image/png")
    assert (await bot.channel.fetch(replace(sent, id=""))).content == picture, "by its address alone"
    await phone.voice()
    voice = await bot.channel.fetch((await _heard(bot)).media)
    assert voice.content.startswith(b"#!AMR\n")
    await bot.client.call("POST", "/clock", json={"forward_seconds": 3 * 86_400 + 1})
    with pytest.raises(MediaGone):
        await bot.channel.fetch(sent)


async def test_a_picture_of_ours_is_taken_and_given_back(bot):
    bot, _ = bot
    picture = b"\xff\xd8\xff" + os.urandom(10_000)
    uploaded = await bot.channel.upload(UploadKind.IMAGE, picture)
    assert (await bot.channel.fetch(Media(id=uploaded.media_id))).content == picture


async def test_the_window_closes_after_five_messages(bot):
    bot, phone = bot
    await phone.say("你好")
    message = await _heard(bot)
    for _ in range(5):
        await bot.channel.send(_outbound(message, Via.CUSTOMER_SERVICE))
    with pytest.raises(WayShut) as shut:
        await bot.channel.send(_outbound(message, Via.CUSTOMER_SERVICE))
    assert shut.value.provider_code == "45047"


def _outbound(message, via):
    return Outbound(
        id="0f" * 16,
        address=message.address,
        via=via,
        text="您的诉求已受理。",
        notice="progress",
        fields={"number": "WF261121001237", "state": "已受理", "title": "路灯坏了", "time": "2026-11-21 10:00"},
    )
