"""What other rules would do to the open cases: counted before they are saved, never more."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from bot.clocks.applying import differs
from bot.clocks.clockwork import ClockSetter
from bot.clocks.rules import Rules
from storage.cases import Case, CaseFilter
from storage.clocks import CaseClock, Light
from storage.store import Store

LOOKED_AT = 2_000
_PAGE = 200


@dataclass(slots=True, kw_only=True)
class Effect:
    """Counts of open cases. ``more``: there are more than were looked at."""

    looked_at: int = 0
    changed: int = 0
    earlier: int = 0
    later: int = 0
    to_red: int = 0
    to_yellow: int = 0
    relieved: int = 0
    more: bool = False

    def add(self, case: Case, clocks: tuple[CaseClock, ...], now: datetime) -> None:
        self.looked_at += 1
        if not differs(case.clocks, clocks):
            return
        self.changed += 1
        pairs = [(old, new) for old, new in zip(case.clocks, clocks, strict=True) if old.due_at and new.due_at]
        self.earlier += any(new.due_at < old.due_at for old, new in pairs if old.due_at and new.due_at)
        self.later += any(new.due_at > old.due_at for old, new in pairs if old.due_at and new.due_at)
        before, after = _worst(case.clocks, now), _worst(clocks, now)
        self.to_red += after == _BADNESS[Light.RED] > before
        self.to_yellow += after == _BADNESS[Light.YELLOW] > before
        self.relieved += after < before


_BADNESS = {Light.YELLOW: 1, Light.RED: 2}


async def effect_of(store: Store, setter: ClockSetter, rules: Rules, now: datetime) -> Effect:
    """Count what ``rules`` would change, over the newest open cases; accusations are counted among them, unnamed."""
    effect, tried = Effect(), setter.by(rules)
    cursor: str | None = None
    while effect.looked_at < LOOKED_AT:
        page = await store.cases.list(CaseFilter(open=True), _PAGE, cursor, include_accusations=True)
        for case in page.items:
            effect.add(case, tried.set_anew(case), now)
        cursor = page.next_cursor
        if cursor is None:
            break
        await asyncio.sleep(0)  # others are served between two pages
    effect.more = cursor is not None
    return effect


def _worst(clocks: Iterable[CaseClock], now: datetime) -> int:
    return max((_BADNESS.get(clock.light(now), 0) for clock in clocks), default=0)
