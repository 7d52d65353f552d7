"""A database that does not answer is named by its setting and its address, never by who logs in."""

import os
import sys
from pathlib import Path

import pytest
from waiting import ended

from bot.opening import hosts_of


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


@pytest.mark.parametrize("command", ["web", "worker"])
def test_a_process_that_cannot_reach_it_says_which_setting_leads_where(tmp_path: Path, command: str) -> None:
    env = {name: value for name, value in os.environ.items() if not name.startswith("BOT_")}
    env |= {"BOT_DATA_DIR": str(tmp_path), "BOT_MONGODB_URI": "mongodb://user:hush@127.0.0.1:1/petition"}
    done = ended([sys.executable, "-m", "bot", command], env=env)
    assert done.returncode == 1, "not 2: it may yet come, so it is tried again"
    (line,) = done.stderr.splitlines()
    assert "127.0.0.1:1（storage.mongodb_uri，来自 环境变量 BOT_MONGODB_URI）" in line
    assert "hush" not in line + done.stdout
