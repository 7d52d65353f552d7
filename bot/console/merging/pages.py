"""Choosing the case with which another is handled: both stand side by side before anything is done."""

from collections.abc import Sequence
from dataclasses import dataclass

from aiohttp import web

from bot.casework.merging import Merging
from bot.casework.staffwork import NotNow
from bot.console.cases import CaseParts, shown
from bot.console.cases.pages import CasePages
from bot.console.cases.reach import case_of, reaches
from bot.console.form_keys import new_key
from bot.console.routes import Call
from storage.cases import Case
from storage.numbers import normalise

_LONGEST = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class MergeParts:
    """What the pages work with."""

    cases: CaseParts
    merging: Merging


class MergePages:
    """Looking for the other case, putting the two together, undoing it."""

    def __init__(self, parts: MergeParts) -> None:
        self._merging = parts.merging
        self._cases = parts.cases
        self._store = parts.cases.store

    async def form(self, call: Call) -> web.StreamResponse:
        return await self._form(call, await case_of(self._store, call))

    async def merge(self, call: Call) -> web.StreamResponse:
        case = await case_of(self._store, call)
        form = await call.form()
        leading = await self._named(call, form.get("other") or form.get("into", ""))
        if leading is None:
            return await self._form(call, case, problem="没有这件诉求：请选一件，或填对编号")
        reason = form.get("reason", "")[:_LONGEST]
        try:
            await self._merging.merge(
                case.number, into=leading.number, reason=reason, actor=call.viewer.actor, by=call.viewer.by
            )
        except NotNow as error:
            return await self._form(call, case, problem=error.sentence)
        return call.back(f"/cases/{case.number}", f"已并入 {leading.number}，两位来信人都会收到通知")

    async def split(self, call: Call) -> web.StreamResponse:
        case = await case_of(self._store, call)
        reason = (await call.form()).get("reason", "")[:_LONGEST]
        try:
            await self._merging.split(case.number, reason=reason, actor=call.viewer.actor, by=call.viewer.by)
        except NotNow as error:
            return await CasePages(self._cases).again(call, case, error.sentence)
        return call.back(f"/cases/{case.number}", "已改为单独办理，来信人会收到通知")

    async def _named(self, call: Call, words: str) -> Case | None:
        number = normalise(words)
        found = None if number is None else await self._store.cases.get(number)
        return found if found is not None and reaches(call.viewer, found) else None

    async def _form(self, call: Call, case: Case, *, problem: str = "") -> web.StreamResponse:
        others = [each for each in await self._merging.candidates(case) if reaches(call.viewer, each)]
        return call.page(
            "merging/merge.html",
            status=422 if problem else 200,
            problem=problem,
            once=new_key(),
            case=self._side(case),
            others=self._sides(others),
        )

    def _sides(self, cases: Sequence[Case]) -> list[tuple[shown.Line, str]]:
        return [self._side(each) for each in cases]

    def _side(self, case: Case) -> tuple[shown.Line, str]:
        """A case to be compared: the line of a list, and its words, masked."""
        return shown.line(case, self._cases.clock()), shown.words(case, case.content, full=False)
