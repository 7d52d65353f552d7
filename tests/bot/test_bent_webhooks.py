"""Whatever a platform signs, a web process reads or refuses it, and hears the next one: over HTTP, on a real store."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
import weibo_kit
from aiohttp import web
from bent_bytes import NASTY
from bent_calls import AES_KEY, APP_ID, TOKEN, WIRES, Call, Wire
from cloud_kit import ALIYUN_ACCOUNT, TENCENT_ACCOUNT
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sms_kit import SETTINGS as KANNEL_ACCOUNT
from stage import Stage, now
from waiting import PATIENCE_S, soon
from yarl import URL

from bot.intake import Intake
from bot.metrics import Metrics
from bot.passive_marks import PassiveMarks
from bot.shared_state import RedisState
from bot.web import WebParts, make_runner, make_web
from channels.base import Channel, Tools
from channels.sms import factory as sms_factory
from channels.wechat import factory as wechat_factory
from channels.weibo import factory as weibo_factory
from storage.store import Store

ANSWERED = {200, 400, 403, 404, 413}
"""Taken, or refused as platforms expect it: no answer makes one repeat for ever what cannot be read."""
EXAMPLES = 20


def accounts(http: aiohttp.ClientSession) -> dict[tuple[str, str], Channel]:
    tools = Tools(http=http, shared=RedisState(None), clock=now)
    wechat = {"app_id": APP_ID, "app_secret": "x", "token": TOKEN, "api_base": "http://127.0.0.1:9"}
    texts = {"kannel": KANNEL_ACCOUNT, "aliyun": ALIYUN_ACCOUNT, "tencent": TENCENT_ACCOUNT}
    return {
        ("wechat", "main"): wechat_factory("main", wechat | {"mode": "safe", "encoding_aes_key": AES_KEY}, tools),
        ("wechat", "open"): wechat_factory("open", wechat | {"mode": "plain"}, tools),
        ("weibo", "main"): weibo_factory("main", weibo_kit.SETTINGS, tools),
        **{("sms", name): sms_factory(name, dict(account), tools) for name, account in texts.items()},
    }


class Office:
    """A web process before a real store, and whoever calls it."""

    def __init__(self, store: Store, http: aiohttp.ClientSession, url: str) -> None:
        self.store = store
        self._http = http
        self._url = url

    async def status(self, call: Call) -> int:
        method, headers = ("GET", {}) if call.body is None else ("POST", {"Content-Type": call.kind or "text/xml"})
        url = URL(f"{self._url}/channels/{call.path}?{call.query}", encoded=True)
        limit = aiohttp.ClientTimeout(total=PATIENCE_S)
        async with self._http.request(method, url, data=call.body, headers=headers, timeout=limit) as answer:
            await answer.read()
            return answer.status

    async def survives(self, wire: Wire, call: Call) -> None:
        assert await self.status(call) in ANSWERED, (wire.name, call)
        assert await self.status(wire.right()) == 200, (wire.name, "afterwards", call)

    async def nothing_waits(self) -> None:
        async def heard() -> bool:
            return await self.store.inbox.depth(1) == 0

        await soon(heard, "everything that was kept is heard")


@pytest.fixture
async def office(database: Any, vault: Any) -> AsyncIterator[Office]:
    store = await Store.open(database, vault)
    stage = Stage(store, "")
    async with aiohttp.ClientSession() as http:
        channels = accounts(http)
        turns = stage.process(channels=channels).turns
        parts = WebParts(
            channels=channels,
            intake=Intake(store=store, turns=turns, clock=now),
            marks=PassiveMarks(store, now, nobody),
            api=web.Application(),
            console=web.Application(),
            resident=web.Application(),
            public=web.Application(),
            metrics=Metrics(),
            readiness=nothing,
            depths=nothing,
            tokens=frozenset(),
            clock=now,
        )
        runner = make_runner(make_web(parts), shutdown_seconds=2.0)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield Office(store, http, f"http://127.0.0.1:{runner.addresses[0][1]}")
        await runner.cleanup()
        await turns.drain(PATIENCE_S)
        await stage.close()
        for channel in channels.values():
            await channel.aclose()


async def nobody(_ids: Any) -> bool:
    return True


async def nothing() -> dict[str, Any]:
    return {}


@pytest.mark.parametrize("wire", WIRES, ids=[wire.name for wire in WIRES])
@given(data=st.data())
@settings(max_examples=EXAMPLES, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
async def test_whatever_fields_are_wrong_it_is_answered_and_the_next_is_heard(
    office: Office, wire: Wire, data: st.DataObject
) -> None:
    await office.survives(wire, data.draw(wire.bent()))


@pytest.mark.parametrize("wire", WIRES, ids=[wire.name for wire in WIRES])
async def test_what_has_broken_parsers_elsewhere_is_answered_and_the_next_is_heard(office: Office, wire: Wire) -> None:
    calls = [wire.call(body) for name, body in NASTY if wire.right().body is not None]
    statuses = await asyncio.gather(*map(office.status, calls))
    assert set(statuses) <= ANSWERED, dict(zip((name for name, _ in NASTY), statuses, strict=False))
    assert await office.status(wire.right()) == 200
    await office.nothing_waits()
