"""The spools of one process, off the event loop: its own, and those that dead processes left here."""

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self, TypeVar

import structlog

from storage.errors import KeysMissing, SpoolShut, StorageError
from storage.gathering import Gatherer
from storage.spool import Batch, Room, Spool, folders, marked
from storage.spool_records import Record, decoded, encoded, joined

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much one process may hold, those it adopted included."""

    max_bytes: int
    max_count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Next:
    """A batch, and the spool in which it lies."""

    spool: Spool
    batch: Batch


class Disk:
    """Writes what arrives at once into one file; gives it back batch by batch."""

    def __init__(self, root: Path, wrapper: Any, limits: Limits) -> None:
        self.root = root
        self._wrapper = wrapper
        self._room = Room(max_bytes=limits.max_bytes, max_count=limits.max_count)
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="spool")
        self._own: Spool | None = None
        self._adopted: list[Spool] = []
        self._refused: set[str] = set()
        self._seen: dict[Path, Spool] = {}
        self._writing = 0
        self._gatherer = Gatherer[tuple[Record, bytes], None](self._written, name="spool")

    @classmethod
    async def open(cls, root: Path, wrapper: Any, limits: Limits) -> Self:
        """Make this process's own spool below ``root`` and adopt what is left there.

        Raises:
            SpoolShut: nothing can be written there. KeysMissing: the master key does not wrap.
        """
        disk = cls(root, wrapper, limits)
        try:
            disk._own = await disk._off_loop(lambda: Spool.make(root, wrapper, disk._room))
            await disk.adopt()
        except BaseException:
            await disk.aclose()
            raise
        return disk

    @property
    def empty(self) -> bool:
        """Nothing waits and nothing is being written."""
        return self._room.count == 0 and self._writing == 0

    @property
    def count(self) -> int:
        """How many arrivals wait."""
        return self._room.count

    @property
    def size(self) -> int:
        """How much waits, in bytes."""
        return self._room.bytes

    async def write(self, record: Record) -> None:
        """Keep ``record``, durably; who comes at the same time shares the file.

        Raises:
            SpoolFull, SpoolShut: it must not be acknowledged.
        """
        self._writing += 1
        try:
            await self._gatherer.submit([(record, encoded(record))])
        finally:
            self._writing -= 1

    async def adopt(self) -> int:
        """Take over the spools of processes that are dead; one that cannot be opened is left, and told once.

        Gives the largest stamp of all that waits, or 0.
        """
        mine = {spool.folder for spool in self._spools()}
        for folder in await self._off_loop(lambda: folders(self.root)):
            if folder in mine or folder.name in self._refused:
                continue
            try:
                spool = await self._off_loop(self._adopting(folder))
            except (SpoolShut, KeysMissing) as error:
                self._refused.add(folder.name)
                structlog.get_logger().error("spool.not_adopted", spool=folder.name, error=error.code)
                continue
            if spool is not None:
                self._adopted.append(spool)
                structlog.get_logger().info("spool.adopted", spool=folder.name, arrivals=self.count)
        if self._room.count == 0:
            await self.drained()
        return max((found.batch.stamp for found in await self.waiting()), default=0) if self._room.count else 0

    async def waiting(self) -> Sequence[Next]:
        """Give what waits in all spools, oldest first."""

        def listed() -> Sequence[Next]:
            found = [Next(spool=spool, batch=batch) for spool in self._spools() for batch in spool.batches()]
            return sorted(found, key=lambda each: each.batch)

        return await self._off_loop(listed)

    async def of_others(self) -> Sequence[Next]:
        """Give what waits in the spools that others hold, oldest first: to be read, not to be dropped."""
        mine = {spool.folder for spool in self._spools()}

        def listed() -> Sequence[Next]:
            there = [folder for folder in marked(self.root) if folder not in mine]
            self._seen = {folder: spool for folder in there if (spool := self._look(folder)) is not None}
            found = [
                Next(spool=spool, batch=batch)
                for folder, spool in self._seen.items()
                for batch in (spool.batches() if folder.exists() else ())
            ]
            return sorted(found, key=lambda each: each.batch)

        return await self._off_loop(listed)

    def _look(self, folder: Path) -> Spool | None:
        try:
            return self._seen.get(folder) or Spool.seen(folder, self._wrapper)
        except (SpoolShut, KeysMissing):  # gone just now; or its owner will say so
            return None

    async def read(self, found: Next) -> Sequence[Record]:
        """What a batch holds.

        Raises:
            BatchUnreadable: it is damaged. SpoolShut: it cannot be read now.
        """
        return await self._off_loop(lambda: decoded(found.spool.read(found.batch)))

    async def drop(self, found: Next) -> None:
        """Remove what is in the database now."""

        def done() -> None:
            found.spool.drop(found.batch)
            found.spool.still_draining()

        await self._off_loop(done)

    async def set_aside(self, found: Next) -> Path:
        """Take a batch out of the way, for people to look at."""
        return await self._off_loop(lambda: found.spool.set_aside(found.batch))

    async def still_draining(self) -> None:
        """Tell whoever waits for these spools that they are being drained."""

        def tell() -> None:
            for spool in self._spools():
                spool.still_draining()

        await self._off_loop(tell)

    async def drained(self) -> None:
        """Let those go on who waited for what is empty now, and give up the adopted spools that are."""

        def leave() -> list[Spool]:
            if self._own is not None:
                self._own.drained()
            empty = [spool for spool in self._adopted if not spool.batches()]
            for spool in empty:
                spool.leave()
            return empty

        empty = await self._off_loop(leave)
        self._adopted = [spool for spool in self._adopted if spool not in empty]

    async def aclose(self) -> None:
        """Give up all spools: what they hold is left to the next process."""
        spools, self._adopted = self._spools(), []
        self._own = None
        for spool in spools:
            with contextlib.suppress(StorageError):
                await self._off_loop(spool.leave)
        self._thread.shutdown(wait=False)

    def _spools(self) -> list[Spool]:
        return [*self._adopted, *([self._own] if self._own is not None else [])]

    def _adopting(self, folder: Path) -> Callable[[], Spool | None]:
        return lambda: Spool.adopt(folder, self._wrapper, self._room)

    async def _written(self, items: Sequence[tuple[Record, bytes]]) -> Sequence[None]:
        own = self._own
        if own is None:
            raise SpoolShut("closed")
        last = max(record.stamp + record.size - 1 for record, _ in items)
        count = sum(record.size for record, _ in items)
        content = joined([each for _, each in items])
        await self._off_loop(lambda: own.append(last, content, count))
        return [None] * len(items)

    async def _off_loop(self, work: Callable[[], T]) -> T:
        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, work)
        except OSError as error:
            raise SpoolShut(type(error).__name__) from error
