"""Brings the spool into MongoDB when that is back, then has turns made of what it held."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence

import structlog

from bot.faults import frames_of
from bot.metrics import Metrics
from bot.spooling.disk import Next
from bot.spooling.door import Door
from bot.spooling.keeper import Keeper, Way
from bot.spooling.neighbours import Neighbours
from storage.errors import BatchUnreadable, StorageAway, StorageError
from storage.records import ArrivedMessage
from storage.spool_records import Record

_FIRST_LOOK_S = 0.1
_LOOK_S = 0.5
_ADOPT_EVERY_S = 5.0
_LONGEST_SETTLING_S = 2.0
_SETTLING_SHARE = 0.25
_NEARLY_EMPTY = 256
_TRIES = 3
_TOGETHER = 32
_AT_ONCE = 16


class Drainer:
    """One a process. ``probe``: whether the store takes writes; ``resume``: makes the turns of one conversation."""

    def __init__(
        self,
        keeper: Keeper,
        door: Door,
        *,
        probe: Callable[[], Awaitable[bool]],
        resume: Callable[[str], Awaitable[None]],
        metrics: Metrics,
    ) -> None:
        self._keeper = keeper
        self._disk = door.disk
        self._held = door.held
        self._probe = probe
        self._resume = resume
        self._metrics = metrics
        self._owed: dict[str, None] = {}
        self._tries: dict[int, int] = {}
        self._hearing: set[asyncio.Task[None]] = set()
        self.neighbours = Neighbours(door.disk, keeper.storing, self.have_heard)
        self._settled = False

    async def run(self) -> None:
        """Until cancelled: drain whatever there is, and adopt what dead processes leave."""
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._for_ever(self._drain_when_needed))
                group.create_task(self._for_ever(self._adopt))
        finally:
            for hearing in self._hearing:
                hearing.cancel()

    async def _for_ever(self, work: Callable[[], Awaitable[None]]) -> None:
        while True:
            try:
                await work()
            except Exception as error:  # noqa: BLE001 - what waits must not wait for ever
                structlog.get_logger().error("spool.broke", error=type(error).__name__, frames=frames_of(error))
                await asyncio.sleep(_LOOK_S)

    async def _adopt(self) -> None:
        with contextlib.suppress(StorageError):
            self._keeper.after(await self._disk.adopt())
        if not self._disk.empty:
            self._keeper.go_round()
        elif self._keeper.way is Way.DIRECT:
            # Whoever wrote to a process that sees no database is heard all the same, also where nobody else writes.
            with contextlib.suppress(StorageError):
                await self.neighbours.bring()
        self._count()
        await asyncio.sleep(_ADOPT_EVERY_S)

    async def _drain_when_needed(self) -> None:
        await self._keeper.left_direct.wait()
        loop = asyncio.get_running_loop()
        since, self._settled = loop.time(), False
        pause = _FIRST_LOOK_S
        while self._keeper.left_direct.is_set():
            await asyncio.sleep(pause)
            pause = _LOOK_S
            self._count()
            if not await self._probe():
                continue
            try:
                await self._drain(settling=min(_LONGEST_SETTLING_S, _SETTLING_SHARE * (loop.time() - since)))
            except StorageError as error:
                structlog.get_logger().warning("spool.not_drained", error=error.code, arrivals=self._disk.count)
                self._keeper.away_again()
        self._count()
        owed, self._owed = list(self._owed), {}
        self.have_heard(owed)

    def have_heard(self, conversation_ids: Sequence[str]) -> None:
        """Have the turns of these conversations made, beside all else."""
        hearing = asyncio.create_task(self._have_heard(conversation_ids))
        self._hearing.add(hearing)
        hearing.add_done_callback(self._hearing.discard)

    async def _drain(self, *, settling: float) -> None:
        """Everything, and then, with nobody let in for a moment, what has come meanwhile.

        ``settling``: turns wait for so long once everything is in the store: processes elsewhere, which see it come
        back a little later, may hold somebody's earlier words.
        """
        self._keeper.now_draining()
        self._keeper.after(await self._disk.adopt())
        await self._disk.still_draining()
        await self._empty()
        if not self._settled:
            self._settled = True
            await asyncio.sleep(settling)
            await self._disk.still_draining()
        while self._disk.count > _NEARLY_EMPTY:
            await self._empty()
        async with self._keeper.gate_shut():
            while not self._disk.empty:
                await self._empty()
                await asyncio.sleep(0)
            self._keeper.now_direct()
            with contextlib.suppress(StorageError):  # the mark stays a while, and delays a turn
                await self._disk.drained()
        structlog.get_logger().info("spool.drained", conversations=len(self._owed))

    async def _empty(self) -> None:
        while waiting := await self._disk.waiting():
            for start in range(0, len(waiting), _TOGETHER):
                together = (self._bring(found) for found in waiting[start : start + _TOGETHER])
                told = await asyncio.gather(*together, return_exceptions=True)
                self._count()
                for error in told:
                    if error is not None:
                        raise error

    async def _bring(self, found: Next) -> None:
        try:
            records = await self._disk.read(found)
        except BatchUnreadable as error:
            await self._set_aside(found, error)
            return
        if await self._store(found, records):
            await self._disk.drop(found)

    async def _store(self, found: Next, records: Sequence[Record]) -> bool:
        """Whether all is in the store; False: the batch was set aside for the sake of what cannot be.

        Raises:
            StorageError: the store is away, or the batch is to be tried again.
        """
        told = await asyncio.gather(*(self._one(record) for record in records), return_exceptions=True)
        broken = [error for error in told if isinstance(error, BaseException)]
        if not broken:
            return True
        for error in broken:
            if isinstance(error, StorageError) and error.retryable:
                raise error
            if not isinstance(error, Exception):
                raise error
        await self._tried(found, broken[0])
        return False

    async def _tried(self, found: Next, error: BaseException) -> None:
        """A record that the store refuses may not hold up all others for ever; a store that refuses all is away."""
        if not await self._probe():
            raise StorageAway("takes no writes")
        stamp = found.batch.stamp
        self._tries[stamp] = self._tries.get(stamp, 0) + 1
        if self._tries[stamp] < _TRIES:
            raise StorageAway("refused") from error
        del self._tries[stamp]
        await self._set_aside(found, error)

    async def _one(self, record: Record) -> None:
        is_open = self._held.is_open(record)
        kept = await self._keeper.storing.store(record, closed=not is_open)
        if not self._held.stored(record, kept):
            self._owe(kept)

    def _owe(self, kept: Sequence[ArrivedMessage]) -> None:
        self._owed.update(dict.fromkeys(arrived.conversation_id for arrived in kept))

    async def _have_heard(self, owed: Sequence[str]) -> None:
        """A few conversations at a time: who writes now is not to wait for all of them."""
        left = iter(owed)

        async def some() -> None:
            for conversation_id in left:
                try:
                    await self._resume(conversation_id)
                except Exception as error:  # noqa: BLE001 - what is left is taken up by the sweeper
                    kind = type(error).__name__
                    structlog.get_logger().warning("spool.not_heard", conversation=conversation_id, error=kind)

        await asyncio.gather(*(some() for _ in range(_AT_ONCE)))

    async def _set_aside(self, found: Next, error: BaseException) -> None:
        kept = await self._disk.set_aside(found)
        self._metrics.spool_set_aside.inc()
        structlog.get_logger().error("spool.set_aside", file=kept.name, error=type(error).__name__)

    def _count(self) -> None:
        self._metrics.spool_arrivals.set(self._disk.count)
        self._metrics.spool_bytes.set(self._disk.size)
