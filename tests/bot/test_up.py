"""The whole thing as people start it: real servers, real parts, the sandbox, a phone in a terminal."""

import asyncio
import json
import os
import signal
import sys
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from ports import free_port
from waiting import PATIENCE_S, awaited, soon, within

from bot.settings import load
from bot.supervisor.run_file import RunFile, find_running
from storage.embedded import Endpoints


def environment(folder: Path, **more: str) -> dict[str, str]:
    return {**os.environ, "BOT_DATA_DIR": str(folder), **more}


@asynccontextmanager
async def started(*words: str, env: dict[str, str], folder: Path) -> AsyncIterator[asyncio.subprocess.Process]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot",
        *words,
        env=env,
        cwd=folder,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        start_new_session=True,
    )
    try:
        assert process.stdout is not None
        async with within("it is ready", 2 * PATIENCE_S):
            while b"Ctrl-C" not in (line := await process.stdout.readline()):
                assert line or process.returncode is None, "it ended before it was ready"
        yield process
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGTERM)
        await awaited(process.communicate(), "it ends")


def own_database(servers: Endpoints) -> str:
    return servers.mongodb_uri.replace("/?", f"/u_{uuid.uuid4().hex}?")


def running(folder: Path) -> RunFile:
    found = find_running(folder)
    assert found is not None
    return found


async def cases(folder: Path, http: aiohttp.ClientSession) -> list[dict[str, Any]]:
    token = load([folder / "demo.toml"], {}).api.tokens["demo"].get_secret_value()
    headers = {"Authorization": f"Bearer {token}"}
    async with http.get(f"{running(folder).bot_url}/api/v1/cases", headers=headers) as answer:
        assert answer.status == 200
        return list((await answer.json())["items"])


async def some_cases(folder: Path, http: aiohttp.ClientSession, count: int) -> list[dict[str, Any]]:
    async def enough() -> list[dict[str, Any]]:
        found = await cases(folder, http)
        return found if len(found) >= count else []

    return list(await soon(enough, f"{count} cases"))


def alive(pids: list[int]) -> list[int]:
    return [pid for pid in pids if Path(f"/proc/{pid}").exists()]


async def call(*words: str, env: dict[str, str], folder: Path, typed: str = "") -> str:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot",
        *words,
        env=env,
        cwd=folder,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    async with within(f"{words} ends"):
        output, _ = await process.communicate(typed.encode())
    assert process.returncode == 0
    return output.decode()


@pytest.mark.timeout(600)
async def test_a_demo_shows_cases_answers_a_phone_and_leaves_nothing_behind(tmp_path: Path) -> None:
    env = environment(tmp_path)
    async with started("demo", "--no-browser", env=env, folder=tmp_path) as demo, aiohttp.ClientSession() as http:
        # The cases are moved on one after the other once they are filed.
        wanted = {"submitted", "accepted", "in_progress", "needs_info"}
        first = await some_cases(tmp_path, http, 4)
        async with within("each case has its state"):
            while {case["state"] for case in first} != wanted:
                await asyncio.sleep(0.1)
                first = await cases(tmp_path, http)
        listed = await call("cases", "list", env=env, folder=tmp_path)
        assert all(case["number"] in listed for case in first)
        report = json.loads(await call("doctor", "--json", env=env, folder=tmp_path))
        assert report["ok"]
        talked = await call("chat", env=env, folder=tmp_path, typed="你好\n")
        assert "╭" in talked  # something was answered, in a box
        assert "连不上" not in talked
        pids = list(running(tmp_path).parts.values())
        demo.send_signal(signal.SIGINT)
        assert await awaited(demo.wait(), "the demo ends") == 0
    assert alive(pids) == []
    assert find_running(tmp_path) is None

    async with started("demo", "--no-browser", env=env, folder=tmp_path), aiohttp.ClientSession() as http:
        again = await some_cases(tmp_path, http, 4)
        assert {case["number"] for case in again} == {case["number"] for case in first}


async def test_up_uses_the_servers_that_are_set_and_starts_none(servers: Endpoints, tmp_path: Path) -> None:
    env = environment(
        tmp_path,
        BOT_MONGODB_URI=own_database(servers),
        BOT_REDIS_URL=servers.redis_url,
        BOT_HTTP__PORT=str(free_port()),
    )
    async with started("up", env=env, folder=tmp_path):
        assert running(tmp_path).variables == {}
        assert not (tmp_path / "mongodb").exists()
        assert not (tmp_path / "redis").exists()


async def test_a_part_that_is_killed_comes_back(servers: Endpoints, tmp_path: Path) -> None:
    env = environment(tmp_path, BOT_MONGODB_URI=own_database(servers))
    env |= {"BOT_REDIS_URL": servers.redis_url, "BOT_HTTP__PORT": str(free_port())}
    async with started("up", env=env, folder=tmp_path), aiohttp.ClientSession() as http:
        os.kill(running(tmp_path).parts["web"], signal.SIGKILL)
        await soon(lambda: _ready(http, running(tmp_path).bot_url), "it is ready again")


async def _ready(http: aiohttp.ClientSession, url: str) -> bool:
    try:
        async with http.get(f"{url}/readyz") as answer:
            return answer.status == 200
    except aiohttp.ClientError:
        return False


@pytest.mark.parametrize("missing", ["mongodb", "redis"])
async def test_only_the_missing_server_is_started(servers: Endpoints, tmp_path: Path, missing: str) -> None:
    given = {"mongodb": ("BOT_MONGODB_URI", own_database(servers)), "redis": ("BOT_REDIS_URL", servers.redis_url)}
    del given[missing]
    env = environment(tmp_path, **dict(given.values()), BOT_HTTP__PORT=str(free_port()))
    async with started("up", env=env, folder=tmp_path):
        assert [name for name in ("mongodb", "redis") if (tmp_path / name).exists()] == [missing]
