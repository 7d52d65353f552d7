"""The played platform and our own WeChat channel, which share no code, understand each other."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import aiohttp
import pytest

from channels.base import Tools, WebhookRequest
from channels.errors import WayShut
from channels.messages import Kind, Outbound, Via
from channels.sandbox import PROGRESS_TEMPLATE_ID
from channels.wechat import factory


class Memory:
    """Shared state of one process."""

    def __init__(self):
        self.kept, self.locks = {}, {}

    async def get(self, key):
        return self.kept.get(key)

    async def set(self, key, value, *, seconds):
        self.kept[key] = value

    async def delete(self, key):
        self.kept.pop(key, None)

    @asynccontextmanager
    async def lock(self, key, *, seconds, wait) -> AsyncIterator[bool]:
        async with self.locks.setdefault(key, asyncio.Lock()):
            yield True


@pytest.fixture
async def channel(sandbox, bot, kit):
    """Our channel behind the bot's webhook: it answers each message with what it heard."""
    from aiohttp import web

    async with aiohttp.ClientSession() as http:
        tools = Tools(http=http, shared=Memory(), clock=lambda: datetime.now(UTC))
        settings = {
            "app_id": kit.APP_ID,
            "app_secret": kit.SECRET,
            "token": kit.TOKEN,
            "encoding_aes_key": kit.AES_KEY,
            "api_base": f"{sandbox.url}/wechat",
            "templates": {"progress": PROGRESS_TEMPLATE_ID},
        }
        channel = factory("main", settings, tools)
        channel_heard = []

        async def answering(push):
            request = WebhookRequest(
                method="POST",
                path="",
                query=push.query,
                headers={},
                body=push.raw.encode(),
                received_at=datetime.now(UTC),
            )
            arrival = channel.receive(request)
            channel_heard.extend(arrival.messages)
            reply = None
            if arrival.messages and arrival.messages[0].kind is Kind.TEXT:
                message = arrival.messages[0]
                reply = Outbound(id="1", address=message.address, via=Via.PASSIVE, text=f"听到：{message.text} ]]>")
            answer = channel.respond(arrival, reply)
            return web.Response(status=answer.status, body=answer.body)

        bot.answering = answering
        yield channel, channel_heard
        await channel.aclose()


async def test_a_passive_reply_goes_there_and_back(sandbox, channel):
    _, heard = channel
    told = await sandbox.say("路灯坏了 <b>")

    assert (heard[0].text, heard[0].address.sender) == ("路灯坏了 <b>", await sandbox.openid())
    assert told["outcome"]["reply"]["text"] == "听到：路灯坏了 <b> ]]>"


async def test_customer_service_messages_arrive_until_the_quota_is_used(sandbox, channel):
    ours, heard = channel
    await sandbox.say("你好")

    def message(text):
        return Outbound(id="2", address=heard[0].address, via=Via.CUSTOMER_SERVICE, text=text)

    for n in range(5):
        await ours.send(message(f"第{n}条"))
    with pytest.raises(WayShut):
        await ours.send(message("第六条"))

    assert [item["text"] for item in await sandbox.shown()][2:] == [f"第{n}条" for n in range(5)]


async def test_a_progress_notice_arrives_as_a_card(sandbox, channel):
    ours, heard = channel
    await sandbox.say("你好")
    fields = {"number": "WF261121000017", "state": "已受理", "title": "东风东街路灯不亮", "time": "", "note": ""}
    notice = Outbound(
        id="3", address=heard[0].address, via=Via.TEMPLATE, text="您的诉求已受理", notice="progress", fields=fields
    )

    sent = await ours.send(notice)

    assert sent.provider_id
    card = (await sandbox.shown())[-1]
    assert card["kind"] == "template"
    assert card["data"]["rows"][0] == {"label": "诉求编号", "value": "WF261121000017"}
