"""A picture from a phone on Weibo to the case's staff: pushed, wanted in the turn, fetched by its tovfid, kept, given."""

import random
import struct
import zlib
from datetime import UTC, datetime

import aiohttp
import pytest
import weibo_kit
from aiohttp import web
from aiohttp.test_utils import TestServer
from waiting import PATIENCE_S, soon

from bot.media.fetching import Limits, MediaFetcher, patience
from bot.media.wanting import Wanting
from channels.base import Tools, WebhookRequest
from channels.sandbox import SandboxClient, SandboxSettings, WeiboAccount, make_sandbox
from channels.weibo import factory
from dialogs.outcome import Attachment, FileCase
from storage.attachment_records import AttachmentState

PLAY = {"app_id": "wx0123456789abcdef", "app_secret": "secret", "token": "token", "encoding_aes_key": "a" * 42 + "A"}
ACCOUNT = {name: weibo_kit.SETTINGS[name] for name in ("app_key", "app_secret", "access_token", "uid")}


def _picture() -> bytes:
    raw = zlib.compress(b"\0" + bytes(3) * 4)
    parts = (b"IHDR", struct.pack(">IIBBBBB", 4, 1, 8, 2, 0, 0, 0)), (b"IDAT", raw), (b"IEND", b"")
    chunks = (
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body)) for kind, body in parts
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


class Bot:
    """Keeps what is pushed, as the service's intake does."""

    def __init__(self, store) -> None:
        self.store, self.channel, self.arrived = store, None, []

    async def take(self, request: web.Request) -> web.Response:
        call = WebhookRequest(
            method=request.method,
            path="",
            query=request.query,
            headers={},
            body=await request.read(),
            received_at=datetime.now(UTC),
        )
        arrival = self.channel.receive(call)
        self.arrived += [kept.arrived for kept in await self.store.inbox.add(arrival.messages)]
        answer = arrival.answer or self.channel.respond(arrival, None)
        return web.Response(status=answer.status, body=answer.body)


@pytest.fixture
async def town(office):
    bot, app = Bot(office.store), web.Application()
    app.router.add_route("*", "/{path:.*}", bot.take)
    async with TestServer(app) as server, aiohttp.ClientSession(trust_env=False) as http:
        played = SandboxSettings(**PLAY, bot_url=str(server.make_url("")).rstrip("/"), weibo=WeiboAccount(**ACCOUNT))
        async with TestServer(make_sandbox(played)) as sandbox:
            base = str(sandbox.make_url("/weibo"))
            nothing: object = None
            tools = Tools(http=http, shared=nothing, clock=lambda: datetime.now(UTC))
            bot.channel = factory("main", {**ACCOUNT, "api_base": base, "upload_base": base}, tools)
            async with SandboxClient(str(sandbox.make_url("")), control="/_ctl/weibo") as client:
                await client.wait_ready(PATIENCE_S)
                yield bot, client


@pytest.mark.parametrize(("megabytes", "state"), [(1, AttachmentState.KEPT), (0, AttachmentState.REFUSED)])
async def test_a_picture_by_private_message_is_kept_with_its_case_or_told_to_be_too_large(
    town, office, megabytes, state
):
    bot, client = town
    phone, content = await client.open(), _picture()
    await client.call("POST", f"/phones/{phone.id}/picture", data=content)
    await soon(lambda: bot.arrived, "the picture is pushed")
    [arrived] = bot.arrived

    conversation = await office.store.conversations.ensure(arrived.message.address, now=office.clock())
    number = await office.store.numbers.draw(message_id=arrived.id, at=office.clock())
    named = Attachment(message_id=arrived.id, kind="image", media_id=arrived.message.media.id)
    filed = FileCase(number=number, code="123456", title="路灯坏了", content="路灯坏了", attachments=(named,))
    wanted = await Wanting(store=office.store).of([arrived], [filed], now=office.clock())
    await office.turn(conversation, filed)
    await office.store.committer.commit(wanted.changes)

    fetcher = MediaFetcher(
        store=office.store,
        channels={("weibo", "main"): bot.channel},
        casework=office.casework,
        limits=Limits(largest={"image": megabytes}, daily=60),
        clock=office.clock,
        chance=random.Random(1),
        backoff=patience(),
    )
    await fetcher.fetch(wanted.ids[0])
    [kept] = await office.store.attachments.of_case(number)
    assert kept.state is state
    if state is AttachmentState.KEPT:
        assert (kept.channel, kept.type, kept.size) == ("weibo", "image/png", len(content))
        assert b"".join([piece async for piece in office.store.attachments.content(kept)]) == content
    else:
        assert any("超过大小上限" in entry.note for entry in await office.store.cases.timeline(number))
