"""Whom an operator should call, and writing down what was said."""

from collections.abc import Mapping
from dataclasses import dataclass

from aiohttp import web

from bot.casework.staffwork import NotNow
from bot.casework.visits import GRADES, Heard, Visits
from bot.console.cases import CaseParts, shown
from bot.console.cases.pages import CasePages
from bot.console.cases.reach import case_of, within_reach
from bot.console.routes import Call
from storage.aftercare import Solved
from storage.cases import CaseFilter
from storage.errors import BadCursor

_PAGE = 30
_LONGEST = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class AftercareParts:
    """What the pages work with."""

    cases: CaseParts
    visits: Visits


class VisitPages:
    """The list of those to call, and the form on the page of a case."""

    def __init__(self, parts: AftercareParts) -> None:
        self._visits = parts.visits
        self._cases = parts.cases
        self._store = parts.cases.store
        self._clock = parts.cases.clock

    async def list(self, call: Call) -> web.StreamResponse:
        """Closed cases that nobody graded in time, or whose filer is not content, and whom nobody reached yet."""
        now = self._clock()
        wanted = within_reach(call.viewer, CaseFilter(visit_before=now), accusations=False)
        cursor = call.query.get("cursor") or None
        try:
            page = await self._store.cases.list(wanted, _PAGE, cursor)
        except BadCursor:
            page = await self._store.cases.list(wanted, _PAGE)
        lines = [(shown.line(case, now), case) for case in page.items]
        return call.page("aftercare/visits.html", lines=lines, grades=GRADES, more=page.next_cursor or "")

    async def record(self, call: Call) -> web.StreamResponse:
        case = await case_of(self._store, call)
        try:
            heard = _heard(await call.form())
            await self._visits.record(case.number, heard, actor=call.viewer.actor)
        except NotNow as error:
            return await CasePages(self._cases).again(call, case, error.sentence)
        told = "已重新办理，来信人会收到通知" if heard.again else "回访已记录"
        return call.back(f"/cases/{case.number}", told)


def _heard(form: Mapping[str, str]) -> Heard:
    solved, grade, words = form.get("solved", ""), form.get("grade", ""), form.get("words", "")
    if len(words) > _LONGEST:
        raise NotNow(f"来信人的话最多 {_LONGEST} 字")
    return Heard(
        reached=form.get("reached") == "yes",
        solved=Solved(solved) if solved in set(Solved) else None,
        grade=int(grade) if grade in {"1", "2", "3", "4", "5"} else None,
        words=words,
        again=form.get("again") == "on",
    )
