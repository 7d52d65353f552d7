"""One server as a child process: started so that it never outlives us, stopped cleanly, its leftover found."""

import asyncio
import os
import resource
import shutil
import signal
import sys
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import structlog

from storage.embedded.diagnosis import explain
from storage.embedded.folder import make_private
from storage.errors import EmbeddedFailed

READY_SECONDS = 30.0
STOP_SECONDS = 15.0
_LEFTOVER_GRACE = 2.0
_POLL = 0.01
_LOG_TAIL = 8_192

Ready = Callable[[], Awaitable[bool]]
"""Asks the server whether it serves; False as long as it does not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """What to run. ``mark`` is a part of its command line that no other program has; ``folder`` is its own."""

    name: str
    command: Sequence[str]
    mark: str
    folder: Path
    pid_file: Path
    log_file: Path


class ServerProcess:
    """A running ``Program``. Start it from the main thread: its life is tied to that of the starting thread."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._process: asyncio.subprocess.Process | None = None

    @property
    def name(self) -> str:
        return self._program.name

    @property
    def pid(self) -> int:
        """The process id; 0 where it does not run."""
        process = self._process
        return process.pid if process is not None and process.returncode is None else 0

    async def start(self, ready: Ready) -> None:
        """Start, and return when it serves.

        Raises:
            EmbeddedFailed: it ended, or was not ready in time; it does not run then.
        """
        make_private(self._program.folder)
        await stop_leftover(self._program)
        self._process = await self._spawn()
        _open_files_unbound(self._process.pid)
        self._program.pid_file.write_text(f"{self._process.pid}\n", encoding="ascii")
        try:
            async with asyncio.timeout(READY_SECONDS):
                await self._until(ready)
        except TimeoutError:
            await self.stop()
            sentence = f"内置 {self.name} 在 {READY_SECONDS:.0f} 秒内没有就绪，日志：{self._program.log_file}"
            raise EmbeddedFailed(f"{self.name} not ready", sentence=sentence) from None
        except BaseException:
            await self.stop()
            raise

    async def _spawn(self) -> asyncio.subprocess.Process:
        log = self._program.log_file
        if log.exists():
            log.replace(log.with_suffix(".previous.log"))
        descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            # A session of its own: Ctrl-C in the terminal reaches us, and we stop it in order.
            return await asyncio.create_subprocess_exec(
                *_dies_with_us(),
                *self._program.command,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=descriptor,
                stderr=descriptor,
                start_new_session=True,
            )
        finally:
            os.close(descriptor)

    async def _until(self, ready: Ready) -> None:
        process = self._process
        while process is not None:
            if process.returncode is not None:
                raise EmbeddedFailed(f"{self.name} ended: {process.returncode}", sentence=self._explain())
            if await ready():
                return
            await asyncio.sleep(_POLL)

    def _explain(self) -> str:
        log, code = self._program.log_file, self._process.returncode if self._process else None
        said = log.read_bytes()[-_LOG_TAIL:].decode(errors="replace")
        return explain(self.name, code or 0, said, log)

    async def wait(self) -> int:
        """Wait until it ends; give its exit code."""
        return 0 if self._process is None else await self._process.wait()

    async def stop(self) -> None:
        """Stop it cleanly; with force where it does not listen."""
        process, self._process = self._process, None
        if process is None:
            return
        if process.returncode is None:
            await _stop(process)
        self._program.pid_file.unlink(missing_ok=True)


async def _stop(process: asyncio.subprocess.Process) -> None:
    process.terminate()
    try:
        await asyncio.wait_for(process.wait(), STOP_SECONDS)
    except TimeoutError:
        process.kill()
        await process.wait()


def _open_files_unbound(pid: int) -> None:
    """Let it open as many files as the system allows it: mongod takes one for each collection and index."""
    if sys.platform != "linux":
        return
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    with suppress(OSError):  # it has ended already; whoever waits for it says so
        resource.prlimit(pid, resource.RLIMIT_NOFILE, (hard, hard))


async def accepts(socket: Path) -> bool:
    """Tell whether somebody listens at ``socket``."""
    try:
        _, writer = await asyncio.open_unix_connection(str(socket))
    except OSError:
        return False
    writer.close()
    return True


def _dies_with_us() -> Sequence[str]:
    """What makes the system stop the child when we are gone. Elsewhere ``stop_leftover`` must do."""
    setpriv = shutil.which("setpriv")
    return (setpriv, "--pdeathsig", "TERM", "--") if setpriv else ()


async def stop_leftover(program: Program) -> None:
    """Wait for, or else stop, what a killed parent left behind. A foreign process is never touched.

    Raises:
        EmbeddedFailed: it does not end.
    """
    pid = _read_pid(program.pid_file)
    if not pid:
        return
    structlog.get_logger().info("embedded.leftover", server=program.name, pid=pid)
    for pause, send in ((_LEFTOVER_GRACE, signal.SIGTERM), (STOP_SECONDS, signal.SIGKILL), (STOP_SECONDS, None)):
        if await _gone(pid, program.mark, pause):
            program.pid_file.unlink(missing_ok=True)
            return
        if send is not None:
            with suppress(ProcessLookupError):
                os.kill(pid, send)
    sentence = f"上次留下的 {program.name}（pid {pid}）停不下来，请先手动结束它"
    raise EmbeddedFailed(f"leftover {pid} stays", sentence=sentence)


def _read_pid(path: Path) -> int:
    try:
        return int(path.read_text(encoding="ascii"))
    except (OSError, ValueError):
        return 0


async def _gone(pid: int, mark: str, seconds: float) -> bool:
    loop = asyncio.get_running_loop()
    end = loop.time() + seconds
    while mark in await _command_line(pid):
        if loop.time() >= end:
            return False
        await asyncio.sleep(_POLL)
    return True


async def _command_line(pid: int) -> str:
    """The command line of ``pid``; empty where there is none (a zombie has none either)."""
    return _from_proc(pid) if sys.platform == "linux" else await _from_ps(pid)


def _from_proc(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return ""


async def _from_ps(pid: int) -> str:
    process = await asyncio.create_subprocess_exec(
        "ps", "-o", "command=", "-p", str(pid), stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL
    )
    return (await process.communicate())[0].decode(errors="replace")
