"""What is done at the counter: a case taken down, or added to one that is there; and its receipt."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, time

from aiohttp import web

from bot import masking
from bot.access.permissions import Permission
from bot.casework.by_hand import BY_HAND
from bot.casework.draft import Draft
from bot.casework.staffwork import URGENCIES
from bot.clocks.calendar import SHANGHAI, local_day
from bot.console.cases import shown
from bot.console.cases.pages import districts_of
from bot.console.cases.reach import desk_of, reaches
from bot.console.counter.files import MOST, Brought, brought
from bot.console.counter.form import (
    LONGEST,
    Given,
    Read,
    doubts_in,
    given_of,
    put_right,
    read_out,
    received_on,
    wrong_in,
)
from bot.console.counter.parts import CounterParts
from bot.console.counter.receipts import Receipt, Receipts
from bot.console.counter.twins import Twin, Twins
from bot.console.files import MOST_OF_FILES
from bot.console.routes import Call
from bot.forms import read_form
from bot.local_time import day
from dialogs.nlu.categories import Categories
from storage.audit import AuditLine
from storage.cases import CASE_TYPES, Case, Filer, Source
from storage.errors import AlreadyThere
from storage.numbers import normalise

_MOST_DOUBTS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class _Look:
    """What the form shows besides what was written."""

    wrong: Mapping[str, str] = field(default_factory=dict)
    doubts: Mapping[str, str] = field(default_factory=dict)
    twins: Sequence[Twin] = ()
    problem: str = ""

    @property
    def seen(self) -> Sequence[str]:
        return [*self.doubts, *(twin.key for twin in self.twins)]


class CounterPages:
    """The form, what it does, the receipt."""

    def __init__(self, parts: CounterParts) -> None:
        self._parts = parts
        self._store = parts.store
        self._twins = Twins(parts.store, parts.clock)
        self._receipts = Receipts(parts.store.vault, parts.clock)
        self._known: Categories | None = None

    async def form(self, call: Call) -> web.StreamResponse:
        given = Given(key=self._parts.key(), texts=True, accusation=not call.viewer.may(Permission.INTAKE))
        return self._page(call, given, Brought(kept=()), _Look())

    async def file(self, call: Call) -> web.StreamResponse:
        """File what was written; with doubts that were not shown yet, show them first. Nothing written is lost."""
        form, only = await call.form(), not call.viewer.may(Permission.INTAKE)
        given = put_right(given_of(form, only_accusations=only))
        files = await brought(
            await read_form(call.request), store=self._store, limits=self._parts.limits, now=self._parts.clock()
        )
        districts, today = districts_of(call.viewer), local_day(self._parts.clock())
        wrong = dict(wrong_in(given, categories=self._parts.categories, districts=districts, today=today))
        if files.problem:
            wrong["files"] = files.problem
        if wrong:
            return self._page(call, given, files, _Look(wrong=wrong))
        if form.get("join"):
            return await self._join(call, given, files, form["join"])
        read = read_out(given, await self._knows())
        look = await self._look(call, given, read)
        if not set(look.seen) <= set((await call.chosen("seen"))[:_MOST_DOUBTS]):
            # Sent twice, it would meet itself as its own duplicate.
            return await self._again(call, given, files) or self._page(call, given, files, look)
        return await self._file(call, given, files, read)

    async def receipt(self, call: Call) -> web.StreamResponse:
        """Good for a day, for who took the case down: also where they do not see the case itself any more."""
        opened = self._receipts.opened(call.query.get("r", ""), call.viewer.member.id)
        case = await self._store.cases.get(opened.number) if opened else None
        if opened is None or case is None:
            raise web.HTTPNotFound
        return call.page(
            "counter/receipt.html",
            receipt=opened,
            case=case,
            how=BY_HAND.get(case.source.channel, ""),
            visible=reaches(call.viewer, case),
        )

    async def _look(self, call: Call, given: Given, read: Read) -> _Look:
        doubts = doubts_in(given, await self._knows(), local_day(self._parts.clock()))
        if given.accusation:
            return _Look(doubts=doubts)
        twins = await self._twins.of(
            call.viewer,
            content=f"{given.title}\n{given.content}",
            phone=given.phone,
            category=read.category,
            district=read.district,
        )
        return _Look(doubts=doubts, twins=twins)

    async def _file(self, call: Call, given: Given, files: Brought, read: Read) -> web.StreamResponse:
        draft, now = await self._draft(call, given, read), self._parts.clock()
        try:
            made = await self._parts.casework.create(
                draft,
                actor=call.viewer.actor,
                key=_request(given),
                code=self._receipts.code(given.key),
                also=lambda new: [self._store.attachments.tie(each, [new.case.number], now=now) for each in files.kept],
            )
        except AlreadyThere:
            if known := await self._again(call, given, files):
                return known
            raise
        received = {"received": day(draft.received_at)} if draft.received_at else {}
        await self._audit(call, "case.filed", made.case.number, how=BY_HAND[given.how], **received)
        return self._to_receipt(call, made.case, given)

    async def _again(self, call: Call, given: Given, files: Brought) -> web.StreamResponse | None:
        """Where the form was filed before: the same words twice are one case, other words are another."""
        number = await self._store.numbers.draw(message_id=_request(given), at=self._parts.clock())
        case = await self._store.cases.get(number)
        if case is None:
            return None
        if (case.content, case.filer.name) == (given.content, given.name):
            return self._to_receipt(call, case, given)
        problem = f"这张表刚才已经登记为 {number}。要把现在写的再登记一件，请再点一次“登记”。"
        return self._page(call, replace(given, key=self._parts.key()), files, _Look(problem=problem))

    async def _join(self, call: Call, given: Given, files: Brought, number: str) -> web.StreamResponse:
        """Add what was told to a case that is there (信访工作条例 2022 §19: the same matter is no new case)."""
        found = await self._store.cases.get(normalise(number) or "")
        if found is None or not reaches(call.viewer, found) or not found.state.is_open:
            return self._page(call, given, files, _Look(problem="那件诉求已经办结或不在您能看的范围里，没有补充"))
        now = self._parts.clock()
        who = "" if given.anonymous or not given.name else f"（{given.name}）"
        await self._parts.casework.note(
            found.number,
            actor=call.viewer.actor,
            note=f"{BY_HAND[given.how]}补充{who}：{given.content}",
            also=lambda after: [self._store.attachments.tie(each, [after.number], now=now) for each in files.kept],
        )
        return call.back(f"/cases/{found.number}", f"已补充到 {found.number}，没有另外登记。请把办理进展告诉对方")

    async def _draft(self, call: Call, given: Given, read: Read) -> Draft:
        texted = await self._parts.texting.conversation(given.phone) if given.texts else None
        accusation, came = given.accusation, received_on(given, local_day(self._parts.clock()))
        return Draft(
            content=given.content,
            title=read.title,
            type=read.type,
            category=read.category,
            place=given.place,
            district=read.district,
            since=read.since,
            filer=Filer(
                conversation_id=texted,
                name=given.name,
                phone=given.phone,
                id_number=given.id_number,
                address=given.address,
                on_behalf_of=given.behalf,
            ),
            anonymous=given.anonymous,
            confidential=given.confidential or accusation,
            accusation=accusation,
            urgency=read.urgency,
            source=Source(channel=given.how),
            desk=desk_of(call.viewer),
            received_at=datetime.combine(came, time(), SHANGHAI) if came else None,
        )

    def _to_receipt(self, call: Call, case: Case, given: Given) -> web.StreamResponse:
        texted = masking.phone(given.phone) if case.filer.conversation_id else ""
        receipt = Receipt(number=case.number, code=self._receipts.code(given.key), texted=texted)
        return call.back(f"/counter/receipt?r={self._receipts.sealed(receipt, call.viewer.member.id)}")

    def _page(self, call: Call, given: Given, files: Brought, look: _Look) -> web.StreamResponse:
        asked_again = bool(look.wrong or look.problem)
        return call.page(
            "counter/form.html",
            status=422 if asked_again else 200,
            given=given,
            today=local_day(self._parts.clock()).isoformat(),
            wrong=look.wrong,
            doubts=look.doubts,
            twins=[(shown.line(each.case, self._parts.clock()), each) for each in look.twins],
            seen=look.seen,
            problem=look.problem,
            files=files.shown,
            most_files=MOST,
            most_body=MOST_OF_FILES,
            ways=BY_HAND,
            texting=self._parts.texting.possible,
            types=CASE_TYPES,
            categories=self._parts.categories,
            districts=districts_of(call.viewer),
            urgencies=URGENCIES,
            longest=LONGEST,
            only_accusations=not call.viewer.may(Permission.INTAKE),
            keeps_accusations=call.viewer.may(Permission.ACCUSATIONS),
        )

    async def _knows(self) -> Categories:
        if self._known is None:
            self._known = await asyncio.to_thread(self._parts.knows)
        return self._known

    async def _audit(self, call: Call, action: str, target: str, **details: object) -> None:
        by = call.viewer.by
        line = AuditLine(
            at=self._parts.clock(), actor=by.id, name=by.name, action=action, target=target, details=details
        )
        await self._store.audit.add(line)


def _request(given: Given) -> str:
    return f"counter:{given.key}"
