"""What is done with a case by moving it: accepting, refusing, asking, answering, closing; and notes and corrections."""

from collections.abc import Mapping

from aiohttp import web

from bot.casework.shirking import flags_in
from bot.casework.staffwork import URGENCIES, NotNow
from bot.console.cases import shown
from bot.console.cases.grounds import BY_ID
from bot.console.cases.letters import WrongDay, received_in
from bot.console.cases.pages import CasePages
from bot.console.cases.parts import LONGEST, CaseParts
from bot.console.cases.reach import case_of
from bot.console.form_keys import new_key
from bot.console.routes import Call
from storage.cases import CASE_TYPES, Case, CaseState
from storage.errors import IllegalMove


class Refused(Exception):
    """``sentence`` is shown above the case; what was typed stands in the form again (``bot.console.sent_again``)."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


def needed(form: Mapping[str, str], name: str, label: str) -> str:
    """A field that must be filled.

    Raises:
        Refused: it is empty or too long.
    """
    value = form.get(name, "")
    if not value:
        raise Refused(f"请填写{label}")
    if len(value) > LONGEST:
        raise Refused(f"{label}最多 {LONGEST} 字")
    return value


class CaseActions:
    """Moves, notes, corrections."""

    def __init__(self, parts: CaseParts) -> None:
        self._parts = parts
        self._work = parts.casework

    async def accept(self, call: Call) -> web.StreamResponse:
        note = (await call.form()).get("note", "")
        return await self._move(call, CaseState.ACCEPTED, note=note, told="已受理，来信人会收到通知")

    async def refuse(self, call: Call) -> web.StreamResponse:
        """With a lawful ground and where to turn instead: nobody is sent away without an address."""
        form = await call.form()
        ground = BY_ID.get(form.get("ground", ""))
        if ground is None:
            return await self._again(call, "请选择不予受理的理由")
        try:
            words, elsewhere = needed(form, "words", "告知来信人的话"), needed(form, "elsewhere", "可以向哪里提出")
        except Refused as refused:
            return await self._again(call, refused.sentence)
        return await self._move(
            call, CaseState.REFUSED, ground=words, elsewhere=elsewhere, told="已告知不予受理，并说明了去处"
        )

    async def ask(self, call: Call) -> web.StreamResponse:
        form = await call.form()
        try:
            note = needed(form, "note", "要来信人补充什么")
        except Refused as refused:
            return await self._again(call, refused.sentence)
        return await self._move(call, CaseState.NEEDS_INFO, note=note, told="已请来信人补充，期限暂停计时")

    async def resume(self, call: Call) -> web.StreamResponse:
        note = (await call.form()).get("note", "")
        return await self._move(call, CaseState.SUBMITTED, note=note, told="已恢复为待受理，继续计时")

    async def progress(self, call: Call) -> web.StreamResponse:
        """Work has begun, or goes on; ticked, the filer is told."""
        form = await call.form()
        try:
            note = needed(form, "note", "办理情况")
        except Refused as refused:
            return await self._again(call, refused.sentence)
        case = await case_of(self._parts.store, call)
        public = form.get("public") == "on"
        if case.state in {CaseState.ACCEPTED, CaseState.ASSIGNED, CaseState.REOPENED}:
            return await self._move(call, CaseState.IN_PROGRESS, note=note, public=public, told="办理情况已记录")
        await self._work.note(case.number, actor=call.viewer.actor, note=note, public=public)
        return _back(call, case, "办理情况已记录" + ("，来信人会收到通知" if public else ""))

    async def note(self, call: Call) -> web.StreamResponse:
        form = await call.form()
        try:
            note = needed(form, "note", "内部记录")
        except Refused as refused:
            return await self._again(call, refused.sentence)
        case = await case_of(self._parts.store, call)
        await self._work.note(case.number, actor=call.viewer.actor, note=note)
        return _back(call, case, "已记录，只有工作人员看得到")

    async def answer(self, call: Call) -> web.StreamResponse:
        """Send the answer. Words that shirk are shown first; sent nevertheless by a second, deliberate click."""
        form = await call.form()
        case = await case_of(self._parts.store, call)
        try:
            answer = needed(form, "answer", "答复内容")
        except Refused as refused:
            return await self._again(call, refused.sentence)
        flags = flags_in(answer)
        if flags and form.get("sure") != "on":
            return call.page(
                "cases/answer.html",
                case=case,
                line=shown.line(case, self._parts.clock()),
                answer=answer,
                flags=flags,
                once=new_key(),
            )
        return await self._move(call, CaseState.ANSWERED, answer=answer, told="答复已发出")

    async def close(self, call: Call) -> web.StreamResponse:
        note = (await call.form()).get("note", "")
        return await self._move(call, CaseState.CLOSED, note=note, told="已办结")

    async def reopen(self, call: Call) -> web.StreamResponse:
        form = await call.form()
        try:
            note = needed(form, "note", "重新办理的原因")
        except Refused as refused:
            return await self._again(call, refused.sentence)
        return await self._move(call, CaseState.REOPENED, note=note, told="已重新办理，期限重新计算")

    async def correct(self, call: Call) -> web.StreamResponse:
        form = await call.form()
        case = await case_of(self._parts.store, call)
        fields: dict[str, object] = {
            name: form[name] for name in ("title", "type", "category", "district", "place", "urgency") if name in form
        }
        # What was shown masked and sent back unchanged is no correction.
        for name in ("title", "place"):
            if fields.get(name) == shown.words(case, getattr(case, name), full=False):
                fields.pop(name)
        fields["confidential"] = form.get("confidential") == "on"
        wrong = _wrong_field(fields, [*self._parts.categories, case.category])
        if wrong:
            return await self._again(call, wrong)
        try:
            fields |= received_in(form, case)
            await self._parts.staffwork.correct(case.number, actor=call.viewer.actor, **fields)
        except (NotNow, WrongDay) as error:
            return await self._again(call, error.sentence)
        return _back(call, case, "已更正，原来的内容留在办理过程里")

    async def _move(
        self,
        call: Call,
        to: CaseState,
        *,
        told: str,
        note: str = "",
        public: bool = True,
        ground: str | None = None,
        elsewhere: str | None = None,
        answer: str | None = None,
    ) -> web.StreamResponse:
        case = await case_of(self._parts.store, call)
        if len(note) > LONGEST:
            return await self._again(call, f"说明最多 {LONGEST} 字")
        try:
            await self._work.move(
                case.number,
                to=to,
                actor=call.viewer.actor,
                note=note,
                public=public,
                ground=ground,
                elsewhere=elsewhere,
                answer=answer,
            )
        except IllegalMove:
            return await self._again(call, f"这件诉求现在是“{case.state.label}”，不能改为“{to.label}”")
        return _back(call, case, told)

    async def _again(self, call: Call, problem: str) -> web.StreamResponse:
        """The case again, with what is wrong; nothing was changed."""
        case = await case_of(self._parts.store, call)
        return await CasePages(self._parts).again(call, case, problem)


def _wrong_field(fields: Mapping[str, object], categories: object) -> str:
    if fields.get("type") not in CASE_TYPES:
        return "类型不对"
    if fields.get("urgency") not in URGENCIES:
        return "紧急程度不对"
    if fields.get("category") and fields["category"] not in categories:  # type: ignore[operator] # a sequence
        return "没有这个类别"
    if "title" in fields and not fields["title"]:
        return "标题不能为空"
    return ""


def _back(call: Call, case: Case, told: str) -> web.StreamResponse:
    return call.back(f"/cases/{case.number}", told)
