"""Keeps what arrives: in MongoDB, or in the spool while that is away and until the spool is drained.

    direct ─▶ away ─▶ draining ─▶ direct      away: one write failed or took too long; the next do not try

Whoever arrives while the process is not ``direct`` goes through the spool, so that nobody is overtaken. Each arrival
has its stamp before the first try, and is written under the same key by either way.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from enum import StrEnum

import structlog

from bot.spooling.door import Door
from bot.spooling.reassurance import Reassurance
from bot.spooling.storing import Storing
from channels.base import Arrival, Clock
from storage.errors import StorageAway, StorageError
from storage.records import ArrivedMessage
from storage.spool_records import Record
from storage.stamps import Stamps
from storage.store import Store

DIRECT_S = 1.8
"""How long the first to meet a MongoDB that is away waits for it."""
_STUBBORN_S = 4.0
"""Without a spool: platforms wait five seconds; one that hears nothing until then repeats the call all the same."""
_AGAIN_S = 0.1
_GATE_S = 1.0


class Way(StrEnum):
    """Where arrivals go."""

    DIRECT = "direct"
    AWAY = "away"
    DRAINING = "draining"


async def _takes_writes() -> bool:
    return True


def recorded(arrival: Arrival, stamps: Stamps) -> Record:
    """What ``arrival`` brought, with the stamps of its place in the order."""
    return Record(
        stamp=stamps.take(len(arrival.messages) + len(arrival.parts) or 1),
        messages=arrival.messages,
        receipts=arrival.receipts,
        parts=arrival.parts,
    )


class Keeper:
    """The way into the store. ``door`` None: this process has no spool. ``probe`` writes something of no weight."""

    def __init__(
        self,
        *,
        store: Store,
        clock: Clock,
        door: Door | None = None,
        probe: Callable[[], Awaitable[bool]] = _takes_writes,
    ) -> None:
        self.storing = Storing(store, clock)
        self.door = door
        self.way = Way.DIRECT
        self.left_direct = asyncio.Event()
        """Set while the way is not ``direct``."""
        self._reassurance = Reassurance()
        self._stamps = store.inbox.stamps
        self._probe = probe
        self._limits: set[asyncio.Timeout] = set()
        self._gate = asyncio.Event()
        self._gate.set()

    async def keep(self, arrival: Arrival, *, until: float) -> Sequence[ArrivedMessage] | None:
        """Keep ``arrival``, durably, and give the messages that are to be heard.

        None: it is in the spool, and its turns come when that is drained. ``until`` (of the loop's clock): so long the
        caller waits to be told the messages all the same, where the store is likely to be back by then.

        Raises:
            StorageError: it is kept nowhere: it must not be acknowledged.
        """
        record = recorded(arrival, self._stamps)
        if not record.size:
            return ()
        if self.door is None:
            return await self._stubbornly(record)
        met_it = self.way is Way.DIRECT
        if met_it:
            with contextlib.suppress(StorageAway, TimeoutError):
                return await self._directly(record)
            self._leave_direct()
        elif not self._gate.is_set():
            await self._until_gate_opens()
            if self.way is Way.DIRECT:
                return await self.keep(arrival, until=until)
        return await self.door.take(record, until=until, hopeful=lambda: met_it or self.way is Way.DRAINING)

    @property
    def reassurance(self) -> Reassurance:
        """What is told to those whose words wait."""
        return self._reassurance if self.door is None else self.door.reassurance

    def said(self) -> str:
        """What the spool is about, for ``readyz``."""
        if self.door is None:
            return "unavailable: while MongoDB is away nothing is taken (本机暂存不可用)"
        if self.way is Way.DIRECT:
            return "ok"
        return f"{self.way}: {self.door.disk.count} arrivals wait (本机暂存中)"

    def go_round(self) -> None:
        """Send arrivals through the spool, because somebody's earlier words lie in it."""
        self._leave_direct()

    def now_draining(self) -> None:
        """The store is back; who arrives may hope to be told."""
        self.way = Way.DRAINING

    def away_again(self) -> None:
        """The store went away before all was drained."""
        if self.left_direct.is_set():
            self.way = Way.AWAY

    def after(self, stamp: int) -> None:
        """What arrives now came after what was adopted, whatever the clock says."""
        self._stamps.not_before(stamp)

    def now_direct(self) -> None:
        """Nothing waits any more."""
        self.way = Way.DIRECT
        self.left_direct.clear()
        if self.door is not None:
            self.door.held.forget()

    @contextlib.asynccontextmanager
    async def gate_shut(self) -> AsyncIterator[None]:
        """Let nobody in for a moment, so that what is in the spool can come to its end."""
        self._gate.clear()
        try:
            yield
        finally:
            self._gate.set()

    async def _stubbornly(self, record: Record) -> Sequence[ArrivedMessage]:
        """Over a short stall of the store: keeping it twice does no harm."""
        try:
            async with asyncio.timeout(_STUBBORN_S):
                while True:
                    try:
                        return await self.storing.store(record)
                    except StorageAway:
                        await asyncio.sleep(_AGAIN_S)
        except TimeoutError:
            raise StorageAway("not kept in time") from None

    async def _directly(self, record: Record) -> Sequence[ArrivedMessage]:
        """Into the store; TimeoutError where it takes too long, or another has found it away meanwhile."""
        async with asyncio.timeout(DIRECT_S) as limit:
            self._limits.add(limit)
            try:
                return await self.storing.store(record)
            except StorageAway:
                raise
            except StorageError as error:
                if await self._probe():
                    raise
                # Not this record: the server takes nothing (its disk is full, it may not).
                raise StorageAway(error.detail) from error
            finally:
                self._limits.discard(limit)

    def _leave_direct(self) -> None:
        if self.way is not Way.DIRECT or self.door is None:
            return
        self.way = Way.AWAY
        self.left_direct.set()
        structlog.get_logger().warning("spool.begun")
        now = asyncio.get_running_loop().time()
        for limit in self._limits:
            with contextlib.suppress(RuntimeError):  # ends just now by itself
                limit.reschedule(now)

    async def _until_gate_opens(self) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_GATE_S):
                await self._gate.wait()
