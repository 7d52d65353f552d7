"""Processes that are measured: each on a core of its own, its processor time and memory read from the kernel."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from bot.child import dies_with_us

READY_S = 120.0
STOP_S = 20.0
_TICKS = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")
_OK = 200


def cores() -> tuple[int, int]:
    """The core of the driver and the databases, and the core of what is measured; one and the same on one core."""
    free = sorted(os.sched_getaffinity(0))
    return free[0], free[-1]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def on_core(*wanted: int) -> Iterator[None]:
    """What is started within runs there."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, set(wanted))
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


@dataclass(frozen=True, slots=True)
class Child:
    """A process that was started here."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path

    @property
    def pid(self) -> int:
        return self.process.pid

    def wait_ready(self, port: int, path: str, *, status: int = _OK) -> None:
        """Until it answers ``status`` there.

        Raises:
            RuntimeError: it ended, or was not ready in time; with the end of its log.
        """
        end = time.monotonic() + READY_S
        while answered(port, path) != status:
            if self.process.poll() is not None or time.monotonic() > end:
                told = self.log.read_text(errors="replace")[-2000:]
                raise RuntimeError(f"{self.name} is not ready:\n{told}")
            time.sleep(0.02)

    def stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(STOP_S)


def answered(port: int, path: str) -> int:
    """The status of one GET; 0 where nobody answered."""
    connection = HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", path)
        return connection.getresponse().status
    except (OSError, HTTPException):
        return 0
    finally:
        connection.close()


def start(
    name: str,
    command: Sequence[str],
    folder: Path,
    *,
    core: int,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
) -> Child:
    """Run ``command`` on ``core``; "python" stands for this interpreter. It is killed when we are.

    From the main thread alone: it would be killed when the thread that began it ends.
    """
    log = folder / f"{name}.log"
    words = [*dies_with_us("KILL"), *(sys.executable if word == "python" else word for word in command)]
    with on_core(core), log.open("ab") as output:
        process = subprocess.Popen(  # noqa: S603 - our own commands
            words, env={**os.environ, **(env or {})}, cwd=cwd, stdin=subprocess.DEVNULL, stdout=output, stderr=output
        )
    return Child(name, process, log)


def cpu_seconds(pid: int) -> float:
    """Processor time of all threads of ``pid`` so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def memory_mib(pid: int) -> float:
    """Memory that ``pid`` holds for itself and shares (RSS)."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * _PAGE / 2**20


def children_of(pid: int) -> list[int]:
    """``pid`` and all that it began."""
    found = [pid]
    for each in found:
        for task in Path(f"/proc/{each}/task").glob("*/children"):
            found += map(int, task.read_text().split())
    return found
