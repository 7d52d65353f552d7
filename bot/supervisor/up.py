"""``up``: start everything, say where it is, wait for Ctrl-C, stop everything."""

import asyncio
import contextlib
import signal
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager

from bot.supervisor.banner import banner, not_ready
from bot.supervisor.plan import Plan
from bot.supervisor.running import Running

READY_SECONDS = 60.0
_NAME_WIDTH = 8
_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

OnReady = Callable[[Running], Awaitable[None]]


def say(name: str, line: str) -> None:
    """A part's line, to stderr like every log."""
    sys.stderr.write(f"{name:<{_NAME_WIDTH}}│ {line}\n")
    sys.stderr.flush()


async def run_up(plan: Plan, *, on_ready: OnReady | None = None) -> int:
    """Run ``plan`` until a signal, or until a part is beyond help; gives the exit code.

    The first signal stops all in order, a second one at once. ``on_ready`` is called when all answers.

    Raises:
        AlreadyRunning, PortTaken, EmbeddedFailed: before anything was begun.
    """
    began = time.monotonic()
    async with _signals() as stop, Running(plan, say) as running:
        stop.on_second = running.kill
        work = asyncio.create_task(_serve(running, began, on_ready))
        lost = asyncio.create_task(running.gave_up())
        told = asyncio.create_task(stop.wait())
        await asyncio.wait({work, lost, told}, return_when=asyncio.FIRST_COMPLETED)
        if told.done():
            say("up", "正在停止…（再按一次 Ctrl-C 立即结束）")
        code = lost.result() if lost.done() else 0
        failure = work.exception() if work.done() else None
        for task in (work, lost, told):
            task.cancel()
        await asyncio.gather(work, lost, told, return_exceptions=True)
    if failure is not None:
        raise failure
    return code


async def _serve(running: Running, began: float, on_ready: OnReady | None) -> None:
    """Ends with an error or by being cancelled."""
    await _greet(running, began, on_ready)
    await asyncio.Event().wait()


async def _greet(running: Running, began: float, on_ready: OnReady | None) -> None:
    waited = 0.0
    while late := await running.ready(READY_SECONDS):
        # A busy machine, or a database that comes later: what is ready in the end is greeted then.
        waited += READY_SECONDS
        running.note()
        say("up", not_ready(late, waited))
    running.note()
    seconds = time.monotonic() - began
    sys.stdout.write(banner(running.plan, seconds, await _staff(running)))
    sys.stdout.flush()
    if on_ready is not None:
        await on_ready(running)


async def _staff(running: Running) -> Sequence[str]:
    """Who may sign in; a store that fails here fails everything else too, and says so there."""
    from bot.opening import DatabaseAway, SettingMissing  # noqa: PLC0415
    from bot.supervisor.first_staff import first_staff  # noqa: PLC0415 - slow to import; the children start meanwhile
    from storage.errors import StorageError  # noqa: PLC0415

    try:
        return await first_staff(running.settings(), demo=bool(running.plan.sandbox_port))
    except (StorageError, DatabaseAway, SettingMissing) as error:
        say("up", error.sentence)
        return ()


class Stop:
    """Counts the signals that ask us to end."""

    def __init__(self) -> None:
        self._asked = asyncio.Event()
        self.on_second: Callable[[], None] | None = None

    def __call__(self) -> None:
        if self._asked.is_set() and self.on_second is not None:
            self.on_second()
        self._asked.set()

    async def wait(self) -> None:
        await self._asked.wait()


@asynccontextmanager
async def _signals() -> AsyncIterator[Stop]:
    stop = Stop()
    loop = asyncio.get_running_loop()
    for number in _SIGNALS:
        loop.add_signal_handler(number, stop)
    try:
        yield stop
    finally:
        for number in _SIGNALS:
            with contextlib.suppress(ValueError):
                loop.remove_signal_handler(number)
