"""What units, supervisors and leaders do with a case."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import date, datetime, time, timedelta

from aiohttp import web

from bot.casework.staffwork import LONGEST_EXTENSION_DAYS, NotNow
from bot.clocks.calendar import SHANGHAI
from bot.console.cases import shown
from bot.console.cases.actions import Refused, needed
from bot.console.cases.once import keyed
from bot.console.cases.pages import CasePages
from bot.console.cases.parts import CaseParts
from bot.console.cases.reach import case_of, reaches
from bot.console.cases.searches import Searches
from bot.console.routes import Call
from storage.cases import AssignmentState, Case, CaseState, EntryKind, lawful_moves
from storage.clocks import Limit, Stage, TimeUnit
from storage.errors import AlreadyThere, Conflict
from storage.units import Unit

_MOST_AT_ONCE = 100
_LONGEST_NOTE = 500
_LAST_MINUTE = time(23, 59)
_FURTHEST = timedelta(days=366)


class UnitActions:
    """Assigning, opinions, drafts, returns, extensions, instructions, supervision."""

    def __init__(self, parts: CaseParts) -> None:
        self._parts = parts
        self._work = parts.staffwork
        self._searches = Searches(parts.store.vault, parts.clock)

    async def assign(self, call: Call) -> web.StreamResponse:
        assists = [unit for code in await call.chosen("assist") if (unit := _unit(call, code))]

        async def do(case: Case, form: Mapping[str, str]) -> str:
            lead = _unit(call, form.get("lead", ""))
            if lead is None:
                raise Refused("请选择主办单位")
            await self._assign(call, case, lead, assists, form.get("note", ""))
            return f"已转办{lead.name}"

        return await self._do(call, do)

    async def charge(self, call: Call) -> web.StreamResponse:
        async def do(case: Case, form: Mapping[str, str]) -> str:
            unit, due_at = form.get("unit", ""), _end_of(form.get("until", ""), self._parts.clock())
            # What was shown masked and comes back unchanged stays as it was written.
            before = {shown.words(case, each.note, full=False): each.note for each in case.assignments}
            note = form.get("note", "").replace("\r\n", "\n")
            note = before.get(note, note)
            if len(note) > _LONGEST_NOTE:
                raise Refused(f"交办说明最多 {_LONGEST_NOTE} 字")
            await self._work.charge(case.number, unit, note=note, due_at=due_at, actor=call.viewer.actor)
            return "交办说明和期限已保存，承办单位看得到"

        return await self._do(call, do)

    async def assign_several(self, call: Call) -> web.StreamResponse:
        """The ticked cases to one unit; what cannot be assigned is left as it is, and counted."""
        call = await keyed(call)
        form = await call.form()
        lead = _unit(call, form.get("lead", ""))
        numbers = (await call.chosen("number"))[:_MOST_AT_ONCE]
        back = self._searches.back(call, "/cases", form.get("back", ""))
        if lead is None or not numbers:
            return call.back(back, "没有转办：请先勾选诉求，再选主办单位")
        done = 0
        for number in numbers:
            case = await self._parts.store.cases.get(number)
            if case is None or not reaches(call.viewer, case) or case.accusation:
                continue
            try:
                await self._assign(call, case, lead, [], form.get("note", ""))
            except (NotNow, Refused, Conflict):
                continue
            except AlreadyThere:  # by the same form, sent twice
                pass
            done += 1
        left = len(numbers) - done
        return call.back(back, f"{done} 件已转办{lead.name}" + (f"，{left} 件的状态不能转办" if left else ""))

    async def opinion(self, call: Call) -> web.StreamResponse:
        async def do(case: Case, form: Mapping[str, str]) -> str:
            words = needed(form, "words", "拟办意见")
            await self._work.opine(case.number, _own(call, case, form), words, actor=call.viewer.actor)
            return "拟办意见已保存"

        return await self._do(call, do)

    async def draft(self, call: Call) -> web.StreamResponse:
        async def do(case: Case, form: Mapping[str, str]) -> str:
            words = needed(form, "words", "拟答复")
            await self._work.draft(case.number, _own(call, case, form), words, actor=call.viewer.actor)
            return "拟答复已提交，等待审核"

        return await self._do(call, do)

    async def give_back(self, call: Call) -> web.StreamResponse:
        async def do(case: Case, form: Mapping[str, str]) -> str:
            words = needed(form, "words", "退回的理由")
            await self._work.give_back(case.number, _own(call, case, form), words, actor=call.viewer.actor)
            return "已退回，由信访部门重新转办"

        return await self._do(call, do, gone="/cases")

    async def send_back(self, call: Call) -> web.StreamResponse:
        async def do(case: Case, form: Mapping[str, str]) -> str:
            words = needed(form, "words", "要修改什么")
            await self._work.send_back(case.number, form.get("unit", ""), words, actor=call.viewer.actor)
            return "已退给承办单位修改"

        return await self._do(call, do)

    async def excuse(self, call: Call) -> web.StreamResponse:
        async def do(case: Case, form: Mapping[str, str]) -> str:
            words = needed(form, "words", "免于办理的原因")
            await self._work.excuse(case.number, form.get("unit", ""), words, actor=call.viewer.actor)
            return "已免于办理"

        return await self._do(call, do)

    async def ask_extension(self, call: Call) -> web.StreamResponse:
        async def do(case: Case, form: Mapping[str, str]) -> str:
            words = f"申请延长 {_days(form)} 日：{needed(form, 'words', '延期的原因')}"
            await self._work.enter(case.number, EntryKind.EXTENSION_ASKED, words, actor=call.viewer.actor)
            return "延期申请已提交，等待审批"

        return await self._do(call, do)

    async def extend(self, call: Call) -> web.StreamResponse:
        async def do(case: Case, form: Mapping[str, str]) -> str:
            reason = needed(form, "words", "延期的原因（会告知来信人）")
            stage = Stage(form["stage"]) if form.get("stage") in set(Stage) else Stage.CLOSE
            days = Limit(amount=_days(form), unit=TimeUnit.DAYS)
            await self._work.extend(case.number, stage, days, reason, actor=call.viewer.actor)
            return "已批准延期，来信人会收到通知和原因"

        return await self._do(call, do)

    async def refuse_extension(self, call: Call) -> web.StreamResponse:
        return await self._enter(call, EntryKind.EXTENSION_REFUSED, "不同意的原因", "已退回延期申请，期限不变")

    async def instruct(self, call: Call) -> web.StreamResponse:
        return await self._enter(call, EntryKind.INSTRUCTED, "批示", "批示已记录")

    async def press(self, call: Call) -> web.StreamResponse:
        return await self._enter(call, EntryKind.PRESSED, "督办要求", "督办已发出")

    async def press_answer(self, call: Call) -> web.StreamResponse:
        return await self._enter(call, EntryKind.PRESS_ANSWERED, "督办反馈", "督办反馈已提交")

    async def _enter(self, call: Call, kind: EntryKind, label: str, told: str) -> web.StreamResponse:
        async def do(case: Case, form: Mapping[str, str]) -> str:
            await self._work.enter(case.number, kind, needed(form, "words", label), actor=call.viewer.actor)
            return told

        return await self._do(call, do)

    async def _do(
        self, call: Call, do: Callable[[Case, Mapping[str, str]], Awaitable[str]], *, gone: str = ""
    ) -> web.StreamResponse:
        case = await case_of(self._parts.store, call)
        try:
            told = await do(case, await call.form())
        except (Refused, NotNow) as error:
            return await CasePages(self._parts).again(call, case, error.sentence)
        after = await self._parts.store.cases.get(case.number)
        visible = after is not None and reaches(call.viewer, after)
        return call.back(f"/cases/{case.number}" if visible else gone or "/", told)

    async def _assign(self, call: Call, case: Case, lead: Unit, assists: list[Unit], note: str) -> None:
        """Set the units, and tell the filer where their case went if that is news."""
        if CaseState.ASSIGNED not in lawful_moves(case.state) and case.state not in _WORKED_ON:
            raise Refused(f"这件诉求现在是“{case.state.label}”，还不能转办，请先受理")
        actor = call.viewer.actor
        await self._work.set_units(case.number, lead=lead, assists=assists, note=note, actor=actor)
        if CaseState.ASSIGNED in lawful_moves(case.state):
            await self._parts.casework.move(case.number, to=CaseState.ASSIGNED, actor=actor, unit=lead.id, public=True)
        elif lead.id not in {each.unit_id for each in case.leads} and await self._knows_a_unit(case):
            told = f"承办单位改为：{lead.name}"
            await self._parts.casework.note(case.number, actor=actor, note=told, public=True)

    async def _knows_a_unit(self, case: Case) -> bool:
        """Whether the filer was told which unit has it."""
        entries = await self._parts.store.cases.timeline(case.number)
        return any(entry.public and entry.to_state is CaseState.ASSIGNED for entry in entries)


_WORKED_ON = frozenset({CaseState.ASSIGNED, CaseState.IN_PROGRESS})


def _unit(call: Call, code: str) -> Unit | None:
    """A unit that the viewer may assign to."""
    unit = call.viewer.tree.get(code)
    return unit if unit is not None and unit.active and call.viewer.sees_unit(code) else None


def _own(call: Call, case: Case, form: Mapping[str, str]) -> str:
    """The unit for which the viewer acts: one that works on the case, and is theirs or below.

    Raises:
        Refused: there is none.
    """
    working = [each.unit_id for each in case.assignments if each.unit_id and each.state is not AssignmentState.RETURNED]
    mine = [code for code in working if call.viewer.sees_unit(code)]
    chosen = form.get("unit", "")
    if chosen in mine:
        return chosen
    if not mine:
        raise Refused("这件诉求没有交给您的单位办理")
    return call.viewer.unit.id if call.viewer.unit.id in mine else mine[0]


def _end_of(text: str, now: datetime) -> datetime | None:
    """The end of a day that is still to come; None where none is given.

    Raises:
        Refused: it is no such day.
    """
    if not text:
        return None
    try:
        end = datetime.combine(date.fromisoformat(text), _LAST_MINUTE, SHANGHAI)
    except ValueError:
        raise Refused("期限请填日期") from None
    if not now < end < now + _FURTHEST:
        raise Refused("期限应在今天以后、一年之内")
    return end


def _days(form: Mapping[str, str]) -> int:
    text = form.get("days", "")
    if not text.isascii() or not text.isdecimal() or not 1 <= int(text[:4]) <= LONGEST_EXTENSION_DAYS:
        raise Refused(f"延期天数应为 1 到 {LONGEST_EXTENSION_DAYS}")
    return int(text)
