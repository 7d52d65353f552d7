"""``keys rotate`` takes more than a minute by design: it says what it does, and how long it still takes."""

import os
import sys
import uuid
from pathlib import Path

import pytest
from waiting import ended

from bot.cli import keys
from storage.embedded import Endpoints


async def test_where_nobody_looks_a_line_tells_now_and_then_how_long_it_takes(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keys, "_LINE_SECONDS", 0.02)
    await keys.wait_visibly(0.05)
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 3
    assert all("等待各进程读到新密钥" in line for line in lines)


async def test_in_a_terminal_a_bar_says_what_it_waits_for(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    await keys.wait_visibly(0.05)
    assert "等待各进程读到新密钥" in capsys.readouterr().out


@pytest.mark.parametrize("seconds", ["0.2"])
def test_it_rotates_and_says_that_it_may_be_interrupted(servers: Endpoints, tmp_path: Path, seconds: str) -> None:
    env = {name: value for name, value in os.environ.items() if not name.startswith("BOT_")}
    env["BOT_MONGODB_URI"] = servers.mongodb_uri.replace("/?", f"/k_{uuid.uuid4().hex}?")
    env["BOT_DATA_DIR"] = str(tmp_path)
    program = f"""
import asyncio, os
from datetime import UTC, datetime
from bot.cli import keys as command
from bot.cli.app import Common
from bot.master_key import master_key
from bot.settings import load
from storage import keys
from storage.driver import connect
from storage.personal_data import open_vault
keys.rotate.__kwdefaults__["settle"] = {seconds}
async def first():
    settings = load([], os.environ)
    database = await connect(settings.storage.mongodb_uri.get_secret_value(), timeout_ms=10_000)
    await open_vault(database, master_key(settings))
    before = await database["keysets"].find_one({{"_id": "content"}})
    await command._rotate(Common())
    after = await database["keysets"].find_one({{"_id": "content"}})
    assert after["version"] == before["version"] + 2
    await database.command("dropDatabase")
    await database.close()
asyncio.run(first())
"""
    done = ended([sys.executable, "-c", program], env=env)
    assert done.returncode == 0, done.stderr
    first, second = done.stdout.splitlines()
    assert "中途可以按 Ctrl-C" in first
    assert "等待各进程读到新密钥" in second
