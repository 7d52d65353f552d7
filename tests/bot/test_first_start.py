"""The very first start, before MongoDB is there: nobody dies of it, and all begin when it comes."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

import aiohttp
import pytest
from fault_proxy import Line, Proxy
from ports import free_port
from waiting import awaited, soon

from bot.processes import run_web, run_worker
from bot.settings import Settings, load
from storage.driver import Database
from storage.embedded import Endpoints

KEY = "a-long-random-word"


@pytest.fixture
async def line(servers: Endpoints) -> AsyncIterator[Proxy]:
    """The way to MongoDB; nobody answers there at first."""
    parts = urlsplit(servers.mongodb_uri)
    proxy = Proxy(Path(unquote(parts.netloc or parts.path)))
    await proxy.start()
    proxy.become(Line.CUT)
    yield proxy
    await proxy.stop()


@pytest.fixture
def settings(line: Proxy, new_database: Database, tmp_path: Path) -> Settings:
    account = {"PROVIDER": "kannel", "NUMBER": "1069001", "SENDSMS_URL": "http://127.0.0.1:1/", "USERNAME": "u"}
    environment = {
        "BOT_MONGODB_URI": f"mongodb://127.0.0.1:{line.port}/{new_database.name}?directConnection=true",
        "BOT_DATA_DIR": str(tmp_path),
        "BOT_HTTP__PORT": str(free_port()),
        "BOT_UNDERSTANDING__EMBEDDINGS": "off",
        **{f"BOT_SMS__MAIN__{name}": value for name, value in account.items()},
        "BOT_SMS__MAIN__PASSWORD": "p",
        "BOT_SMS__MAIN__WEBHOOK_KEY": KEY,
    }
    return load([], environment)


def has_keys(folder: Path) -> bool:
    return any(folder.glob("keys/*"))


async def told_to_end(running: "asyncio.Task[None]") -> None:
    os.kill(os.getpid(), signal.SIGTERM)
    await awaited(running, "it ends")


async def test_a_web_process_refuses_what_it_cannot_keep_until_the_database_comes(
    settings: Settings, line: Proxy, tmp_path: Path
) -> None:
    base = f"http://127.0.0.1:{settings.http.port}"
    text = f"{base}/channels/sms/main?key={KEY}&from=13800138000&text=a&id=5a6d6709"
    running = asyncio.create_task(run_web(settings))
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(force_close=True)) as http:

        async def status(url: str) -> int:
            assert not running.done(), running
            try:
                async with http.get(url) as answer:
                    return answer.status
            except aiohttp.ClientConnectionError:
                return 0

        async def gives(url: str, wanted: int) -> None:
            await soon(lambda: is_now(url, wanted), f"{wanted} from {url}")

        async def is_now(url: str, wanted: int) -> bool:
            return await status(url) == wanted

        await gives(f"{base}/healthz", 200)
        assert await status(f"{base}/readyz") == 503
        assert await status(text) == 503, "not kept, so not acknowledged: the gateway brings it again"
        assert await status(text.replace(KEY, "another-word")) == 403
        assert not has_keys(tmp_path), "a master key is made only where it is sure that none is lost"
        line.become(Line.WHOLE)
        await gives(f"{base}/readyz", 200)
        await gives(text, 200)
    await told_to_end(running)


async def test_a_worker_waits_for_the_database_and_then_begins(settings: Settings, line: Proxy, capsys) -> None:
    logged: list[str] = []

    def said(event: str) -> bool:
        assert not running.done(), running
        logged.append(capsys.readouterr().out)
        return event in "".join(logged)

    running = asyncio.create_task(run_worker(settings))
    await soon(lambda: said("worker.without_database"), "it says that it waits")
    line.become(Line.WHOLE)
    await soon(lambda: said("worker.started"), "it has begun")
    await told_to_end(running)


@pytest.mark.parametrize("run", [run_web, run_worker])
async def test_who_waits_ends_at_once_when_told_to(settings: Settings, run, capsys) -> None:
    logged: list[str] = []

    def waits() -> bool:
        assert not running.done(), running
        logged.append(capsys.readouterr().out)
        return ".without_database" in "".join(logged)

    running = asyncio.create_task(run(settings))
    await soon(waits, "it says that it waits")
    await told_to_end(running)
