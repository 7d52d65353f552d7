"""A stand-in for api.weixin.qq.com on a real socket, and the platform's crypto written anew, without wechatpy."""

import asyncio
import base64
import hashlib
import json
import os
import struct
from collections import defaultdict, deque
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from xml.sax.saxutils import escape

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from cryptography.hazmat.primitives import padding
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from channels.base import Tools, WebhookRequest
from channels.messages import Address, Outbound, Via
from channels.wechat import factory

NOW = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)
APP_ID, TOKEN = "wx5823bf96d3bd56c7", "QDG6eK"
AES_KEY = "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C"
OTHER_KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
PERSON, OURS = "o_resident_01", "gh_office"


class SettableClock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now

    def advance(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


class MemoryState:
    """SharedState of one process."""

    def __init__(self) -> None:
        self.values: dict[str, str] = {}
        self.seconds: dict[str, float] = {}
        self._locks: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def get(self, key):
        await asyncio.sleep(0)
        return self.values.get(key)

    async def set(self, key, value, *, seconds):
        await asyncio.sleep(0)
        self.values[key], self.seconds[key] = value, seconds

    async def delete(self, key):
        self.values.pop(key, None)

    @asynccontextmanager
    async def lock(self, key, *, seconds, wait):
        async with self._locks[key]:
            yield True


class AwayState(MemoryState):
    """As the contract has it where Redis is away: as if nothing were kept, and no lock to be had."""

    async def get(self, key):
        return None

    async def set(self, key, value, *, seconds):
        return None

    @asynccontextmanager
    async def lock(self, key, *, seconds, wait):
        yield False


def sign(*parts: str) -> str:
    return hashlib.sha1("".join(sorted(parts)).encode()).hexdigest()


@dataclass
class PlatformCrypto:
    """The documented algorithm, with the `cryptography` package only."""

    key43: str = AES_KEY
    app_id: str = APP_ID

    def _cipher(self):
        key = base64.b64decode(self.key43 + "=")
        return Cipher(algorithms.AES(key), modes.CBC(key[:16]))

    def encrypt(self, message: bytes) -> str:
        plain = os.urandom(16) + struct.pack(">I", len(message)) + message + self.app_id.encode()
        padder = padding.PKCS7(256).padder()
        return self.encrypt_raw(padder.update(plain) + padder.finalize())

    def encrypt_raw(self, blocks: bytes) -> str:
        encryptor = self._cipher().encryptor()
        return base64.b64encode(encryptor.update(blocks) + encryptor.finalize()).decode()

    def decrypt(self, encrypted: str) -> str:
        decryptor = self._cipher().decryptor()
        padded = decryptor.update(base64.b64decode(encrypted)) + decryptor.finalize()
        unpadder = padding.PKCS7(256).unpadder()
        plain = unpadder.update(padded) + unpadder.finalize()
        length = struct.unpack(">I", plain[16:20])[0]
        assert plain[20 + length :].decode() == self.app_id
        return plain[20 : 20 + length].decode()


def xml(fields: dict, root: str = "xml") -> str:
    inner = "".join(
        xml(value, name) if isinstance(value, dict) else f"<{name}>{escape(str(value))}</{name}>"
        for name, value in fields.items()
    )
    return f"<{root}>{inner}</{root}>"


class Pusher:
    """Makes the requests that the platform would post."""

    def __init__(self, clock: SettableClock) -> None:
        self.clock = clock
        self.nonce = "1514711492"

    def query(self, token: str = TOKEN, **extra: str) -> dict[str, str]:
        timestamp = str(int(self.clock.now.timestamp()))
        return {
            "signature": sign(token, timestamp, self.nonce),
            "timestamp": timestamp,
            "nonce": self.nonce,
            "openid": PERSON,
            **extra,
        }

    def request(self, body: bytes | str = b"", *, method="POST", query=None, path="") -> WebhookRequest:
        return WebhookRequest(
            method=method,
            path=path,
            query=self.query() if query is None else query,
            headers={},
            body=body.encode() if isinstance(body, str) else body,
            received_at=self.clock.now,
        )

    def encrypted_query(self, encrypted: str) -> dict[str, str]:
        query = self.query(encrypt_type="aes")
        return query | {"msg_signature": sign(TOKEN, query["timestamp"], self.nonce, encrypted)}

    def safe(self, message: bytes | str, *, crypto=None, clear: dict | None = None, as_json=False):
        """``clear``: fields that lie open beside the encrypted ones (compatible mode)."""
        message = message.encode() if isinstance(message, str) else message
        encrypted = (crypto or PlatformCrypto()).encrypt(message)
        fields = {"ToUserName": OURS, **(clear or {}), "Encrypt": encrypted}
        body = json.dumps(fields) if as_json else xml(fields)
        return self.request(body, query=self.encrypted_query(encrypted))


def text_fields(content: str = "你好", **more: object) -> dict:
    return {
        "ToUserName": OURS,
        "FromUserName": PERSON,
        "CreateTime": int(NOW.timestamp()),
        "MsgType": "text",
        "Content": content,
        "MsgId": "23480000000000001",
        **more,
    }


def event_fields(event: str, **more: object) -> dict:
    fields = text_fields()
    del fields["Content"], fields["MsgId"]
    return fields | {"MsgType": "event", "Event": event} | more


@dataclass
class Call:
    path: str
    token: str | None
    body: bytes = field(repr=False)

    @property
    def json(self):
        return json.loads(self.body)


class Platform:
    """``script[path]`` holds answers for the next calls: a dict, a Response, or a coroutine function."""

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.script: defaultdict[str, deque] = defaultdict(deque)
        self.tokens_given = 0
        self.base = ""

    async def handle(self, request: web.Request) -> web.StreamResponse:
        self.calls.append(Call(request.path, request.query.get("access_token"), await request.read()))
        answers = self.script[request.path]
        answer = answers.popleft() if answers else self._usual(request.path)
        if callable(answer):
            answer = await answer(request)
        # the real one answers JSON as text/plain, always 200
        return web.json_response(answer, content_type="text/plain") if isinstance(answer, dict) else answer

    def _usual(self, path: str) -> dict:
        if path.endswith("/stable_token"):
            forced = self.calls[-1].json["force_refresh"]
            self.tokens_given += 1 if forced or not self.tokens_given else 0
            return {"access_token": f"TOKEN-{self.tokens_given}", "expires_in": 7200}
        return {"errcode": 0, "errmsg": "ok", **({"msgid": 200163836} if "template" in path else {})}

    def count(self, ending: str) -> int:
        return sum(call.path.endswith(ending) for call in self.calls)

    def fail(self, path: str, *codes: int, message: str = "no rid: 6a-1b-2c") -> None:
        self.script[path].extend({"errcode": code, "errmsg": message} for code in codes)


@pytest.fixture
def clock():
    return SettableClock()


@pytest.fixture
def pusher(clock):
    return Pusher(clock)


@pytest.fixture
def shared():
    return MemoryState()


@pytest.fixture
async def platform():
    platform = Platform()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", platform.handle)
    async with TestServer(app) as server:
        platform.base = str(server.make_url("")).rstrip("/")
        yield platform


SETTINGS = {
    "app_id": APP_ID,
    "app_secret": "the-app-secret",
    "token": TOKEN,
    "encoding_aes_key": AES_KEY,
    "api_base": "http://127.0.0.1:9",
    "call_seconds": 60,
}


@pytest.fixture
async def make_channel(clock, shared):
    """Channels with the settings of choice, all on the test's clock and shared state."""
    async with aiohttp.ClientSession() as http:
        made = []

        def make(*, state=None, **settings):
            tools = Tools(http=http, shared=state or shared, clock=clock)
            made.append(factory("main", SETTINGS | settings, tools))
            return made[-1]

        yield make
        for channel in made:
            await channel.aclose()


def outbound(via=Via.CUSTOMER_SERVICE, *, text="您好", **more) -> Outbound:
    address = Address(channel="wechat", account="main", sender=PERSON)
    return Outbound(id="0f" * 16, address=address, via=via, text=text, **more)


@pytest.fixture
def kit():
    """What the tests write with."""
    return Kit


class Kit:
    PlatformCrypto = PlatformCrypto
    AwayState = AwayState
    MemoryState = MemoryState
    sign = staticmethod(sign)
    xml = staticmethod(xml)
    text_fields = staticmethod(text_fields)
    event_fields = staticmethod(event_fields)
    outbound = staticmethod(outbound)
    NOW, APP_ID, TOKEN, AES_KEY, OTHER_KEY = NOW, APP_ID, TOKEN, AES_KEY, OTHER_KEY
    PERSON, OURS, SETTINGS = PERSON, OURS, SETTINGS
