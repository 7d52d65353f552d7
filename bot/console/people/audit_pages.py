"""The audit log, the newest first, narrowed to a person, a case, a kind or a day; and its check."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlencode

from aiohttp import web

from bot.clocks.calendar import SHANGHAI
from bot.console.people.audit_shown import KINDS, names_for
from bot.console.routes import Call
from storage.audit import AuditFilter, Broken
from storage.numbers import normalise
from storage.store import Store

_PAGE = 50
_CHEAP = 2_000
"""So many lines are checked in the time of a page: whoever opens the log learns at once that it holds."""
_LONGEST_NUMBER = 16
_LONGEST = 60
_HOW = {"changed": "被改过", "missing": "缺失", "unreadable": "读不出"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """The fields of the form above the log, as they were sent; ``case`` in any way of writing its number."""

    who: str = ""
    case: str = ""
    kind: str = ""
    day: str = ""

    def fields(self) -> dict[str, str]:
        return {name: value for name in self.__dataclass_fields__ if (value := getattr(self, name))}

    def filter(self) -> AuditFilter:
        since = _day(self.day)
        return AuditFilter(
            actor=self.who,
            target=(normalise(self.case) or self.case) if self.case else "",
            actions=KINDS[self.kind][1] if self.kind in KINDS else (),
            since=since,
            until=since + timedelta(days=1) if since else None,
        )


class AuditPages:
    """Who looked at or did what."""

    def __init__(self, *, store: Store) -> None:
        self._store = store

    async def list(self, call: Call) -> web.StreamResponse:
        return await self._list(call, None)

    async def check(self, call: Call) -> web.StreamResponse:
        """Read the whole chain; a log of a million lines takes some seconds."""
        return await self._list(call, await self._store.audit.check())

    async def _list(self, call: Call, checked: tuple[int, Broken | None] | None) -> web.StreamResponse:
        wanted, before = _wanted(call.query), call.query.get("before", "")
        last = int(before) if before.isascii() and before.isdecimal() and len(before) < _LONGEST_NUMBER else None
        lines = await self._store.audit.newest(_PAGE, before=last, wanted=wanted.filter())
        if checked is None and not wanted.fields() and last is None and lines and lines[0].seq <= _CHEAP:
            checked = await self._store.audit.check()
        names = await names_for(self._store, call.viewer.tree, lines)
        more = lines[-1].seq if len(lines) == _PAGE and lines[-1].seq > 1 else None
        return call.page(
            "people/audit.html",
            lines=[names.shown(line) for line in lines],
            more=urlencode(wanted.fields() | {"before": str(more)}) if more else "",
            checked=_said(*checked) if checked else "",
            broken=bool(checked and checked[1]),
            wanted=wanted,
            later=last is not None,
            kept=urlencode(wanted.fields()),
            people=names.people(),
            kinds=[(key, label) for key, (label, _) in KINDS.items()],
        )


def _said(held: int, broken: Broken | None) -> str:
    if broken is None:
        return f"{held} 条操作记录完好，没有被改动或删除"
    return f"第 {broken.seq} 条{_HOW[broken.how]}，从这里起不可信，请马上报告"


def _wanted(query: Mapping[str, str]) -> Wanted:
    values = {name: query.get(name, "").strip()[:_LONGEST] for name in Wanted.__dataclass_fields__}
    if _day(values["day"]) is None:
        values["day"] = ""
    if values["kind"] not in KINDS:
        values["kind"] = ""
    return Wanted(**values)


def _day(text: str) -> datetime | None:
    try:
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=SHANGHAI)
    except ValueError:
        return None
