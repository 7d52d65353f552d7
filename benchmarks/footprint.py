"""How long the service takes to start, what it holds in memory idle, and whether that grows with the turns."""

import asyncio
import contextlib
import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path

from benchmarks.children import Child, children_of, cores, free_port, memory_mib, start
from benchmarks.deployment import Bench
from benchmarks.speed import Gauge, Town, converse


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """Seconds from the command until all answers, and MiB of each process then."""

    seconds: float
    memory: dict[str, float]


async def started(folder: Path, env: dict[str, str]) -> Start:
    """``petition-bot up`` on its own databases, from the command to ready, idle a while, and stopped again."""
    port = free_port()
    given = {**env, "BOT_DATA_DIR": str(folder / "up"), "BOT_HTTP__PORT": str(port)}
    begun = time.monotonic()
    child = start("up", ("python", "-m", "bot", "up"), folder, core=cores()[1], env=given)
    os.sched_setaffinity(child.pid, set(cores()))
    try:
        child.wait_ready(port, "/readyz")
        seconds = time.monotonic() - begun
        await asyncio.sleep(20)
        return Start(seconds=round(seconds, 1), memory=_by_part(child))
    finally:
        child.process.send_signal(signal.SIGTERM)
        with contextlib.suppress(TimeoutError):
            child.process.wait(30)


def _by_part(child: Child) -> dict[str, float]:
    parts: dict[str, float] = {}
    for pid in children_of(child.pid):
        with contextlib.suppress(OSError):
            words = Path(f"/proc/{pid}/cmdline").read_bytes().decode().split("\0")
            name = _part(words)
            parts[f"{name} {pid}"] = round(memory_mib(pid), 1)
    return parts


async def grown(of: Bench, gauge: Gauge, *, turns: int) -> list[tuple[int, float]]:
    """Memory of the web process after ever more turns: (turns, MiB)."""
    town = Town(of.account, _next=5_000_000)
    seen, made = [(0, round(memory_mib(gauge.child.pid), 1))], 0
    while made < turns:
        await converse(gauge, town, min(200, (turns - made) // 7 + 1), at_once=32, counts=False)
        made += 7 * min(200, (turns - made) // 7 + 1)
        seen.append((made, round(memory_mib(gauge.child.pid), 1)))
    return seen


def _part(words: list[str]) -> str:
    """``web`` of ``python -m bot web``, the module of another, else the program."""
    if words[1:2] != ["-m"]:
        return Path(words[0]).name
    return words[3] if words[2] == "bot" else words[2]
