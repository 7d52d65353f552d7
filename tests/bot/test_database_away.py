"""A database that does not answer is named by its setting and its address, never by who logs in."""

import asyncio
import os
import sys
from pathlib import Path

import pytest
from waiting import PATIENCE_S, awaited

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


async def test_a_process_that_cannot_reach_it_says_which_setting_leads_where(tmp_path: Path) -> None:
    """Each tries for a while: they do it beside each other."""
    for (code, said, complained), part in zip(
        await asyncio.gather(*(_ended(part, tmp_path / part) for part in PARTS)), PARTS, strict=True
    ):
        assert code == 1, f"{part}: not 2: it may yet come, so it is tried again"
        (line,) = complained.splitlines()
        assert "127.0.0.1:1（storage.mongodb_uri，来自 环境变量 BOT_MONGODB_URI）" in line
        assert "hush" not in line + said


async def _ended(command: str, folder: Path) -> tuple[int | None, str, str]:
    env = {name: value for name, value in os.environ.items() if not name.startswith("BOT_")}
    env |= {"BOT_DATA_DIR": str(folder), "BOT_MONGODB_URI": "mongodb://user:hush@127.0.0.1:1/petition"}
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", command, env=env, stdout=pipe, stderr=pipe
    )
    said, complained = await awaited(process.communicate(), f"{command} gives up", 2 * PATIENCE_S)
    return process.returncode, said.decode(), complained.decode()
