"""The three platforms as the service calls them, on one address; they count what they are given to deliver."""

import asyncio
import json
import random
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlencode, urlsplit

import aiohttp
from aiohttp import web

REPEAT_S = 0.3
_RECEIPT_WAITS = (0.0, 0.05, 0.5)
_RECEIPTS_TAKEN_S = 30.0


@dataclass(frozen=True, kw_only=True)
class Shown:
    """One message on a phone. ``key``: by which it is the same as another (a passive reply's message, a text's id)."""

    channel: str
    person: str
    text: str
    key: str = ""


@dataclass(frozen=True, kw_only=True)
class Accounts:
    """What the platforms and the service know of each other."""

    app_id: str = field(default_factory=lambda: f"wx{secrets.token_hex(8)}")
    app_secret: str = field(default_factory=lambda: secrets.token_hex(16))
    token: str = field(default_factory=lambda: secrets.token_hex(8))
    aes_key: str = field(default_factory=lambda: secrets.token_hex(21) + "A")
    kannel_key: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    weibo_secret: str = field(default_factory=lambda: secrets.token_hex(16))
    weibo_uid: str = "1902538057"
    number: str = "1069001"

    def environment(self, url: str) -> dict[str, str]:
        """The settings of the service's accounts, with the platforms at ``url``."""
        wechat = {
            "APP_ID": self.app_id,
            "APP_SECRET": self.app_secret,
            "TOKEN": self.token,
            "ENCODING_AES_KEY": self.aes_key,
            "API_BASE": url,
            "TAP_LINKS": "false",
        }
        sms = {
            "PROVIDER": "kannel",
            "NUMBER": self.number,
            "SIGN": "某市信访局",
            "WEBHOOK_KEY": self.kannel_key,
            "SENDSMS_URL": f"{url}/cgi-bin/sendsms",
            "USERNAME": "office",
            "PASSWORD": "not-much-of-a-secret",
        }
        weibo = {
            "APP_KEY": "1234567890",
            "APP_SECRET": self.weibo_secret,
            "ACCESS_TOKEN": "2.00-of-the-office",
            "UID": self.weibo_uid,
            "API_BASE": url,
            "UPLOAD_BASE": url,
            "DAILY_CALLS": "1000000",
        }
        named = {"WECHAT": wechat, "SMS": sms, "WEIBO": weibo}
        return {f"BOT_{name}__MAIN__{key}": value for name, of in named.items() for key, value in of.items()}


@dataclass
class Platforms:
    """``web``: gives the address of a web process that receipts may be sent to. ``token_seconds``: how long tokens last."""

    accounts: Accounts
    web: Callable[[], str]
    chance: random.Random
    token_seconds: int = 7200
    shown: list[Shown] = field(default_factory=list)
    token_fetches: int = 0
    refused_tokens: int = 0
    url: str = ""
    _tokens: list[str] = field(default_factory=list)
    _reports: set["asyncio.Task[None]"] = field(default_factory=set)
    _runner: web.AppRunner | None = None
    _http: aiohttp.ClientSession | None = None

    async def start(self) -> None:
        app = web.Application()
        app.router.add_post("/cgi-bin/stable_token", self._give_token)
        app.router.add_post("/cgi-bin/message/custom/send", self._custom)
        app.router.add_post("/cgi-bin/sendsms", self._text)
        app.router.add_post("/2/messages/reply.json", self._private)
        app.router.add_route("*", "/{rest:.*}", self._nothing)
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        self._http = aiohttp.ClientSession()

    async def stop(self) -> None:
        for report in self._reports:
            report.cancel()
        await asyncio.gather(*self._reports, return_exceptions=True)
        if self._http is not None:
            await self._http.close()
        if self._runner is not None:
            await self._runner.cleanup()

    async def reported(self) -> None:
        """Wait until all receipts are taken."""
        if self._reports:
            await asyncio.wait(self._reports, timeout=_RECEIPTS_TAKEN_S)

    def forget_tokens(self) -> None:
        """Each token given so far is refused from now on."""
        self._tokens.clear()

    async def _give_token(self, request: web.Request) -> web.Response:
        asked = await request.json()
        self.token_fetches += 1
        if asked.get("force_refresh") or not self._tokens:
            self._tokens = [*self._tokens[-1:], secrets.token_hex(32)]
        return web.json_response({"access_token": self._tokens[-1], "expires_in": self.token_seconds})

    async def _custom(self, request: web.Request) -> web.Response:
        call = json.loads(await request.text())
        if request.query.get("access_token") not in self._tokens:
            self.refused_tokens += 1
            return web.json_response({"errcode": 40001, "errmsg": "invalid credential"})
        self._show("wechat", call["touser"], call["text"]["content"])
        return web.json_response({"errcode": 0, "errmsg": "ok"})

    async def _private(self, request: web.Request) -> web.Response:
        call = await request.post()
        self._show("weibo", str(call["receiver_id"]), json.loads(str(call["data"]))["text"])
        return web.json_response({"result": True, "idstr": str(self.chance.getrandbits(50))})

    async def _text(self, request: web.Request) -> web.Response:
        callback = urlsplit(request.headers["X-Kannel-DLR-Url"])
        ours = dict(parse_qsl(callback.query))
        self._show("sms", request.headers["X-Kannel-To"], await request.text(), key=ours["id"])
        report = asyncio.create_task(self._report(callback.path, ours))
        self._reports.add(report)
        report.add_done_callback(self._reports.discard)
        return web.Response(status=202, text="0: Accepted for delivery")

    async def _report(self, path: str, ours: Mapping[str, str]) -> None:
        """Tell that it arrived, at once or later, perhaps twice; again until somebody takes it."""
        for _ in range(self.chance.choice((1, 1, 2))):
            await asyncio.sleep(self.chance.choice(_RECEIPT_WAITS))
            query = urlencode({**ours, "type": "1", "answer": ""})
            while not await self._taken(f"{self.web()}{path}?{query}"):  # noqa: ASYNC110 - as gateways do it
                await asyncio.sleep(REPEAT_S)

    async def _taken(self, url: str) -> bool:
        assert self._http is not None
        try:
            async with self._http.get(url, timeout=aiohttp.ClientTimeout(total=10)) as answer:
                return answer.status == 200
        except (aiohttp.ClientError, TimeoutError):
            return False

    async def _nothing(self, request: web.Request) -> web.Response:
        return web.json_response({"error": "not played here", "error_code": 10001}, status=400)

    def _show(self, channel: str, person: str, text: str, key: str = "") -> None:
        self.shown.append(Shown(channel=channel, person=person, text=text, key=key))
