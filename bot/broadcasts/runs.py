"""The worker's side: each broadcast that is to run is run by one worker at a time, under a lease.

A worker that dies loses the lease within seconds and another goes on from the ledger. Whoever stalls and wakes up
late does no harm: what it would send is marked by somebody else by then.
"""

import asyncio
import contextlib
import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog

from bot.broadcasts.courtesy import WRITTEN_BREATH_S, Courtesy
from bot.broadcasts.lane import Control, LaneParts, LaneRun, Limits
from bot.broadcasts.pace import Pacer, Rates
from bot.broadcasts.people import People
from bot.broadcasts.sending import Posting
from bot.channel_registry import Channels
from bot.delivery.quiet import QuietHours
from bot.faults import frames_of
from bot.periodic import stopped_within
from channels.base import Clock
from channels.messages import Purpose
from storage.broadcast_ledger import Lane, Planned
from storage.broadcast_records import Broadcast, BroadcastState
from storage.errors import StorageError
from storage.leases import Leases
from storage.store import Store

_LOOK_S = 0.5
_WATCH_S = 0.25
_RENEW_S = 2.0
_LEASE_S = 10.0
_BLIND_S = 6.0
_TELL_S = 2.0
_QUIET = "现在是免打扰时段，结束后自动继续"
_BROKE = "发送程序出错，已暂停，请技术人员查看日志"


@dataclass(frozen=True, slots=True, kw_only=True)
class RunParts:
    """What runs are made of."""

    store: Store
    channels: Channels
    posting: Posting
    clock: Clock
    quiet: QuietHours
    rates: Rates
    limits: Limits


class BroadcastRuns:
    """The broadcasts that fall to this process."""

    def __init__(self, parts: RunParts) -> None:
        self._parts = parts
        self._leases = Leases(parts.store.database)
        self._running: dict[str, asyncio.Task[None]] = {}

    async def run(self, stop: asyncio.Event) -> None:
        """Until ``stop``; then what is under way is recorded, and the leases are given back."""
        try:
            while not stop.is_set():
                await self._look(stop)
                await stopped_within(stop, _LOOK_S)
        finally:
            await asyncio.gather(*self._running.values(), return_exceptions=True)

    async def _look(self, stop: asyncio.Event) -> None:
        self._running = {key: task for key, task in self._running.items() if not task.done()}
        try:
            for broadcast in await self._parts.store.broadcasts.due(self._parts.clock()):
                if broadcast.id in self._running:
                    continue
                owner = uuid.uuid4().hex
                if await self._leases.hold(_lease(broadcast), owner, seconds=_LEASE_S):
                    run = Run(self._parts, broadcast, self._leases, owner)
                    self._running[broadcast.id] = asyncio.create_task(run.guarded(stop))
        except StorageError as error:
            structlog.get_logger().warning("broadcast.look_failed", error=error.code)


class Run:
    """One broadcast, as far as this process brings it."""

    def __init__(
        self,
        parts: RunParts,
        broadcast: Broadcast,
        leases: Leases,
        owner: str,
        *,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._parts = parts
        self._store = parts.store
        self._broadcast = broadcast
        self._leases = leases
        self._owner = owner
        self._monotonic = monotonic
        self._control = Control()
        self._courtesy = Courtesy(parts.store.pulses, monotonic=monotonic)

    async def guarded(self, stop: asyncio.Event) -> None:
        """Run it; what goes wrong pauses it, and the lease is given back."""
        watching = asyncio.create_task(self._watched(stop))
        telling = asyncio.create_task(self._told())
        try:
            await self._work()
        except StorageError as error:
            # It stands as it is in the ledger, and is taken up again.
            structlog.get_logger().warning("broadcast.storage_error", broadcast=self._broadcast.id, error=error.code)
        except Exception as error:  # noqa: BLE001 - people must look before it goes on
            frames = frames_of(error)
            structlog.get_logger().error(
                "broadcast.broke", broadcast=self._broadcast.id, error=type(error).__name__, frames=frames
            )
            self._control.pause(_BROKE)
        finally:
            for task in (watching, telling):
                task.cancel()
            await asyncio.gather(watching, telling, return_exceptions=True)
            with contextlib.suppress(StorageError):
                await self._end()

    async def _work(self) -> None:
        await self._courtesy.look()
        if self._broadcast.state is BroadcastState.SCHEDULED:
            moved = await self._store.broadcasts.move(
                self._broadcast.id, BroadcastState.RUNNING, at=self._parts.clock()
            )
            if moved is None:
                return
            self._broadcast = moved
        if self._broadcast.prepared_at is None and not await self._prepared():
            return
        lanes = [
            Lane(broadcast_id=self._broadcast.id, channel=channel, account=account)
            for channel, account in self._parts.channels
            if channel in self._broadcast.channels
        ]
        ended = await asyncio.gather(*(self._lane(lane) for lane in lanes), return_exceptions=True)
        failed = next((each for each in ended if isinstance(each, BaseException)), None)
        if failed is not None:
            raise failed
        if not self._control.halted:
            await self._store.broadcasts.move(self._broadcast.id, BroadcastState.DONE, at=self._parts.clock())

    async def _lane(self, lane: Lane) -> None:
        """One that fails halts the others, which record what they sent."""
        try:
            await LaneRun(self._lane_parts(), self._broadcast, lane, self._control).run()
        except Exception:
            self._control.halt()
            raise

    async def _prepared(self) -> bool:
        """Write the ledger; False: halted before its end, or there is nobody."""
        parts = self._parts
        people = People(store=parts.store, channels=parts.channels, clock=parts.clock)
        async for portion in people.of(self._broadcast):
            if not await self._written(portion):
                return False
        counts = await parts.store.ledger.counts(self._broadcast.id)
        await parts.store.broadcasts.progress(self._broadcast.id, counts=counts)
        if not counts.total:
            reason = "没有符合条件的人"
            await parts.store.broadcasts.move(
                self._broadcast.id, BroadcastState.FAILED, at=parts.clock(), reason=reason
            )
            return False
        await parts.store.broadcasts.prepared(self._broadcast.id, at=parts.clock())
        structlog.get_logger().info("broadcast.prepared", broadcast=self._broadcast.id, recipients=counts.total)
        return True

    async def _written(self, portion: Sequence[Planned]) -> bool:
        """Write them into the ledger; False: halted on the way. Whoever is written a second time stands there once."""
        place = 0
        while place < len(portion):
            bite = portion[place : place + self._courtesy.bite(len(portion))]
            await self._courtesy.rest(self._control.nap, len(bite), breath=WRITTEN_BREATH_S)
            if self._control.halted:
                return False
            await self._parts.store.ledger.write(self._broadcast.id, bite, now=self._parts.clock())
            place += len(bite)
        return True

    def _lane_parts(self) -> LaneParts:
        parts = self._parts
        return LaneParts(
            store=parts.store,
            posting=parts.posting,
            clock=parts.clock,
            rates=parts.rates,
            pacer=Pacer(parts.rates, parts.store.daily, monotonic=self._monotonic),
            limits=parts.limits,
            held=self._held,
            courtesy=self._courtesy,
        )

    def _held(self) -> tuple[datetime, str] | None:
        until = self._parts.quiet.until(Purpose.BROADCAST, now=self._parts.clock())
        return None if until is None else (until, _QUIET)

    async def _watched(self, stop: asyncio.Event) -> None:
        """Halt when staff pause or cancel it, the process ends, or the lease is lost."""
        seen = renewed = self._monotonic()
        while not self._control.halted:
            await self._control.nap(_WATCH_S)
            now = self._monotonic()
            if stop.is_set() or now - seen > _BLIND_S:
                return self._control.halt()
            try:
                if now - renewed >= _RENEW_S:
                    if not await self._leases.hold(_lease(self._broadcast), self._owner, seconds=_LEASE_S):
                        return self._control.halt()
                    renewed = now
                state = await self._store.broadcasts.state_of(self._broadcast.id)
            except StorageError:
                continue
            seen = self._monotonic()
            if state not in {BroadcastState.RUNNING, BroadcastState.SCHEDULED}:
                return self._control.halt()
        return None

    async def _told(self) -> None:
        """Keep the rate and the counts for whoever looks."""
        before = self._control.sent
        while True:
            await asyncio.sleep(_TELL_S)
            rate = (self._control.sent - before) / _TELL_S
            before = self._control.sent
            with contextlib.suppress(StorageError):
                counts = await self._store.ledger.counts(self._broadcast.id)
                await self._store.broadcasts.progress(self._broadcast.id, counts=counts, rate=rate)

    async def _end(self) -> None:
        if self._control.pause_reason:
            reason = self._control.pause_reason
            await self._store.broadcasts.move(
                self._broadcast.id, BroadcastState.PAUSED, at=self._parts.clock(), reason=reason
            )
            structlog.get_logger().warning("broadcast.paused", broadcast=self._broadcast.id)
        counts = await self._store.ledger.counts(self._broadcast.id)
        await self._store.broadcasts.progress(self._broadcast.id, counts=counts, rate=0.0)
        await self._leases.release(_lease(self._broadcast), self._owner)


def _lease(broadcast: Broadcast) -> str:
    return f"broadcast:{broadcast.id}"
