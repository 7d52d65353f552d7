"""The pages of the cases: the list, one case, its print, its attachments, the export."""

import asyncio
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any
from urllib.parse import quote

from aiohttp import web

from bot.access.permissions import Permission
from bot.casework.responsible import responsible
from bot.casework.shirking import flags_in
from bot.casework.similar import Similar, similar_to
from bot.casework.staffwork import URGENCIES, answers_ready
from bot.casework.visits import GRADES
from bot.console.cases import shown
from bot.console.cases.filters import LIGHTS, Wanted, filter_of, wanted_of
from bot.console.cases.grounds import GROUNDS
from bot.console.cases.parts import LONGEST, CaseParts
from bot.console.cases.reach import case_of, may_reveal, reaches, within_reach
from bot.console.cases.register import found, narrowed_by_words
from bot.console.cases.searches import Searches, tells_of_a_person
from bot.console.cases.waiting import waiting_of
from bot.console.files import MOST_OF_FILES
from bot.console.form_keys import new_key
from bot.console.routes import Call, Viewer
from dialogs.faq.answers import Answer
from storage.attachment_records import AttachmentState
from storage.audit import AuditLine
from storage.case_waits import Wait
from storage.cases import CASE_TYPES, LABELS, AssignmentState, Case, CaseState, lawful_moves
from storage.errors import BadCursor
from storage.units import Unit

_PAGE = 30
_LONGEST_REASON = 200


class CasePages:
    """What is looked at."""

    def __init__(self, parts: CaseParts) -> None:
        self._parts = parts
        self._store = parts.store
        self._searches = Searches(parts.store.vault, parts.clock)

    async def list(self, call: Call) -> web.StreamResponse:
        return await self._list(call, accusations=False)

    async def accusations(self, call: Call) -> web.StreamResponse:
        return await self._list(call, accusations=True)

    async def search(self, call: Call) -> web.StreamResponse:
        """The form above the list: on to the list, whose address says no phone."""
        return self._on(call, "/cases", wanted_of(await call.form()))

    async def search_accusations(self, call: Call) -> web.StreamResponse:
        return self._on(call, "/accusations", wanted_of(await call.form()))

    def _on(self, call: Call, path: str, wanted: Wanted) -> web.StreamResponse:
        return call.back(self._searches.back(call, path, self._searches.query(call, wanted)))

    async def _list(self, call: Call, *, accusations: bool) -> web.StreamResponse:
        asked = self._searches.asked(call, call.query)
        now, wanted = self._parts.clock(), asked.wanted
        if tells_of_a_person(call.query.get("q", "")):
            return self._on(call, "/accusations" if accusations else "/cases", wanted)
        narrowed = within_reach(call.viewer, filter_of(wanted, now), accusations=accusations, unit=wanted.unit)
        narrowed = await narrowed_by_words(self._store, narrowed, wanted.q)
        cursor = call.query.get("cursor") or None
        try:
            page = await self._store.cases.list(narrowed, _PAGE, cursor, include_accusations=accusations)
        except BadCursor:
            page = await self._store.cases.list(narrowed, _PAGE, include_accusations=accusations)
        query = partial(self._searches.query, call)
        views = await self._store.views.of(call.viewer.member.id)
        return call.page(
            "cases/list.html",
            lines=[shown.line(case, now, unit=call.viewer.unit.id) for case in found(page.items, wanted.q)],
            views=[(view, query(wanted_of(view.fields))) for view in views],
            wanted=wanted,
            over=asked.over,
            kept=query(wanted),
            more=query(wanted, cursor=page.next_cursor) if page.next_cursor else "",
            later=bool(cursor),
            accusations=accusations,
            states=[("open", "未办结"), ("all", "全部"), *((state.value, label) for state, label in LABELS.items())],
            lights=LIGHTS,
            waits=list(Wait),
            types=CASE_TYPES,
            urgencies=URGENCIES,
            channels=shown.CHANNELS,
            districts=districts_of(call.viewer),
            categories=self._parts.categories,
            units=_assignable(call.viewer) if call.viewer.may(Permission.ASSIGN) and not accusations else [],
            own_units=_assignable(call.viewer),
            once=new_key(),
            may_export=call.viewer.may(Permission.EXPORT) and not accusations,
            may_reveal=call.viewer.may(Permission.REVEAL),
        )

    async def one(self, call: Call) -> web.StreamResponse:
        case = await case_of(self._store, call)
        return await self._one(call, case, full=False, template="cases/one.html")

    async def printed(self, call: Call) -> web.StreamResponse:
        case = await case_of(self._store, call)
        return await self._one(call, case, full=False, template="cases/print.html")

    async def reveal(self, call: Call) -> web.StreamResponse:
        """Name, phone and the words unmasked, on this one page; who looked, and why, stands in the audit log."""
        case = await case_of(self._store, call)
        if not may_reveal(call.viewer, case):
            raise web.HTTPForbidden
        reason = (await call.form()).get("reason", "")[:_LONGEST_REASON]
        if not reason:
            return await self.again(call, case, "请填写查看的原因")
        await self._audit(call, "case.revealed", case.number, reason=reason)
        return await self._one(call, case, full=True, template="cases/one.html")

    async def again(self, call: Call, case: Case, problem: str) -> web.StreamResponse:
        """The case as it stands, and what kept an action from being done."""
        return await self._one(call, case, full=False, template="cases/one.html", problem=problem)

    async def attachment(self, call: Call) -> web.StreamResponse:
        """The content of an attachment; it shows people and places, so that a look is audited."""
        case = await case_of(self._store, call)
        found = await self._store.attachments.get(call.path["id"])
        kept = found is not None and found.state is AttachmentState.KEPT and case.number in found.case_numbers
        if found is None or not kept or not may_reveal(call.viewer, case):
            raise web.HTTPNotFound
        await self._audit(call, "attachment.read", case.number, attachment=found.id)
        way = "inline" if found.type.startswith("image/") else "attachment"
        response = web.StreamResponse(
            headers={
                "Content-Type": found.type,
                "Content-Length": str(found.size),
                "Content-Disposition": f"{way}; filename*=UTF-8''{quote(f'{case.number}-{found.id[:8]}')}",
                "X-Content-Type-Options": "nosniff",
                "Content-Security-Policy": "default-src 'none'; sandbox",
                "Cache-Control": "no-store",
            }
        )
        await response.prepare(call.request)
        async for piece in self._store.attachments.content(found):
            await response.write(piece)
        await response.write_eof()
        return response

    def _of_units(self, viewer: Viewer, case: Case) -> Mapping[str, Any]:
        own = _own(viewer, case)
        work = self._parts.staffwork
        return {"own": own, "returnable": work.returnable(case, own), "return_days": work.return_days}

    async def _one(self, call: Call, case: Case, *, full: bool, template: str, problem: str = "") -> web.StreamResponse:
        entries, sent, attachments, merged = await asyncio.gather(
            self._store.cases.timeline(case.number),
            self._store.outbox.for_case(case.number),
            self._store.attachments.of_case(case.number),
            self._store.cases.merged_with(case.number),
        )
        now, viewer = self._parts.clock(), call.viewer
        past = await similar_to(self._store, case, may_see=partial(reaches, viewer)) if case.state.is_open else ()
        lead = next(iter(case.leads), None)
        proposed = await self._proposed(case) if _drafts(viewer, case) else ()
        chosen = _chosen(call.query.get("fill", ""), proposed, past)
        return call.page(
            template,
            status=422 if problem else 200,
            problem=problem,
            case=case,
            full=full,
            line=shown.line(case, now),
            words=lambda text: shown.words(case, text, full=full),
            filer=shown.filer(case, full=full),
            clocks=shown.clocks(case, now),
            steps=shown.steps(case, entries, sent, full=full),
            attachments=attachments,
            merged=[each for each in merged if reaches(viewer, each)],
            past=[(shown.line(each.case, now), each) for each in past],
            moves={state.value for state in lawful_moves(case.state)},
            may={permission.value for permission in viewer.permissions},
            may_reveal=may_reveal(viewer, case),
            **self._of_units(viewer, case),
            hands=MOST_OF_FILES if self._parts.limits else 0,
            ready=answers_ready(case),
            waiting=waiting_of(case, entries),
            drafts=_drafts(viewer, case),
            proposed=proposed,
            chosen=chosen,
            proposal=chosen or (lead.answer if lead else ""),
            flags=flags_in(lead.answer) if lead and lead.answer else [],
            grounds=GROUNDS,
            longest=LONGEST,
            once=new_key(),
            units=_assignable(viewer),
            likely=_likely(viewer, case),
            types=CASE_TYPES,
            urgencies=URGENCIES,
            grades=GRADES,
            categories=self._parts.categories,
            districts=districts_of(viewer),
            now=now,
        )

    async def _proposed(self, case: Case) -> Sequence[Answer]:
        return await self._parts.proposals.for_case(case) if self._parts.proposals else ()

    async def _audit(self, call: Call, action: str, target: str, **details: object) -> None:
        by = call.viewer.by
        line = AuditLine(
            at=self._parts.clock(), actor=by.id, name=by.name, action=action, target=target, details=details
        )
        await self._store.audit.add(line)


def _own(viewer: Viewer, case: Case) -> Sequence[str]:
    """The units of the viewer's that work on the case now."""
    return [
        each.unit_id
        for each in case.assignments
        if each.unit_id and each.state is not AssignmentState.RETURNED and viewer.sees_unit(each.unit_id)
    ]


def _drafts(viewer: Viewer, case: Case) -> str:
    """Where the viewer writes an answer on the page of the case: "answer" to its filer, "draft" for review, or not."""
    if CaseState.ANSWERED in lawful_moves(case.state) and (viewer.may(Permission.SEND_ANSWER) or case.accusation):
        return "answer"
    drafts = case.state.is_open and viewer.may(Permission.HANDLE) and _own(viewer, case)
    return "draft" if drafts else ""


def _chosen(key: str, proposed: Sequence[Answer], past: Sequence[Similar]) -> str:
    """The words that were chosen to begin a draft with, where the browser runs no script."""
    texts = {f"answer-{each.id}": each.said for each in proposed}
    texts |= {f"case-{each.case.number}": each.answer for each in past}
    return texts.get(key, "")


def _assignable(viewer: Viewer) -> list[tuple[str, str]]:
    """The units that the viewer may assign to, indented as they lie in the tree."""
    below = viewer.tree.below(viewer.unit.id)
    depth = len(viewer.unit.path)
    return [(unit.id, "　" * (len(unit.path) - depth) + unit.name) for unit in below if unit.active]


def _likely(viewer: Viewer, case: Case) -> Sequence[Unit]:
    """The units below the viewer's own that probably answer for the case."""
    below = (unit for unit in viewer.tree.below(viewer.unit.id) if unit.id != viewer.unit.id)
    return responsible(below, category=case.category, district=case.district)


def districts_of(viewer: Viewer) -> list[str]:
    """The districts that some unit is responsible for."""
    return sorted({district for unit in viewer.tree for district in unit.districts})
