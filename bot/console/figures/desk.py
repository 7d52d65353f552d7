"""The desk: what waits for the viewer now, of the cases they see and of what colleagues wrote."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from aiohttp import web

from bot.access.permissions import Permission
from bot.console.cases import shown
from bot.console.cases.reach import reaches, units_seen, within_reach
from bot.console.figures.approvals import Approvals, Subjects
from bot.console.routes import Call, Viewer
from channels.base import Clock
from storage.case_waits import Wait
from storage.cases import CaseFilter, CaseState
from storage.light_changes import LightChange, LightChanges
from storage.store import Store

_SHOWN = 8
_COUNTED_TO = 1_000
_LIGHTS = 20
_LATELY = timedelta(days=14)
_SEES_TO: Mapping[Wait, Permission] = {
    Wait.RETURNED: Permission.ASSIGN,
    Wait.READY: Permission.SEND_ANSWER,
    Wait.EXTENSION: Permission.SUPERVISE,
    Wait.PRESS: Permission.SUPERVISE,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pile:
    """The cases that wait for one thing. ``count`` ends at _COUNTED_TO, ``lines`` are the first."""

    wait: Wait
    count: int
    lines: Sequence[shown.Line]


class DeskPages:
    """Looked at by everybody who works on cases or approves, each for what they may see."""

    def __init__(self, *, store: Store, clock: Clock, subjects: Subjects) -> None:
        self._store = store
        self._clock = clock
        self._lights = LightChanges(store.database)
        self._approvals = Approvals(store, clock, subjects)

    async def desk(self, call: Call) -> web.StreamResponse:
        cases = await self._cases(call) if call.viewer.may(Permission.CASES) else {"cases": False}
        return call.page("figures/desk.html", **cases, approvals=await self._approvals.of(call.viewer))

    async def seen(self, call: Call) -> web.StreamResponse:
        """Tick off the lights that stood on the page; those that changed meanwhile stay."""
        await self._lights.see((await call.chosen("id"))[:_LIGHTS], call.viewer.member.id)
        return call.back("/desk", "已阅")

    async def _cases(self, call: Call) -> dict[str, Any]:
        now, own = self._clock(), call.viewer.unit.id
        wanted = {
            "red": CaseFilter(open=True, due_before=now),
            "yellow": CaseFilter(open=True, warned_before=now),
            "submitted": CaseFilter(state=CaseState.SUBMITTED),
            "needs_info": CaseFilter(state=CaseState.NEEDS_INFO),
            "open": CaseFilter(open=True),
        }
        reach = {name: within_reach(call.viewer, each, accusations=False) for name, each in wanted.items()}
        counts = await asyncio.gather(*(self._store.cases.count(each, limit=_COUNTED_TO) for each in reach.values()))
        accepts = call.viewer.may(Permission.INTAKE)
        late, fresh = await asyncio.gather(
            self._store.cases.list(reach["red"], _SHOWN),
            self._store.cases.list(reach["submitted" if accepts else "open"], _SHOWN),
        )
        return {
            "cases": True,
            "counts": dict(zip(reach, counts, strict=True)),
            "most": _COUNTED_TO,
            "accepts": accepts,
            "piles": await asyncio.gather(*(self._pile(call.viewer, wait, now) for wait in _waits(call.viewer))),
            "late": [shown.line(case, now, unit=own) for case in late.items],
            "fresh": [shown.line(case, now, unit=own) for case in fresh.items],
            "lights": await self._changed(call, now),
        }

    async def _pile(self, viewer: Viewer, wait: Wait, now: datetime) -> _Pile:
        wanted = within_reach(viewer, CaseFilter(open=True, waits=wait.value), accusations=False)
        count, page = await asyncio.gather(
            self._store.cases.count(wanted, limit=_COUNTED_TO), self._store.cases.list(wanted, _SHOWN)
        )
        return _Pile(wait=wait, count=count, lines=[shown.line(case, now, unit=viewer.unit.id) for case in page.items])

    async def _changed(self, call: Call, now: datetime) -> Sequence[tuple[LightChange, shown.Line]]:
        """The lights that turned lately in cases that the viewer sees, and that they have not ticked off."""
        found = await self._lights.unseen(
            call.viewer.member.id, units=units_seen(call.viewer), since=now - _LATELY, limit=_LIGHTS
        )
        cases = await asyncio.gather(*(self._store.cases.get(each.case_number) for each in found))
        pairs = zip(found, cases, strict=True)
        return [(each, shown.line(case, now)) for each, case in pairs if case and reaches(call.viewer, case)]


def _waits(viewer: Viewer) -> Sequence[Wait]:
    """What the viewer sees to: the office and supervisors what they decide, a unit what it has to do itself."""
    decides = [wait for wait, permission in _SEES_TO.items() if viewer.may(permission)]
    return decides or ([Wait.REWORK, Wait.PRESS] if viewer.may(Permission.HANDLE) else [])
