"""A sandbox on a real port, and a bot written for these tests alone, with its own crypto."""

import asyncio
import base64
import hashlib
import json
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from typing import Any
from xml.etree import ElementTree as ET

import aiohttp
import pytest
from aiohttp import web
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from waiting import within

from channels.sandbox import SandboxSettings, make_sandbox

TOKEN, APP_ID, SECRET = "a-token-of-tests", "wx0123456789abcdef", "app-secret-of-tests"
AES_KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
ANSWER_SECONDS = 30.0
"""Where an answer comes, it comes in time, however busy the machine is; what waits for none has ``hasty``."""
DELIVERIES = 3


def sha(*parts: str) -> str:
    return hashlib.sha1("".join(sorted(parts)).encode()).hexdigest()


def _aes() -> Cipher:
    key = base64.b64decode(AES_KEY + "=")
    return Cipher(algorithms.AES(key), modes.CBC(key[:16]))


def decrypt(sealed: str) -> tuple[str, str]:
    """The message and the app id behind it."""
    worker = _aes().decryptor()
    clear = worker.update(base64.b64decode(sealed)) + worker.finalize()
    clear = clear[16 : -clear[-1]]
    size = int.from_bytes(clear[:4], "big")
    return clear[4 : 4 + size].decode(), clear[4 + size :].decode()


def encrypt(text: str, app_id: str = APP_ID) -> str:
    body = text.encode()
    clear = secrets.token_bytes(16) + len(body).to_bytes(4, "big") + body + app_id.encode()
    pad = 32 - len(clear) % 32
    worker = _aes().encryptor()
    return base64.b64encode(worker.update(clear + bytes([pad]) * pad) + worker.finalize()).decode()


def sealed_reply(inner: str, *, token: str = TOKEN, app_id: str = APP_ID) -> str:
    sealed = encrypt(inner, app_id)
    sign = sha(token, "1700000000", "n0nce", sealed)
    return (
        f"<xml><Encrypt><![CDATA[{sealed}]]></Encrypt><MsgSignature>{sign}</MsgSignature>"
        "<TimeStamp>1700000000</TimeStamp><Nonce>n0nce</Nonce></xml>"
    )


def text_reply(message: "Received", text: str, *, created: str = "1700000000") -> str:
    return (
        f"<xml><ToUserName><![CDATA[{message['FromUserName']}]]></ToUserName>"
        f"<FromUserName><![CDATA[{message['ToUserName']}]]></FromUserName>"
        f"<CreateTime>{created}</CreateTime><MsgType>text</MsgType><Content><![CDATA[{text}]]></Content></xml>"
    )


@dataclass
class Received:
    """One push: the query, the raw body and the message inside."""

    query: dict[str, str]
    raw: str
    root: ET.Element
    app_id: str = ""

    def __getitem__(self, name: str) -> str:
        return self.root.findtext(name) or ""


Answering = Callable[[Received], Awaitable[web.Response | str]]


@dataclass
class Bot:
    """Answers as ``answering`` says; ``checks`` counts URL checks, ``cuts`` connections that were cut."""

    answering: Answering
    pushes: list[Received] = field(default_factory=list)
    checks: int = 0
    cuts: int = 0
    all_cut: asyncio.Event = field(default_factory=asyncio.Event)
    news: asyncio.Condition = field(default_factory=asyncio.Condition)
    url: str = ""
    api: Callable[[web.Request], Awaitable[web.Response]] | None = None
    api_calls: list[tuple[str, str, str, Any]] = field(default_factory=list)

    async def pushed(self, count: int) -> None:
        """Return once ``count`` pushes have come."""
        async with within(f"{count} pushes"), self.news:
            await self.news.wait_for(lambda: len(self.pushes) >= count)

    async def check(self, request: web.Request) -> web.Response:
        query = request.query
        assert query["signature"] == sha(TOKEN, query["timestamp"], query["nonce"])
        self.checks += 1
        return web.Response(text=query["echostr"])

    async def take(self, request: web.Request) -> web.Response:
        message = _opened(dict(request.query), await request.text())
        async with self.news:
            self.pushes.append(message)
            self.news.notify_all()
        try:
            answer = await self.answering(message)
        except asyncio.CancelledError:
            self.cuts += 1
            if self.cuts == DELIVERIES:
                self.all_cut.set()
            raise
        return answer if isinstance(answer, web.Response) else web.Response(text=answer)


def _opened(query: dict[str, str], raw: str) -> Received:
    assert query["signature"] == sha(TOKEN, query["timestamp"], query["nonce"])
    root = ET.fromstring(raw)
    if query.get("encrypt_type") != "aes":
        return Received(query, raw, root)
    sealed = root.findtext("Encrypt") or ""
    assert query["msg_signature"] == sha(TOKEN, query["timestamp"], query["nonce"], sealed)
    inner, app_id = decrypt(sealed)
    return Received(query, raw, ET.fromstring(inner), app_id)


async def acknowledge(_: Received) -> str:
    return "success"


async def _serve(stack: AsyncExitStack, app: web.Application, *, cancel: bool = False) -> str:
    runner = web.AppRunner(app, handler_cancellation=cancel, shutdown_timeout=0.2)
    await runner.setup()
    stack.push_async_callback(runner.cleanup)
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    return f"http://127.0.0.1:{runner.addresses[0][1]}"


@dataclass
class Sandbox:
    """The running sandbox with a hand on its control API and its REST API."""

    url: str
    http: aiohttp.ClientSession
    token: str = ""

    async def ctl(self, method: str, path: str, data: Any = None, *, expect: int = 0, **more: Any) -> Any:
        async with self.http.request(method, f"{self.url}/_ctl{path}", json=data, **more) as answer:
            body = await answer.json()
            assert answer.status == expect if expect else answer.status < 400, body
            return body

    async def say(self, text: str, **more: Any) -> Any:
        return await self.ctl("POST", "/phones/phone1/text?wait=1", {"text": text, **more})

    async def shown(self, phone: str = "phone1") -> list[Any]:
        return list((await self.ctl("GET", f"/feed?phone={phone}"))["items"])

    async def openid(self, phone: str = "phone1") -> str:
        phones = (await self.ctl("GET", "/phones"))["items"]
        return str(next(p["openid"] for p in phones if p["id"] == phone))

    async def forward(self, seconds: float) -> None:
        await self.ctl("POST", "/clock", {"forward_seconds": seconds})

    async def login(self) -> str:
        data = {"grant_type": "client_credential", "appid": APP_ID, "secret": SECRET}
        self.token = (await self.rest("POST", "stable_token", data, token=""))["access_token"]
        return self.token

    async def rest(self, method: str, path: str, data: Any = None, *, token: str | None = None, **query: str) -> Any:
        access = self.token if token is None else token
        params = {**query, **({"access_token": access} if access else {})}
        url = f"{self.url}/wechat/cgi-bin/{path}"
        # not escaped: the platform would show people the escapes
        body = None if data is None else json.dumps(data, ensure_ascii=False).encode()
        headers = {"Content-Type": "application/json"}
        async with self.http.request(method, url, data=body, params=params, headers=headers) as answer:
            assert answer.status == 200
            return await answer.json()

    async def write(self, text: str, **more: Any) -> Any:
        message = {"touser": await self.openid(), "msgtype": "text", "text": {"content": text}}
        return await self.rest("POST", "message/custom/send", {**message, **more})


@pytest.fixture
def settings() -> SandboxSettings:
    return SandboxSettings(
        app_id=APP_ID,
        app_secret=SECRET,
        token=TOKEN,
        encoding_aes_key=AES_KEY,
        bot_url="",
        api_token="staff-token",
        answer_seconds=ANSWER_SECONDS,
        retry_seconds=0.01,
        receipt_seconds=0.01,
    )


@pytest.fixture
def hasty(settings: SandboxSettings) -> SandboxSettings:
    return replace(settings, answer_seconds=1.0)


@pytest.fixture
async def stack() -> AsyncIterator[AsyncExitStack]:
    async with AsyncExitStack() as stack:
        yield stack


@pytest.fixture
async def bot(stack: AsyncExitStack) -> Bot:
    bot = Bot(acknowledge)
    app = web.Application()
    app.router.add_get("/channels/wechat/main", bot.check)
    app.router.add_post("/channels/wechat/main", bot.take)

    async def api(request: web.Request) -> web.Response:
        assert bot.api
        return await bot.api(request)

    app.router.add_route("*", "/api/v1/{path:.+}", api)
    bot.url = await _serve(stack, app, cancel=True)
    return bot


@pytest.fixture
def open_sandbox(stack: AsyncExitStack) -> Callable[[SandboxSettings], Awaitable[Sandbox]]:
    async def open_(settings: SandboxSettings) -> Sandbox:
        url = await _serve(stack, make_sandbox(settings))
        return Sandbox(url, await stack.enter_async_context(aiohttp.ClientSession()))

    return open_


@pytest.fixture
async def sandbox(
    settings: SandboxSettings, bot: Bot, open_sandbox: Callable[[SandboxSettings], Awaitable[Sandbox]]
) -> Sandbox:
    return await open_sandbox(replace(settings, bot_url=bot.url))


@pytest.fixture
def kit() -> Any:
    """The helpers of this file, for tests (which cannot import a conftest)."""
    import types

    return types.SimpleNamespace(
        sha=sha,
        encrypt=encrypt,
        decrypt=decrypt,
        sealed_reply=sealed_reply,
        text_reply=text_reply,
        TOKEN=TOKEN,
        APP_ID=APP_ID,
        AES_KEY=AES_KEY,
        SECRET=SECRET,
        ANSWER_SECONDS=ANSWER_SECONDS,
    )
