"""The audit log, the newest first, narrowed to a person, a case, a kind or a day; and its check."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
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
        """Read the whole chain, and find the line of a mark noted before; a million lines take some seconds."""
        mark = (await call.form()).get("mark", "").strip()[:_LONGEST]
        new = await self._store.audit.mark()
        held, broken = await self._store.audit.check()
        checked = _Checked(said=_said(held, broken), broken=broken is not None, mark=new if broken is None else "")
        return await self._list(call, await self._compared(checked, mark) if mark else checked, noted=mark)

    async def _compared(self, checked: "_Checked", mark: str) -> "_Checked":
        try:
            there = await self._store.audit.holds(mark)
        except ValueError:
            return replace(checked, wrong=f"“{mark}”不是校验码：应像 60-0123456789abcdef0123，请照记下的再填")
        if there:
            return replace(checked, said=f"{checked.said}；记下的那一条还在，和当时一样")
        return replace(checked, wrong="记下的那一条不在了或被改过：操作记录的末尾可能被删，请马上报告", mark="")

    async def _list(self, call: Call, checked: "_Checked | None", *, noted: str = "") -> web.StreamResponse:
        wanted, before = _wanted(call.query), call.query.get("before", "")
        last = int(before) if before.isascii() and before.isdecimal() and len(before) < _LONGEST_NUMBER else None
        lines = await self._store.audit.newest(_PAGE, before=last, wanted=wanted.filter())
        if checked is None and not wanted.fields() and last is None and lines and lines[0].seq <= _CHEAP:
            held, broken = await self._store.audit.check()
            checked = _Checked(said=_said(held, broken), broken=broken is not None)
        names = await names_for(self._store, call.viewer.tree, lines)
        more = lines[-1].seq if len(lines) == _PAGE and lines[-1].seq > 1 else None
        return call.page(
            "people/audit.html",
            lines=[names.shown(line) for line in lines],
            more=urlencode(wanted.fields() | {"before": str(more)}) if more else "",
            checked=checked,
            noted=noted,
            wanted=wanted,
            later=last is not None,
            kept=urlencode(wanted.fields()),
            people=names.people(),
            kinds=[(key, label) for key, (label, _) in KINDS.items()],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Checked:
    """What a check found. ``wrong``: what is amiss with the mark that was sent; ``mark``: what to note now."""

    said: str
    broken: bool
    wrong: str = ""
    mark: str = ""


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
