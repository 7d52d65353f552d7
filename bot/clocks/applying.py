"""A new version of the rules, or another calendar, reaches the open cases: each is set anew, as its timeline says.

Done by one worker under a lease, some seconds after the version was made, when every process goes by it: what a slower
one filed meanwhile by the rules of before is among the open cases then. Whoever takes over begins again; a case that
goes by the rules already is left alone.
"""

import asyncio
import contextlib
import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog

from bot.clocks.clockwork import ClockSetter
from bot.clocks.rulebook import REFRESH_S, RuleBook
from bot.local_time import at
from bot.periodic import repeatedly
from channels.base import Clock
from storage.cases import Actor, ActorKind, EntryKind, TimelineEntry
from storage.clock_rules import ClockRules
from storage.clocks import CaseClock
from storage.errors import Conflict
from storage.leases import Leases
from storage.store import Store

SETTLED = timedelta(seconds=3 * REFRESH_S)
"""After it every process that lives has read the version."""
MOST = 200_000
_LOOK_S = 3.0
_LEASE = "clock-rules"
_LEASE_S = 30.0
_PORTION = 100
_TRIES = 4


class RuleApplier:
    """Looks for a version that was not applied yet."""

    def __init__(self, *, store: Store, setter: ClockSetter, book: RuleBook, clock: Clock, leases: Leases) -> None:
        self._store = store
        self._setter = setter
        self._book = book
        self._clock = clock
        self._leases = leases
        self._kept = ClockRules(store.database)
        self._owner = uuid.uuid4().hex
        self._since: datetime | None = None
        self._calendar_seen = False

    async def run(self, stop: asyncio.Event) -> None:
        """Until ``stop``."""
        await repeatedly(lambda: self.look(stop), stop, name="clock_rules", seconds=_LOOK_S)

    async def look(self, stop: asyncio.Event) -> None:
        """Apply the newest version and the calendar, where that is due.

        Raises:
            StorageError: it was not applied to the end; look again.
        """
        await self._look_at_rules(stop)
        await self._look_at_calendar(stop)

    async def _look_at_rules(self, stop: asyncio.Event) -> None:
        newest = await self._kept.newest()
        if newest is None or newest.applied_at is not None or self._clock() - newest.at < SETTLED:
            return
        if not await self._hold():
            return
        await self._book.refresh()
        if (changed := await self._apply(f"按第 {newest.number} 版时限规则", stop)) is not None:
            await self._kept.applied(newest.number, at=self._clock(), changed=changed)
            structlog.get_logger().info("clock_rules.applied", version=newest.number, changed=changed)
        await self._leases.release(_LEASE, self._owner)

    async def _look_at_calendar(self, stop: asyncio.Event) -> None:
        """Where open cases were reckoned by another calendar: once in a process's life.

        Processes that know different days, as while they are begun anew one by one, do not undo each other's work.
        """
        self._since = self._since or self._clock()
        if self._calendar_seen or self._clock() - self._since < SETTLED:
            return
        edition = self._setter.calendar.edition
        if await self._kept.calendar() != edition:
            if not await self._hold():
                return
            changed = await self._apply("按新的放假调休安排", stop)
            if changed is None:
                return
            await self._kept.calendar_applied(edition, at=self._clock(), changed=changed)
            structlog.get_logger().info("clock_calendar.applied", changed=changed)
            await self._leases.release(_LEASE, self._owner)
        self._calendar_seen = True

    async def _apply(self, why: str, stop: asyncio.Event) -> int | None:
        """Set all anew; None where it was not brought to its end."""
        changed = 0
        for place, number in enumerate(await self._store.cases.open_numbers(MOST)):
            if place % _PORTION == 0 and (stop.is_set() or not await self._hold()):
                return None
            changed += await self._set_anew(number, why)
        return changed

    async def _hold(self) -> bool:
        return await self._leases.hold(_LEASE, self._owner, seconds=_LEASE_S)

    async def _set_anew(self, number: str, why: str) -> bool:
        for _ in range(_TRIES):
            case = await self._store.cases.get(number)
            clocks = self._setter.set_anew(case) if case else ()
            if case is None or not case.state.is_open or not differs(case.clocks, clocks):
                return False
            note = f"{why}：{told(case.clocks, clocks)}"
            actor = Actor(kind=ActorKind.SYSTEM)
            entry = TimelineEntry(at=self._clock(), actor=actor, kind=EntryKind.RECKONED, note=note)
            with contextlib.suppress(Conflict):
                await self._store.committer.commit(self._store.cases.append(case, entry, clocks=clocks))
                return True
        raise Conflict(number)


def differs(before: Sequence[CaseClock], after: Sequence[CaseClock]) -> bool:
    """Whether a limit or one of its moments is another now."""
    return any(_moments(old) != _moments(new) for old, new in zip(before, after, strict=True))


def told(before: Sequence[CaseClock], after: Sequence[CaseClock]) -> str:
    """What changed, as the timeline tells it."""
    return "；".join(
        f"{new.stage.label} {old.limit} → {new.limit}" + (f"，截止 {at(new.due_at)}" if new.due_at else "")
        for old, new in zip(before, after, strict=True)
        if _moments(old) != _moments(new)
    )


def _moments(clock: CaseClock) -> tuple[object, ...]:
    return (clock.limit, clock.warns_at, clock.due_at)
