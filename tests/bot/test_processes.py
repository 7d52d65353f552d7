"""The processes themselves, on real servers: they begin where Redis is away, and end in time when they are told to."""

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from ports import free_port
from waiting import awaited, quicker_than, within

from bot.processes import run_web, run_worker
from bot.settings import Settings, load
from storage.embedded import Endpoints

AWAY = "redis://127.0.0.1:1"


@pytest.fixture
def settings(servers: Endpoints, database: Any, tmp_path: Path) -> Callable[..., Settings]:
    def make(redis_url: str) -> Settings:
        base, _, options = servers.mongodb_uri.partition("?")
        environment = {
            "BOT_MONGODB_URI": f"{base.rstrip('/')}/{database.name}?{options}",
            "BOT_REDIS_URL": redis_url,
            "BOT_DATA_DIR": str(tmp_path),
            "BOT_HTTP__PORT": str(free_port()),
        }
        return load([], environment)

    return make


async def ends_at_once(running: "asyncio.Task[None]") -> None:
    """After SIGTERM: what is under way would be given ten seconds."""
    os.kill(os.getpid(), signal.SIGTERM)
    with quicker_than(8, "the end"):
        await awaited(running, "it ends")


@pytest.fixture(params=["there", "away", "none"])
def redis_url(request: pytest.FixtureRequest, servers: Endpoints) -> str:
    return {"there": servers.redis_url, "away": AWAY, "none": ""}[request.param]


async def begun(running: "asyncio.Task[None]", is_ready: Callable[[], Awaitable[bool]]) -> None:
    async with within("it is ready"):
        while not await is_ready():
            assert not running.done(), running
            await asyncio.sleep(0.02)


async def test_a_worker_ends_at_once_when_nothing_is_under_way(settings, redis_url: str, capsys) -> None:
    logged: list[str] = []

    async def is_ready() -> bool:
        logged.append(capsys.readouterr().out)
        return "worker.started" in "".join(logged)

    running = asyncio.create_task(run_worker(settings(redis_url)))
    await begun(running, is_ready)
    await asyncio.sleep(0.1)
    await ends_at_once(running)


async def test_a_web_process_serves_and_ends(settings, redis_url: str) -> None:
    given = settings(redis_url)
    async with aiohttp.ClientSession() as http:

        async def is_ready() -> bool:
            try:
                async with http.get(f"http://127.0.0.1:{given.http.port}/readyz") as answer:
                    parts = (await answer.json())["parts"]
                    assert parts["mongodb"] == "ok"
                    assert (parts["redis"] == "ok") == (redis_url not in {AWAY, ""})
                    return answer.status == 200
            except aiohttp.ClientConnectionError:
                return False

        running = asyncio.create_task(run_web(given))
        await begun(running, is_ready)
    await ends_at_once(running)
