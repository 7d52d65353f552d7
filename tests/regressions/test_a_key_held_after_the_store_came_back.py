"""An idempotency key whose call failed with the store away was once held for a minute after the store was back."""

import os
import signal
from datetime import UTC, datetime

import pytest
from aiohttp.test_utils import TestClient, TestServer
from waiting import PATIENCE_S, soon

from bot.api import make_api
from bot.casework.service import Casework
from storage.driver import connect
from storage.personal_data import Vault
from storage.store import Store

NOW = datetime(2026, 11, 23, 4, tzinfo=UTC)
TOKEN = "s3cret-token-of-li"
DRAFT = {"content": "奎文区东风东街某小区路灯坏了", "filer": {"name": "王小明", "phone": "13800138000"}}


class Codes:
    def query_code(self) -> str:
        return "123456"


async def nobody(_ids) -> bool:
    return True


@pytest.fixture
def mongod(servers):
    yield servers.pids["mongodb"]
    os.kill(servers.pids["mongodb"], signal.SIGCONT)


@pytest.fixture
async def impatient(database, vault: Vault, servers):
    await Store.open(database, vault)
    connected = await connect(servers.mongodb_uri, timeout_ms=300, name=database.name)
    yield await Store.open(connected, vault)
    await connected.close()


async def test_the_repeated_call_is_carried_out_once_the_store_is_back(
    impatient: Store, mongod: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    draw = impatient.numbers.draw

    async def draw_as_the_store_stops(**given):
        os.kill(mongod, signal.SIGSTOP)
        return await draw(**given)

    casework = Casework(store=impatient, clock=lambda: NOW, chance=Codes(), office="某市信访局", kick=nobody)
    api = make_api(store=impatient, casework=casework, tokens={"李科长": TOKEN}, clock=lambda: NOW)
    headers = {"Authorization": f"Bearer {TOKEN}", "Idempotency-Key": "k1"}
    async with TestClient(TestServer(api), headers=headers) as client:
        with monkeypatch.context() as hooked:
            hooked.setattr(impatient.numbers, "draw", draw_as_the_store_stops)
            assert (await client.post("/v1/cases", json=DRAFT)).status == 503
        os.kill(mongod, signal.SIGCONT)

        async def answered():
            answer = await client.post("/v1/cases", json=DRAFT)
            return answer if answer.status == 201 else None

        first = await soon(answered, "the call carried out", PATIENCE_S)
        again = await client.post("/v1/cases", json=DRAFT)
        assert (await again.json())["number"] == (await first.json())["number"]
        assert len((await (await client.get("/v1/cases")).json())["items"]) == 1
