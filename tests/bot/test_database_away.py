"""A database that does not answer is named by its setting and its address, never by who logs in."""

import asyncio
import os
import signal
import sys
from pathlib import Path

import pytest
from ports import free_port
from waiting import awaited, within

from bot.opening import hosts_of

PARTS = ("web", "worker")


@pytest.mark.parametrize(
    ("uri", "hosts"),
    [
        ("mongodb://db1:27017,db2/petition?replicaSet=rs0", "db1:27017,db2"),
        ("mongodb://user:hush%40@db1:27017/petition", "db1:27017"),
        ("mongodb+srv://user:hush@cluster.example", "cluster.example"),
        ("mongodb://%2Ftmp%2Fs%2Fmongodb.sock/?x=y", "/tmp/s/mongodb.sock"),
        ("mongodb://user:12/hush@db1/petition", ""),
        ("mongodb://user:12?hush@db1/petition", ""),
    ],
)
def test_the_address_is_told_without_credentials(uri: str, hosts: str) -> None:
    assert hosts_of(uri) == hosts


async def test_a_process_that_cannot_reach_it_says_which_setting_leads_where_and_waits(tmp_path: Path) -> None:
    """Told to end while it waits, it ends in order."""
    for (code, line, last), part in zip(
        await asyncio.gather(*(_told_and_ended(part, tmp_path / part) for part in PARTS)), PARTS, strict=True
    ):
        assert "127.0.0.1:1（storage.mongodb_uri，来自 环境变量 BOT_MONGODB_URI）" in line
        assert "正在等待，连上后自动继续" in line
        assert "hush" not in line + last
        assert code == 0, f"{part}: {last}"


async def _told_and_ended(command: str, folder: Path) -> tuple[int | None, str, str]:
    env = _clean() | {
        "BOT_DATA_DIR": str(folder),
        "BOT_MONGODB_URI": "mongodb://user:hush@127.0.0.1:1/petition",
        "BOT_HTTP__PORT": str(free_port()),
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", command, env=env, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    try:
        assert process.stdout is not None
        line = ""
        async with within(f"{command} says that it waits"):
            while f"{command}.without_database" not in line:
                line = (await process.stdout.readline()).decode()
                assert line, f"{command} ended"
        process.send_signal(signal.SIGTERM)
        last, _ = await awaited(process.communicate(), f"{command} ends")
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    return process.returncode, line, last.decode()


def _clean() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("BOT_")}
