"""Each night, what was kept for its period is erased, and a report of it is kept. What has no period is left alone."""

import asyncio
import contextlib
import uuid
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

import structlog

from bot.casework.persons import Persons
from bot.clocks.calendar import SHANGHAI
from bot.faults import frames_of
from bot.settings_sections import Retention
from channels.base import Clock
from storage.audit import AuditLine
from storage.cases import Actor, ActorKind
from storage.erasure import RetentionReport
from storage.errors import Conflict, StorageError
from storage.leases import Leases
from storage.store import Store

AFTER_HOUR = 3
"""China's: when hardly anybody writes."""
_LOOK_S = 60.0
_LEASE, _LEASE_S = "retention", 120.0
_AT_ONCE = 100


class RetentionJob:
    """One worker a night does it, under a lease; who is cut short is followed by whoever looks next."""

    def __init__(self, *, store: Store, periods: Retention, clock: Clock) -> None:
        self._store = store
        self._periods = periods
        self._clock = clock
        self._persons = Persons(store=store, clock=clock)
        self._leases = Leases(store.database)
        self._owner = uuid.uuid4().hex

    async def run(self, stop: asyncio.Event) -> None:
        """Until told to stop."""
        while not stop.is_set():
            try:
                await self.look(stop)
            except StorageError as error:
                structlog.get_logger().warning("retention.storage_error", error=error.code)
            except Exception as error:  # noqa: BLE001 - the next look begins anew
                structlog.get_logger().error("retention.broke", error=type(error).__name__, frames=frames_of(error))
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_LOOK_S):
                    await stop.wait()

    async def look(self, stop: asyncio.Event) -> RetentionReport | None:
        """Do it where it is night and was not done yet; give the report.

        Raises:
            StorageError: it was not brought to its end; look again.
        """
        local = self._clock().astimezone(SHANGHAI)
        day = local.date().isoformat()
        newest = await self._store.erasure.reports(1)
        if local.hour < AFTER_HOUR or (newest and newest[0].day >= day) or not await self._hold():
            return None
        report = await self._done(day, stop)
        await self._leases.release(_LEASE, self._owner)
        return report

    async def _done(self, day: str, stop: asyncio.Event) -> RetentionReport | None:
        now, periods = self._clock(), self._periods
        counts = {
            "cases": await self._all(stop, self._cases, now, periods.case_days),
            "talks": await self._all(stop, self._talks, now, periods.talk_days),
        }
        if stop.is_set():
            return None
        report = RetentionReport(
            day=day, at=now, counts=counts, days={"cases": periods.case_days, "talks": periods.talk_days}
        )
        await self._store.audit.add(
            AuditLine(at=now, actor="system", name="系统", action="retention.ran", details={**counts, "day": day})
        )
        await self._store.erasure.keep_report(report)
        structlog.get_logger().info("retention.ran", **counts)
        return report

    async def _all(
        self, stop: asyncio.Event, some: Callable[[datetime], Awaitable[tuple[int, int]]], now: datetime, days: int
    ) -> int:
        """Some at a time until there are none; 0 days: kept for ever."""
        erased = 0
        while days and not stop.is_set() and await self._hold():
            looked_at, more = await some(now - timedelta(days=days))
            erased += more
            if not looked_at:
                break
        return erased

    async def _cases(self, before: datetime) -> tuple[int, int]:
        erased, numbers = 0, await self._store.erasure.cases_over(before=before, limit=_AT_ONCE)
        for number in numbers:
            case = await self._store.cases.get(number)
            if case is None or await self._store.erasure.on_the_way(number):
                continue
            with contextlib.suppress(Conflict):  # something happened to it just now: it is not over
                await self._persons.erase_now(
                    case, actor=Actor(kind=ActorKind.SYSTEM), note="保存期限已到，来信人的个人信息已删除"
                )
                erased += 1
        return erased, erased  # what is still to be told comes up again another night

    async def _talks(self, before: datetime) -> tuple[int, int]:
        return await self._store.erasure.erase_talks(before=before, now=self._clock(), limit=_AT_ONCE)

    async def _hold(self) -> bool:
        return await self._leases.hold(_LEASE, self._owner, seconds=_LEASE_S)
