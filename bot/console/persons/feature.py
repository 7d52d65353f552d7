"""The page of a case's filer: a copy of what is kept, a correction, erasure; and the reports of the retention job."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote

from aiohttp import web

from bot import masking
from bot.access.permissions import Permission
from bot.casework.persons import CORRECTED, NotNow, Persons
from bot.console.cases import shown
from bot.console.cases.reach import case_of, may_reveal
from bot.console.routes import Call, Feature, Route, Tab
from channels.base import Clock
from storage.cases import Case
from storage.store import Store

_ONE = "/cases/{number}/person"
_LONGEST_REASON = 200
_REPORTS = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonParts:
    """``periods``: for how many days what is kept, by what it is called; 0: for ever."""

    store: Store
    clock: Clock
    periods: Mapping[str, int]


def persons_feature(parts: PersonParts) -> Feature:
    """The rights of persons, as a part of the console."""
    pages, needs = PersonPages(parts), Permission.PERSONS
    return Feature(
        routes=(
            Route(method="GET", path=_ONE, handler=pages.page, needs=needs),
            Route(method="POST", path=f"{_ONE}/copy", handler=pages.copy, needs=needs),
            Route(method="POST", path=f"{_ONE}/correct", handler=pages.correct, needs=needs),
            Route(method="POST", path=f"{_ONE}/erase", handler=pages.erase, needs=needs),
            Route(method="GET", path="/retention", handler=pages.retention, needs=Permission.AUDIT),
        ),
        tabs=(Tab(path="/retention", label="保存期限", needs=frozenset({Permission.AUDIT}), order=92),),
    )


class PersonPages:
    """Of a confidential case the office alone sees to it, as with its name and phone."""

    def __init__(self, parts: PersonParts) -> None:
        self._parts = parts
        self._persons = Persons(store=parts.store, clock=parts.clock)

    async def page(self, call: Call) -> web.StreamResponse:
        return self._page(call, await self._case(call))

    async def copy(self, call: Call) -> web.StreamResponse:
        case, reason = await self._case(call), await _reason(call)
        if not reason:
            return self._page(call, case, "请写明原因")
        text = await self._persons.copy(case, by=call.viewer.by, reason=reason)
        name = quote(f"{case.number}-个人信息.txt")
        headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{name}"}
        return web.Response(body=f"\ufeff{text}".encode(), content_type="text/plain", charset="utf-8", headers=headers)

    async def correct(self, call: Call) -> web.StreamResponse:
        """A field left empty stays as it is: what is shown masked cannot be typed over by mistake."""
        case, reason, form = await self._case(call), await _reason(call), await call.form()
        given = {name: form[name] for name in CORRECTED if form.get(name)}
        if not reason or not given:
            return self._page(call, case, "请写明原因" if given else "请填写要更正的内容")
        try:
            told = await self._persons.correct(case, actor=call.viewer.actor, by=call.viewer.by, reason=reason, **given)
        except NotNow as error:
            return self._page(call, case, error.sentence)
        return call.back(f"/cases/{case.number}/person", f"已更正{'、'.join(told)}")

    async def erase(self, call: Call) -> web.StreamResponse:
        case, reason = await self._case(call), await _reason(call)
        if not reason:
            return self._page(call, case, "请写明原因")
        try:
            await self._persons.erase(case, actor=call.viewer.actor, by=call.viewer.by, reason=reason)
        except NotNow as error:
            return self._page(call, case, error.sentence)
        return call.back(f"/cases/{case.number}", "来信人的个人信息已删除，办理过程保留")

    async def retention(self, call: Call) -> web.StreamResponse:
        return call.page(
            "persons/retention.html",
            periods=self._parts.periods,
            reports=await self._parts.store.erasure.reports(_REPORTS),
        )

    async def _case(self, call: Call) -> Case:
        case = await case_of(self._parts.store, call)
        if not may_reveal(call.viewer, case):
            raise web.HTTPForbidden
        return case

    def _page(self, call: Call, case: Case, problem: str = "") -> web.StreamResponse:
        return call.page(
            "persons/person.html",
            status=422 if problem else 200,
            case=case,
            title=masking.text(case.title, person=case.filer.name),
            filer=shown.filer(case, full=False),
            fields=CORRECTED,
            problem=problem,
        )


async def _reason(call: Call) -> str:
    return (await call.form()).get("reason", "")[:_LONGEST_REASON]
