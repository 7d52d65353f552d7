"""Each night, what was kept for its period is erased, and a report of it is kept. What has no period is left alone."""

import asyncio
import uuid
from datetime import datetime, timedelta

import structlog

from bot.casework.persons import Persons
from bot.clocks.calendar import SHANGHAI
from bot.periodic import repeatedly
from bot.publishing.rights import forget
from bot.settings_retention import Retention
from channels.base import Clock
from storage.audit import AuditLine
from storage.cases import Actor, ActorKind
from storage.erasure import RetentionReport
from storage.errors import AlreadyThere, Conflict, Unreadable
from storage.leases import Leases
from storage.store import Store

AFTER_HOUR = 3
"""China's: when hardly anybody writes."""
_LOOK_S = 60.0
_LEASE, _LEASE_S = "retention", 120.0
_AT_ONCE = 100
_CUT_SHORT = timedelta(minutes=1)
"""So long after its beginning an erasure is not under way any more."""


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
        await repeatedly(lambda: self.look(stop), stop, name="retention", seconds=_LOOK_S)

    async def look(self, stop: asyncio.Event) -> RetentionReport | None:
        """Do it where it is night and was not done yet; give the report. What was cut short is ended at any hour.

        Raises:
            StorageError: it was not brought to its end; look again.
        """
        await self._finish()
        local = self._clock().astimezone(SHANGHAI)
        day = local.date().isoformat()
        newest = await self._store.erasure.reports(1)
        if local.hour < AFTER_HOUR or (newest and newest[0].day >= day) or not await self._hold():
            return None
        report = await self._done(day, stop)
        await self._leases.release(_LEASE, self._owner)
        return report

    async def _finish(self) -> None:
        """Bring erasures to their end whose process died, or whose case had a message on its way."""
        before = self._clock() - _CUT_SHORT
        for number, at in (await self._store.erasure.unfinished(before=before, limit=_AT_ONCE)).items():
            await self._persons.finish(number, begun_at=at)
        for talk in await self._store.erasure.talks_begun(before=self._clock(), limit=_AT_ONCE):
            await self._persons.finish_talk(talk)

    async def _done(self, day: str, stop: asyncio.Event) -> RetentionReport | None:
        now, periods = self._clock(), self._periods
        counts = {
            "cases": await self._cases(stop, now, periods.case_days),
            "talks": await self._talks(stop, now, periods.talk_days),
            "bookings": await self._bookings(stop, now, periods.booking_days),
        }
        if stop.is_set():
            return None
        days = {"cases": periods.case_days, "talks": periods.talk_days, "bookings": periods.booking_days}
        report = RetentionReport(day=day, at=now, counts=counts, days=days)
        await self._store.audit.add(
            AuditLine(at=now, actor="system", name="系统", action="retention.ran", details={**counts, "day": day})
        )
        await self._store.erasure.keep_report(report)
        structlog.get_logger().info("retention.ran", **counts)
        return report

    async def _cases(self, stop: asyncio.Event, now: datetime, days: int) -> int:
        """Some at a time until there are none; 0 days: kept for ever. What cannot be erased now is passed over."""
        erased, after, passed = 0, None, list[str]()
        while days and not stop.is_set() and await self._hold():
            found = await self._store.erasure.cases_over(
                before=now - timedelta(days=days), limit=_AT_ONCE, after=after, but=passed
            )
            if not found:
                break
            for number, _ in found:
                erased += await self._erased(number)
            last = found[-1][1]
            passed = [*(passed if last == after else ()), *(number for number, at in found if at == last)]
            after = last
        return erased

    async def _erased(self, number: str) -> bool:
        """Erase who filed a case, unless something is still to be told of it: it comes up again another night."""
        try:
            case = await self._store.cases.get(number)
            if case is None or await self._store.erasure.on_the_way(number):
                return False
            actor = Actor(kind=ActorKind.SYSTEM)
            await self._persons.erase_now(case, actor=actor, note="保存期限已到，来信人的个人信息已删除")
        except Unreadable as error:  # as with a key that is lost: it keeps no other case from its end
            structlog.get_logger().error("retention.unreadable", case=number, error=error.code)
            return False
        except (Conflict, AlreadyThere):  # something happened to it just now: it is not over, or somebody was quicker
            return False
        return True

    async def _talks(self, stop: asyncio.Event, now: datetime, days: int) -> int:
        """Like ``_cases``."""
        erased = 0
        while days and not stop.is_set() and await self._hold():
            before = now - timedelta(days=days)
            looked_at, more = await self._store.erasure.erase_talks(before=before, now=now, limit=_AT_ONCE)
            erased += more
            if not looked_at:
                break
        return erased

    async def _bookings(self, stop: asyncio.Event, now: datetime, days: int) -> int:
        """Who booked a place at reception days that are as long past."""
        erased, before = 0, (now - timedelta(days=days)).astimezone(SHANGHAI).date()
        while days and not stop.is_set() and await self._hold():
            if not (found := await self._store.bookings.over(before=before, limit=_AT_ONCE)):
                break
            erased += await forget(self._store, found)
        return erased

    async def _hold(self) -> bool:
        return await self._leases.hold(_LEASE, self._owner, seconds=_LEASE_S)
