"""A second ``up`` or ``demo`` once said that another program had the port: it was the first one."""

import os
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from waiting import ended

from bot.supervisor.hold import AlreadyRunning, hold
from bot.supervisor.run_file import RunFile


@pytest.fixture
def first(tmp_path: Path) -> Iterator[RunFile]:
    """What runs on the folder, and listens."""
    with socket.socket() as listening, hold(tmp_path):
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        found = RunFile(pid=os.getpid(), bot_url=f"http://127.0.0.1:{listening.getsockname()[1]}")
        found.write(tmp_path)
        yield found


@pytest.mark.parametrize("command", ["up", "demo"])
def test_it_says_that_it_runs_there_already_and_where(tmp_path: Path, first: RunFile, command: str) -> None:
    env = {name: value for name, value in os.environ.items() if not name.startswith("BOT_")}
    env |= {"BOT_DATA_DIR": str(tmp_path), "BOT_HTTP__PORT": first.bot_url.rpartition(":")[2]}
    done = ended([sys.executable, "-m", "bot", command], env=env)
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert f"已经在运行（pid {first.pid}，{first.bot_url}）" in line
    assert str(tmp_path) in line


def test_a_run_file_that_was_left_behind_holds_nobody_up(tmp_path: Path) -> None:
    """Its process number may long be another program's."""
    RunFile(pid=os.getppid(), bot_url="http://x").write(tmp_path)
    with hold(tmp_path), pytest.raises(AlreadyRunning), hold(tmp_path):
        pass
    with hold(tmp_path):
        pass
