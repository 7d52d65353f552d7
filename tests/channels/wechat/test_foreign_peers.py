"""Strangers' WeChat: their crypto against our webhook, their servers and their REST client against our sandbox."""

import hashlib
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from aiohttp.test_utils import TestServer
from foreign_wechat_peer import ForeignError, needs_npm_wechat, needs_werobot, npm_peer, werobot
from waiting import PATIENCE_S

from channels.base import Tools, WebhookRequest
from channels.messages import Outbound, Via
from channels.sandbox import PROGRESS_TEMPLATE_ID, SandboxClient, SandboxSettings, make_sandbox
from channels.sandbox.settings import PROGRESS_TEMPLATE
from channels.wechat import factory

APP_ID, SECRET, TOKEN = "wx5823bf96d3bd56c7", "the-secret-of-the-app", "QDG6eK"
AES_KEY = "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C"
NOW = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)
STAMP, NONCE = str(int(NOW.timestamp())), "1320562132"
MODES = ["safe", "compatible", "plain"]
SAID = "路灯坏了 <b>&amp; 😀"


@pytest.fixture
async def npm() -> AsyncIterator[Any]:
    async with npm_peer(token=TOKEN, app_id=APP_ID, aes_key=AES_KEY, app_secret=SECRET) as peer:
        yield peer


@asynccontextmanager
async def town(bot_url: str, mode: str = "safe") -> AsyncIterator[tuple[SandboxClient, str]]:
    """The sandbox with a bot at ``bot_url``, and the address of its REST API."""
    played = SandboxSettings(
        app_id=APP_ID,
        app_secret=SECRET,
        token=TOKEN,
        encoding_aes_key=AES_KEY,
        bot_url=bot_url,
        mode=mode,
        retry_seconds=0.01,
        receipt_seconds=0.01,
    )
    async with TestServer(make_sandbox(played)) as sandbox, SandboxClient(str(sandbox.make_url(""))) as client:
        yield client, str(sandbox.make_url("/wechat"))


@needs_npm_wechat
@pytest.mark.parametrize("text", ["1", "路灯坏了 <b>&amp;]]> 😀", "汉" * 2000])
async def test_our_webhook_and_npms_crypto_understand_each_other(npm, text) -> None:
    settings = {"app_id": APP_ID, "app_secret": SECRET, "token": TOKEN, "encoding_aes_key": AES_KEY}
    nothing: Any = None
    channel = factory("main", settings, Tools(http=nothing, shared=nothing, clock=lambda: NOW))
    message = (
        f"<xml><ToUserName><![CDATA[gh_office]]></ToUserName><FromUserName><![CDATA[o_resident]]></FromUserName>"
        f"<CreateTime>{STAMP}</CreateTime><MsgType><![CDATA[text]]></MsgType>"
        f"<Content><![CDATA[{text.replace(']]>', ']]]]><![CDATA[>')}]]></Content><MsgId>6054768590064713728</MsgId></xml>"
    )
    sealed = await npm.do("seal", text=message, timestamp=STAMP, nonce=NONCE)
    body = f"<xml><ToUserName>gh_office</ToUserName><Encrypt><![CDATA[{sealed['sealed']}]]></Encrypt></xml>"
    query = {"timestamp": STAMP, "nonce": NONCE, "encrypt_type": "aes", "msg_signature": sealed["signature"]}
    query["signature"] = hashlib.sha1("".join(sorted([TOKEN, STAMP, NONCE])).encode()).hexdigest()
    call = WebhookRequest(method="POST", path="", query=query, headers={}, body=body.encode(), received_at=NOW)
    arrival = channel.receive(call)
    [heard] = arrival.messages
    assert (heard.text, heard.address.sender) == (text, "o_resident")

    reply = Outbound(id="1", address=heard.address, via=Via.PASSIVE, text=f"收到：{text[:200]}")
    answer = ET.fromstring(channel.respond(arrival, reply).body)
    given = {name: answer.findtext(name) for name in ("TimeStamp", "Nonce", "Encrypt", "MsgSignature")}
    opened = await npm.do("open", sealed=given["Encrypt"], timestamp=given["TimeStamp"], nonce=given["Nonce"])
    assert (opened["appId"], opened["signature"]) == (APP_ID, given["MsgSignature"])
    assert ET.fromstring(opened["text"]).findtext("Content") == f"收到：{text[:200]}"


@needs_npm_wechat
@pytest.mark.parametrize("mode", MODES)
async def test_npms_server_hears_the_sandbox_and_its_answers_reach_the_phone(npm, mode) -> None:
    async with town(npm.url, mode) as (client, _):
        await client.wait_ready(PATIENCE_S)
        phone = await client.open("王阿姨")
        await phone.say(SAID)
        [seen] = await phone.next(PATIENCE_S)
        assert (seen.kind, seen.text) == ("passive", f"听到：{SAID}")
        event = await npm.heard.get()
        assert (event["event"], event["message"]["Content"]) == ("heard", SAID)


@needs_werobot
@pytest.mark.parametrize("mode", ["safe", "plain"])
async def test_werobot_hears_the_sandbox_and_its_answers_reach_the_phone(mode) -> None:
    # Without a key it reads plain messages alone, with one sealed ones alone.
    key = AES_KEY if mode == "safe" else ""
    async with werobot(token=TOKEN, app_id=APP_ID, aes_key=key) as url, town(url, mode) as (client, _):
        await client.wait_ready(PATIENCE_S)
        phone = await client.open("王阿姨")
        await phone.say(SAID)
        [seen] = await phone.next(PATIENCE_S)
        assert (seen.kind, seen.text) == ("passive", f"听到：{SAID}")


@needs_npm_wechat
async def test_npms_client_is_served_as_by_the_platform(npm) -> None:
    async with town(npm.url) as (client, base):
        await client.wait_ready(PATIENCE_S)
        phone = await client.open("王阿姨")
        with pytest.raises(ForeignError) as refused:
            await npm.call(base, "sendText", phone.openid, "时限以外")
        assert refused.value.code == 45015
        await phone.say("你好")
        await phone.next(PATIENCE_S)
        await npm.call(base, "sendText", phone.openid, "您反映的事项已受理")
        [seen] = await phone.next(PATIENCE_S)
        assert (seen.kind, seen.text) == ("customer_service", "您反映的事项已受理")

        shown = ["WF261121001237", "已受理", "东风东街路灯不亮", "2026年11月22日 09:30", "请等待"]
        card = {name: {"value": each} for name, each in zip(PROGRESS_TEMPLATE.fields, shown, strict=True)}
        sent = await npm.call(base, "sendTemplate", phone.openid, PROGRESS_TEMPLATE_ID, "", "", card)
        assert re.fullmatch(r"\d+", str(sent["msgid"]))
        assert (await npm.call(base, "getUser", {"openid": phone.openid}))["subscribe"] == 1
        code = await npm.call(base, "createLimitQRCode", "at:奎文区@阳光花园小区")
        assert code["ticket"]
        tag = (await npm.call(base, "createTag", "奎文区"))["tag"]
        await npm.call(base, "membersBatchtagging", tag["id"], [phone.openid])
        assert (await npm.call(base, "getTagUsers", tag["id"], ""))["data"]["openid"] == [phone.openid]
        menu = {"button": [{"type": "click", "name": "反映问题", "key": "file"}]}
        assert (await npm.call(base, "createMenu", menu))["errcode"] == 0
        assert (await npm.call(base, "getMenu"))["menu"]["button"][0]["name"] == "反映问题"
