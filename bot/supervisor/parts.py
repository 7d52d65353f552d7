"""Child processes: begun in their own session, their lines prefixed, begun again when they die, ended in order."""

import asyncio
import contextlib
import os
import signal
import time
from asyncio.subprocess import DEVNULL, PIPE, STDOUT, Process
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from bot.child import dies_with_us

SETTINGS_WRONG = 2
"""The exit code that says: beginning again will not help."""
PAUSES = (0.5, 1.0, 2.0, 5.0, 10.0, 30.0)
"""Seconds before each further start of a part that dies."""
STEADY_SECONDS = 60.0
"""Who lived so long begins with the shortest pause again."""
_PIPE_TAIL_S = 1.0
_CHUNK = 65_536
_LONGEST_LINE = 16_384

Say = Callable[[str, str], None]
"""Takes a part's name and a line."""
Changed = Callable[[], None]
"""Called when a part runs under another process id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What to run. Secrets travel in ``env`` alone: everybody on the machine may read ``argv``.

    ``grace`` is how long, in seconds, it may take to end after SIGTERM.
    """

    name: str
    argv: tuple[str, ...]
    env: Mapping[str, str] = field(default_factory=dict, repr=False)
    grace: float = 12.0


class Keeper:
    """Keeps one part running until it is told to stop."""

    def __init__(
        self, part: Part, say: Say, *, pauses: Sequence[float] = PAUSES, changed: Changed = lambda: None
    ) -> None:
        self.part = part
        self._changed = changed
        self._say = say
        self._pauses = pauses
        self._stopping = asyncio.Event()
        self._process: Process | None = None

    @property
    def pid(self) -> int | None:
        """Of the running process."""
        running = self._process is not None and self._process.returncode is None
        return self._process.pid if self._process is not None and running else None

    async def run(self) -> int:
        """The last exit code: after ``stop``, or where the settings are wrong."""
        deaths = 0
        while True:
            began = time.monotonic()
            code = await self._once()
            if self._stopping.is_set() or code == SETTINGS_WRONG:
                return code
            deaths = 1 if time.monotonic() - began > STEADY_SECONDS else deaths + 1
            pause = self._pauses[min(deaths, len(self._pauses)) - 1]
            self._say(self.part.name, f"意外退出（{_reason(code)}），{pause:g} 秒后重新启动")
            if await _set_within(self._stopping, pause):
                return code

    async def stop(self) -> None:
        """SIGTERM, and after the part's grace SIGKILL to its whole group. Returns at once; ``run`` then ends."""
        self._stopping.set()
        process = self._process
        if process is None or process.returncode is not None:
            return
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        try:
            async with asyncio.timeout(self.part.grace):
                await process.wait()
        except TimeoutError:
            self._say(self.part.name, f"{self.part.grace:g} 秒内没有停下，强制结束")
            self.kill()

    def kill(self) -> None:
        """End it and whatever it began, now."""
        self._stopping.set()
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)

    async def _once(self) -> int:
        if self._stopping.is_set():
            return 0
        process = self._process = await spawn(self.part)
        self._changed()
        lines = asyncio.create_task(self._tell_lines(process))
        try:
            return await process.wait()
        finally:
            # what it began may hold the pipe open; its last lines come at once or never
            await asyncio.wait({lines}, timeout=_PIPE_TAIL_S)
            lines.cancel()

    async def _tell_lines(self, process: Process) -> None:
        if process.stdout is None:
            return
        rest = b""
        while chunk := await process.stdout.read(_CHUNK):
            *lines, rest = (rest + chunk).split(b"\n")
            if len(rest) > _LONGEST_LINE:
                lines, rest = [*lines, rest], b""
            for line in lines:
                self._say(self.part.name, line.decode(errors="replace"))
        if rest:
            self._say(self.part.name, rest.decode(errors="replace"))


async def spawn(part: Part) -> Process:
    """Start ``part``; where the system can, it gets SIGTERM when we die, however we die.

    Must be called in the main thread: the signal is tied to the thread that began the child.
    """
    return await asyncio.create_subprocess_exec(
        *dies_with_us(), *part.argv, env=dict(part.env), stdin=DEVNULL, stdout=PIPE, stderr=STDOUT,
        start_new_session=True,
    )  # fmt: skip


def _reason(code: int) -> str:
    return f"信号 {signal.Signals(-code).name}" if code < 0 else f"代码 {code}"


async def _set_within(event: asyncio.Event, seconds: float) -> bool:
    try:
        async with asyncio.timeout(seconds):
            return await event.wait()
    except TimeoutError:
        return False


class Supervisor:
    """The parts in the order in which they are to be stopped."""

    def __init__(
        self, parts: Sequence[Part], say: Say, *, pauses: Sequence[float] = PAUSES, changed: Changed = lambda: None
    ) -> None:
        self._keepers = [Keeper(part, say, pauses=pauses, changed=changed) for part in parts]
        self._runs: list[asyncio.Task[int]] = []

    def start(self) -> None:
        self._runs = [asyncio.create_task(keeper.run(), name=keeper.part.name) for keeper in self._keepers]

    @property
    def pids(self) -> dict[str, int]:
        """Of the parts that run now."""
        return {keeper.part.name: keeper.pid for keeper in self._keepers if keeper.pid is not None}

    async def gave_up(self) -> int:
        """Waits until a part is beyond help, and gives its exit code."""
        done, _ = await asyncio.wait(self._runs, return_when=asyncio.FIRST_COMPLETED)
        return next(iter(done)).result()

    async def stop(self) -> None:
        """End each part after the other; the next is asked when the one before has ended."""
        for keeper in self._keepers:
            await keeper.stop()
        await asyncio.gather(*self._runs, return_exceptions=True)

    def kill(self) -> None:
        """End all parts now."""
        for keeper in self._keepers:
            keeper.kill()
