"""The dialog that turns use now, exchanged while conversations go on when its files are edited.

The files are looked at every two seconds, or at once when told. New ones are built into a manager in a thread and
take over between turns: a turn under way ends on the one it began with, and the state of a conversation is read by
the next. What cannot be built is refused, and the old one stays.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Protocol

import structlog

from bot.metrics import Metrics
from bot.turns.turn import Manager
from channels.system_errors import why
from dialogs.checking.check import check_dialogs
from dialogs.checking.findings import errors
from dialogs.files import DialogFiles
from dialogs.outcome import Heard, Outcome, Person

POLL_SECONDS = 2.0
_SETTLE_SECONDS = 0.3
_SETTLES = 20
_SHOWN = 5
_REFUSED = "对话文件有错，仍用原来的；运行 petition-bot check dialogs 可以看到错在哪里"


class Warmed(Manager, Protocol):
    """A manager that can get ready unasked."""

    def warm(self) -> None:
        """Begin what the first unsure question would wait for, beside the turns; cheap where it is done."""
        ...


Stamp = Mapping[Path, tuple[int, int] | None]
"""When each file was changed, in nanoseconds, and its size in bytes; None: it is not there."""


class LiveDialog:
    """A ``Manager`` to whoever holds it.

    ``build`` makes one from the files as they are; it may take a second and runs in a thread. ``swapped`` is told
    after each exchange. ``bring``: fetches, before each look, what belongs into the files and lies elsewhere.
    """

    def __init__(
        self,
        files: DialogFiles,
        build: Callable[[], Warmed],
        *,
        metrics: Metrics,
        swapped: Callable[[DialogFiles], Awaitable[None]] | None = None,
        bring: Callable[[], Awaitable[None]] | None = None,
        poll_seconds: float = POLL_SECONDS,
    ) -> None:
        self._files = files
        self._build = build
        self._metrics = metrics
        self._swapped = swapped
        self._bring = bring
        self._poll_seconds = poll_seconds
        self._look = asyncio.Event()
        self._stamp = _stamp(files)
        self._tried = files.fingerprint()
        self._loaded = self._tried
        self._manager = build()
        self.problems: tuple[str, ...] = ()
        """What is wrong with the files as they are now; empty where they are in use."""

    async def turn(self, state: Mapping[str, object], heard: Sequence[Heard], person: Person, now: datetime) -> Outcome:
        return await self._manager.turn(state, heard, person, now)

    def gathers(self, state: Mapping[str, object], heard: Sequence[Heard]) -> bool:
        return self._manager.gathers(state, heard)

    def look_now(self) -> None:
        """Look at the files without waiting for the next round."""
        self._look.set()

    async def watch(self, *, warms: bool = False) -> None:
        """Look at the files again and again, for ever. ``warms``: get the dialog in use ready unasked."""
        while True:
            if warms:
                self._manager.warm()
            try:
                async with asyncio.timeout(self._poll_seconds):
                    await self._look.wait()
            except TimeoutError:
                pass
            self._look.clear()
            await self._look_at_files()

    async def _look_at_files(self) -> None:
        """A failure here must not end the watch: the dialog in use goes on."""
        try:
            if self._bring is not None:
                await self._bring()
            stamp = await asyncio.to_thread(_stamp, self._files)
            if stamp != self._stamp:
                self._stamp = await self._settled(stamp)
                await self._reload()
        except OSError as error:
            told = f"{error.filename or '对话文件'} 读不了：{why(error)}"
            self._refuse((told,), [type(error).__name__])

    async def _settled(self, stamp: Stamp) -> Stamp:
        """An editor, or a copy of several files, may be at work: what is seen when nothing changes any more."""
        for _ in range(_SETTLES):
            await asyncio.sleep(_SETTLE_SECONDS)
            now = await asyncio.to_thread(_stamp, self._files)
            if now == stamp:
                break
            stamp = now
        return stamp

    async def _reload(self) -> None:
        content = await asyncio.to_thread(self._files.fingerprint)
        if content == self._tried:
            return
        self._tried = content
        if content == self._loaded:  # an edit that was refused has been taken back
            self.problems = ()
            return
        try:
            wrong = errors(await asyncio.to_thread(check_dialogs, self._files))
            if wrong:
                where = [f"{finding.file}:{finding.line or 1}" for finding in wrong]
                self._refuse(tuple(finding.told for finding in wrong), where)
                return
            manager = await asyncio.to_thread(self._build)
        except Exception as error:  # noqa: BLE001 - whatever is wrong with an edit, the old dialog stays
            self._refuse(tuple(getattr(error, "problems", ())) or (str(error),), [type(error).__name__])
            return
        self._manager, self._loaded, self.problems = manager, content, ()
        self._metrics.dialog_reloads.labels("swapped").inc()
        structlog.get_logger().info("dialog.reloaded", content=content[:12])
        if self._swapped is not None:
            await self._swapped(self._files)

    def _refuse(self, problems: tuple[str, ...], where: Sequence[str]) -> None:
        """The log says ``where`` alone: what is wrong may quote the files, and examples are what residents wrote."""
        self.problems = problems
        self._metrics.dialog_reloads.labels("refused").inc()
        structlog.get_logger().error(
            "dialog.edit_refused", sentence=_REFUSED, where=list(where[:_SHOWN]), count=len(problems)
        )


def _stamp(files: DialogFiles) -> Stamp:
    return {path: _changed(path) for path in files.read()}


def _changed(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_mtime_ns, found.st_size
