"""Played clouds of text messages for tests: served on real sockets, with an account of ours aimed at them."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import aiohttp
from aiohttp import web
from aiohttp.test_utils import TestServer
from sms_kit import KEY, Kit
from waiting import awaited

from channels.base import WebhookRequest
from channels.messages import Outbound
from channels.sandbox.sms_cloud import CloudSettings, CloudTemplate, Limit, make_aliyun, make_tencent

OFFICE = "某市信访局"
KEY_ID, SECRET = "LTAI-tester", "cloud-secret-3f9a"
APP_ID = "1400006666"
PHONE = "13800138000"
FACTS: Mapping[str, str] = {
    "number": "WF261121001237",
    "state": "已受理",
    "title": "小区路灯坏了",
    "time": "2026-11-22 16:00",
    "note": "请耐心等待",
}
PROGRESS = "您反映的事项{}状态：{}。说明：{}"
REPLIED = "您的短信已收到，工作人员会与您联系，急事请拨打 12345。"
ALIYUN_LIMITS = (Limit(most=50, seconds=86_400, name="天级"),)
TENCENT_LIMITS = (
    Limit(most=1, seconds=30, name="PhoneNumberThirtySecondLimit"),
    Limit(most=5, seconds=3600, name="PhoneNumberOneHourLimit"),
    Limit(most=10, seconds=0, name="PhoneNumberDailyLimit"),
)

ALIYUN_ACCOUNT: Mapping[str, Any] = {
    "provider": "aliyun",
    "sign": OFFICE,
    "webhook_key": KEY,
    "access_key_id": KEY_ID,
    "access_key_secret": SECRET,
    "templates": {
        "progress": {"id": "SMS_100", "fields": {"number": "number", "state": "state", "note": "note"}},
        "reply": "SMS_200",
    },
}
TENCENT_ACCOUNT: Mapping[str, Any] = {
    "provider": "tencent",
    "sign": OFFICE,
    "webhook_key": KEY,
    "secret_id": KEY_ID,
    "secret_key": SECRET,
    "sdk_app_id": APP_ID,
    "templates": {"progress": {"id": "100", "fields": ["number", "state", "note"]}, "reply": "200"},
}


def cloud_settings(provider: str, bot_url: str, **more: Any) -> CloudSettings:
    aliyun = provider == "aliyun"
    marks = ("${number}", "${state}", "${note}") if aliyun else ("{1}", "{2}", "{3}")
    prefix = "SMS_" if aliyun else ""
    templates = (
        CloudTemplate(id=f"{prefix}100", text=PROGRESS.format(*marks)),
        CloudTemplate(id=f"{prefix}200", text=REPLIED),
        CloudTemplate(id=f"{prefix}300", text="审核中", approved=False),
    )
    known: dict[str, Any] = {
        "key_id": KEY_ID,
        "secret": SECRET,
        "sign": OFFICE,
        "templates": templates,
        "bot_url": bot_url,
        "webhook_key": KEY,
        "limits": ALIYUN_LIMITS if aliyun else TENCENT_LIMITS,
        "variable_limit": 35 if aliyun else 32,
        "retries": (60, 300, 600) if aliyun else (60, 60),
        "sdk_app_id": "" if aliyun else APP_ID,
        "answer_seconds": 30.0,
    }
    return CloudSettings(**(known | more))


@dataclass
class Bot:
    """What a cloud calls: one account's ``receive`` and ``respond`` behind a socket."""

    channel: Any = None
    arrivals: list[Any] = field(default_factory=list)
    broken: int = 0
    """So many calls are answered with 500 before one is kept."""
    news: asyncio.Event = field(default_factory=asyncio.Event)

    async def handle(self, request: web.Request) -> web.Response:
        call = WebhookRequest(
            method=request.method,
            path=request.match_info["tail"],
            query=dict(request.query),
            query_string=request.rel_url.raw_query_string,
            headers={name.lower(): value for name, value in request.headers.items()},
            body=await request.read(),
            received_at=datetime.now(UTC),
        )
        if self.broken:
            self.broken -= 1
            return web.Response(status=500)
        arrival = self.channel.receive(call)
        self.arrivals.append(arrival)
        self.news.set()
        response = self.channel.respond(arrival, None)
        return web.Response(status=response.status, body=response.body, headers={"Content-Type": response.content_type})

    async def called(self) -> None:
        """Wait until something was kept."""
        await awaited(self.news.wait(), "a call of the cloud")

    @property
    def receipts(self) -> list[Any]:
        return [receipt for arrival in self.arrivals for receipt in arrival.receipts]

    @property
    def messages(self) -> list[Any]:
        return [message for arrival in self.arrivals for message in arrival.messages]


@dataclass
class CloudStage:
    """``cloud``: where the played cloud is served. ``ctl``: its hand. ``bot``: what it calls."""

    cloud: str
    channel: Any
    bot: Bot
    http: aiohttp.ClientSession

    async def ctl(self, path: str, data: Any = None, *, method: str = "POST") -> Any:
        if method == "GET":
            data = None
        async with self.http.request(method, f"{self.cloud}/_ctl/{path}", json=data) as response:
            return await response.json()

    async def get(self, path: str) -> Any:
        return await self.ctl(path, method="GET")

    async def screen(self, phone: str = PHONE) -> list[str]:
        return [each["text"] for each in (await self.get(f"phones/{phone}"))["items"] if each["by"] == "office"]

    def notice(self, to: str = PHONE, **more: Any) -> Outbound:
        return Kit().outbound("您反映的事项已受理。", to, **({"notice": "progress", "fields": dict(FACTS)} | more))


@asynccontextmanager
async def played(provider: str, account: Mapping[str, Any] | None = None, **cloud: Any) -> AsyncIterator[CloudStage]:
    """A played cloud and an account of ours, each calling the other over sockets of this machine."""
    bot = Bot()
    app = web.Application()
    app.router.add_post("/channels/sms/main/{tail:.*}", bot.handle)
    async with TestServer(app) as served, aiohttp.ClientSession(trust_env=False) as http:
        settings = cloud_settings(provider, str(served.make_url("/channels/sms/main")), **cloud)
        make = make_aliyun if provider == "aliyun" else make_tencent
        async with TestServer(make(settings)) as server:
            url = str(server.make_url("")).rstrip("/")
            ours = dict(ALIYUN_ACCOUNT if provider == "aliyun" else TENCENT_ACCOUNT)
            kit = Kit(settings=ours | {"api_base": url, "call_seconds": 30} | dict(account or {}))
            kit.now = datetime.now(UTC)
            bot.channel = kit.channel(http)
            yield CloudStage(cloud=url, channel=bot.channel, bot=bot, http=http)
