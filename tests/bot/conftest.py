"""An office at work: a real store, its casework, and residents who filed something."""

import asyncio
import itertools
import signal
import uuid
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from bot.api import make_api
from bot.casework.effects import changes_for
from bot.casework.service import Casework
from bot.shared_state import RedisState
from channels.messages import Address
from dialogs.outcome import Effect, FileCase
from storage.cases import Case
from storage.driver import Database
from storage.embedded.binaries import redis_server
from storage.personal_data import Vault
from storage.records import Conversation, OutboxEntry
from storage.store import Store

TOKEN = "s3cret-token-of-li"
FILED = {
    "title": "东风东街路灯坏了",
    "content": "奎文区东风东街某小区路灯坏了一个多月，晚上太黑",
    "place": "奎文区东风东街某小区",
    "name": "王小明",
    "phone": "13800138000",
}


class Codes:
    def query_code(self) -> str:
        return "246810"


@dataclass
class Office:
    """What a test works with. Every look at the clock is a second later than the one before."""

    store: Store
    started: datetime = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)
    kicked: list[str] = field(default_factory=list)
    seconds: Any = field(default_factory=itertools.count)

    def __post_init__(self) -> None:
        self.casework = Casework(
            store=self.store, clock=self.clock, chance=Codes(), office="某市信访局", kick=self.kick
        )

    def clock(self) -> datetime:
        return self.started + timedelta(seconds=next(self.seconds))

    async def kick(self, ids: Sequence[str]) -> bool:
        self.kicked.extend(ids)
        return True

    async def resident(self, sender: str = "oWangXiaoming-0000000000001") -> Conversation:
        address = Address(channel="wechat", account="main", sender=sender)
        taken = await self.store.conversations.take(address, token=uuid.uuid4().hex, seconds=0.0, now=self.clock())
        assert taken is not None
        return taken

    async def turn(self, conversation: Conversation, *effects: Effect) -> Any:
        """Commit what a turn of the dialog would."""
        settled = await changes_for(
            effects, conversation=conversation, store=self.store, now=self.clock(), office="某市信访局"
        )
        await self.store.committer.commit(settled.changes)
        return settled

    async def filed(self, conversation: Conversation, **given: Any) -> Case:
        number = await self.store.numbers.draw(message_id=uuid.uuid4().hex, at=self.clock())
        await self.turn(conversation, FileCase(**{"number": number, "code": "123456", **FILED, **given}))
        return await self.case(number)

    async def case(self, number: str) -> Case:
        found = await self.store.cases.get(number)
        assert found is not None
        return found

    async def notices(self, number: str) -> Sequence[OutboxEntry]:
        return await self.store.outbox.for_case(number)


@pytest.fixture
async def office(database: Database, vault: Vault) -> Office:
    return Office(store=await Store.open(database, vault))


@pytest.fixture
async def api(office: Office) -> AsyncIterator[TestClient]:
    """The API mounted as the service mounts it, called with a token."""
    root = web.Application()
    sub = make_api(
        store=office.store,
        casework=office.casework,
        tokens={"李科长": TOKEN, "大屏": "another-token"},
        clock=office.clock,
    )
    root.add_subapp("/api", sub)
    client = TestClient(TestServer(root), headers={"Authorization": f"Bearer {TOKEN}"})
    async with client:
        yield client


class OwnRedis:
    """A server that a test may freeze and kill."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.url = f"unix://{folder}/s"
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        words = ["--port", "0", "--unixsocket", f"{self._folder}/s", "--dir", str(self._folder), "--save", ""]
        self._process = await asyncio.create_subprocess_exec(
            str(redis_server()), *words, stdout=asyncio.subprocess.DEVNULL
        )
        state = RedisState(self.url, monotonic=iter(range(0, 100_000, 10)).__next__)
        while not await state.reachable():  # noqa: ASYNC110 - a server starting up tells nobody
            await asyncio.sleep(0.01)
        await state.aclose()

    def freeze(self) -> None:
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)

    async def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            await self._process.wait()
            self._process = None


@pytest.fixture
async def own_redis(tmp_path: Path) -> AsyncIterator[OwnRedis]:
    redis = OwnRedis(tmp_path)
    await redis.start()
    yield redis
    await redis.kill()
