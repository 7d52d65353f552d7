"""Nobody uses the store while it is exchanged: ``up``'s parts are begun anew, everybody else must have been stopped."""

import asyncio
import contextlib
import os
import signal
import sys
from pathlib import Path

from bot.supervisor.hold import AlreadyRunning, refuse_second
from bot.supervisor.run_file import find_running
from storage.driver import Database
from storage.errors import BackupRefused

_USERS = {"web", "worker"}
"""The parts that use the store."""
_NOTED_SECONDS = 0.5
"""After so long ``up`` has written down whom it began last."""
_LOOK_SECONDS = 0.05
_END_SECONDS = 60.0
"""Longer than ``up`` gives a part to end, and then some for a machine that is busy."""


async def refuse_others(database: Database) -> bool:
    """Look whether processes of the service use the database; False where we may not look.

    Raises:
        BackupRefused: they do.
    """
    others = await database.others()
    if others:
        raise BackupRefused(
            f"还有机器人的进程连着数据库 {database.name}（{others} 个连接）：请先停掉所有 web 和 worker，再恢复"
        )
    return others is not None


def up_runs(data_dir: Path) -> bool:
    """Whether ``up`` (or ``demo``) lives here: what it wrote down may be left from one that was killed."""
    try:
        refuse_second(data_dir)
    except AlreadyRunning:
        return find_running(data_dir) is not None
    return False


async def begin_parts_anew(data_dir: Path) -> None:
    """End the parts of ``up``; it begins them again, and they wait until the store is whole.

    Raises:
        BackupRefused: one does not end.
    """
    await asyncio.sleep(_NOTED_SECONDS)
    found = await asyncio.to_thread(find_running, data_dir)
    parts = {} if found is None else {name: pid for name, pid in found.parts.items() if name in _USERS}
    pids = [pid for pid in parts.values() if found is not None and _is_child(pid, found.pid)]
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGTERM)
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(_END_SECONDS):
            while any(map(_runs, pids)):  # noqa: ASYNC110 - they are not children of ours: nobody tells
                await asyncio.sleep(_LOOK_SECONDS)
    if left := [pid for pid in pids if _runs(pid)]:
        raise BackupRefused(f"进程 {left} 没有停下，数据库还没有换：请停掉 up，再运行一次 petition-bot restore")


def _is_child(pid: int, parent: int) -> bool:
    """Nobody else's process is ever ended; where the system does not tell whose it is, ``up``'s word must do."""
    if sys.platform != "linux":
        return True
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1]) == parent
    except OSError:
        return False


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
