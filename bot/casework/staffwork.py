"""What the office does with a case besides moving it: assigning, opinions, drafts, instructions, supervision.

Every thing is one commit: the case, and an entry of its timeline that says who did what. None of it is told to the
filer, but for an extension, whose reason the law gives them (信访工作条例 2022 §34).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import structlog

from bot.casework.announcing import notices_for
from bot.casework.links import CaseLinks
from bot.casework.notices import Notice, news
from bot.casework.service import TRIES, NoSuchCase
from bot.clocks.clockwork import ClockSetter
from bot.kick import Kick
from bot.local_time import day
from channels.base import Clock
from storage.case_waits import asks_after
from storage.cases import Actor, Assignment, AssignmentState, Case, EntryKind, TimelineEntry
from storage.clocks import Limit, Stage
from storage.errors import Conflict
from storage.records import OutboxEntry
from storage.store import Store
from storage.units import Unit

Decide = Callable[[Case, datetime], tuple[TimelineEntry, dict[str, Any]]]
"""Gives what to enter and which fields to set; raises NotNow where the case does not allow it."""

CORRECTABLE = ("title", "type", "category", "district", "place", "urgency", "confidential", "received_at")
LONGEST_EXTENSION_DAYS = 30


class NotNow(Exception):
    """The case does not allow it as it stands; ``sentence`` says why."""

    retryable = False

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class StaffWork:
    """Work on cases, by members of staff."""

    def __init__(
        self, *, store: Store, clock: Clock, clocks: ClockSetter, kick: Kick, links: CaseLinks | None = None
    ) -> None:
        self._links = links
        self._store = store
        self._clock = clock
        self._clocks = clocks
        self._kick = kick

    async def set_units(self, number: str, *, lead: Unit, assists: Sequence[Unit], note: str, actor: Actor) -> Case:
        """Say which units work on a case: one leads (主办), others assist (协办). Who works on it already goes on.

        Raises:
            NotNow: the case is settled.
        """

        def decide(case: Case, now: datetime) -> tuple[TimelineEntry, dict[str, Any]]:
            _must_be_open(case)
            there = {each.unit_id: each for each in case.assignments if each.state is not AssignmentState.RETURNED}
            wanted = [(lead, True), *((unit, False) for unit in assists if unit.id != lead.id)]
            kept = [
                replace(there[unit.id], lead=leads)
                if unit.id in there
                else Assignment(unit=unit.name, unit_id=unit.id, at=now, lead=leads, note=note)
                for unit, leads in wanted
            ]
            gone = [each for each in case.assignments if each.state is AssignmentState.RETURNED]
            names = "、".join(unit.name for unit, leads in wanted if not leads)
            told = f"主办：{lead.name}" + (f"；协办：{names}" if names else "") + (f"\n{note}" if note else "")
            assigned = replace(case, assignments=(*gone, *kept))
            sets = {"assignments": assigned.assignments, "clocks": self._clocks.set_anew(assigned)}
            return _entry(EntryKind.UNITS, actor, now, told), sets

        return await self._do(number, decide, "case.units_set")

    async def charge(self, number: str, unit_id: str, *, note: str, due_at: datetime | None, actor: Actor) -> Case:
        """Tell one of the units what it has to do, and by when: besides the case's own limits, which stay as they are.

        Its light is told as a clock's is; another day is told anew.

        Raises:
            NotNow: the unit does not work on it (any more).
        """
        told = "；".join(each for each in (note, f"限{day(due_at)}前回复" if due_at else "") if each)

        def charged(own: Assignment, now: datetime) -> dict[str, Any]:
            if own.due_at == due_at:
                return {"note": note}
            warns_at = self._clocks.warns_before(due_at, now) if due_at else None
            return {"note": note, "due_at": due_at, "warns_at": warns_at, "told_at": None}

        words = f"交办说明：{told or '（已清空）'}"
        return await self._of_unit(number, unit_id, EntryKind.UNITS, words, actor, sets=charged, while_open=True)

    async def opine(self, number: str, unit_id: str, opinion: str, *, actor: Actor) -> Case:
        """Keep the unit's 拟办意见."""

        def opined(_own: Assignment, _now: datetime) -> dict[str, Any]:
            return {"opinion": opinion}

        return await self._of_unit(number, unit_id, EntryKind.OPINION, opinion, actor, sets=opined)

    async def draft(self, number: str, unit_id: str, answer: str, *, actor: Actor) -> Case:
        """Keep what the unit would have the filer told; with it the unit has done its part."""

        def done(_own: Assignment, now: datetime) -> dict[str, Any]:
            return {"answer": answer, "state": AssignmentState.ANSWERED, "done_at": now}

        return await self._of_unit(number, unit_id, EntryKind.DRAFTED, answer, actor, sets=done)

    async def send_back(self, number: str, unit_id: str, reason: str, *, actor: Actor) -> Case:
        """Have the unit work on its answer again."""

        def again(_own: Assignment, _now: datetime) -> dict[str, Any]:
            return {"state": AssignmentState.OPEN, "done_at": None}

        return await self._of_unit(number, unit_id, EntryKind.NOTED, f"退回修改：{reason}", actor, sets=again)

    async def give_back(self, number: str, unit_id: str, reason: str, *, actor: Actor) -> Case:
        """A unit returns what was wrongly assigned to it (退回); the office assigns it anew.

        Raises:
            NotNow: the unit answered already, or its days for that are over.
        """

        def done(own: Assignment, now: datetime) -> dict[str, Any]:
            if now > (until := self._clocks.returnable_until(own.at)):
                raise NotNow(f"最迟 {day(until)} 退回，已经过了；确实不该本单位办的，请联系信访部门调整承办单位")
            return {"state": AssignmentState.RETURNED, "done_at": now, "note": reason}

        return await self._of_unit(number, unit_id, EntryKind.RETURNED, reason, actor, sets=done, while_open=True)

    @property
    def return_days(self) -> int:
        """Within how many working days a unit may give a case back."""
        return self._clocks.return_days

    def returnable(self, case: Case, units: Sequence[str]) -> Mapping[str, datetime]:
        """Which of ``units`` may give ``case`` back now, and until when."""
        until = {
            each.unit_id: self._clocks.returnable_until(each.at)
            for each in case.assignments
            if each.unit_id in units and each.state is AssignmentState.OPEN
        }
        return {unit: last for unit, last in until.items() if self._clock() <= last}

    async def excuse(self, number: str, unit_id: str, reason: str, *, actor: Actor) -> Case:
        """A unit need not answer after all."""

        def done(_own: Assignment, now: datetime) -> dict[str, Any]:
            return {"state": AssignmentState.EXCUSED, "done_at": now}

        return await self._of_unit(number, unit_id, EntryKind.UNITS, f"免于办理：{reason}", actor, sets=done)

    async def enter(self, number: str, kind: EntryKind, words: str, *, actor: Actor) -> Case:
        """Add an instruction (批示), a press (督办), its answer (督办反馈) or a request to the timeline."""

        def decide(case: Case, now: datetime) -> tuple[TimelineEntry, dict[str, Any]]:
            return _entry(kind, actor, now, words), {"asks": asks_after(case.asks, kind)}

        return await self._do(number, decide, f"case.{kind.value}")

    async def extend(self, number: str, stage: Stage, by: Limit, reason: str, *, actor: Actor) -> Case:
        """Grant the one extension of a running clock; the filer is told, with the reason.

        Raises:
            NotNow: it does not run, is past its end, was extended before, or longer than the law allows.
        """

        def decide(case: Case, now: datetime) -> tuple[TimelineEntry, dict[str, Any]]:
            running = [each for each in case.clocks if each.stage is stage and each.stopped_at is None]
            if not running or running[-1].due_at is None:
                raise NotNow(f"{stage.label}期限没有在计时，不能延期")
            if running[-1].extension is not None:
                raise NotNow("已经延期过一次，不能再延")
            if now > running[-1].due_at:
                raise NotNow("已经超期，只能在到期前延期")
            if by.amount > LONGEST_EXTENSION_DAYS:
                raise NotNow("延期最多 30 日（信访工作条例第三十四条）")
            told = f"{stage.label}期限延长{by}。原因：{reason}"
            return _entry(EntryKind.EXTENDED, actor, now, told, public=True), {
                "clocks": self._clocks.extended(case, stage, by),
                "asks": asks_after(case.asks, EntryKind.EXTENDED),
            }

        return await self._do(number, decide, "case.extended", tells=True)

    async def correct(self, number: str, *, actor: Actor, **fields: Any) -> Case:
        """Correct what was taken down wrongly; the timeline keeps what stood there before. See CORRECTABLE.

        Raises:
            NotNow: nothing would change.
        """

        def decide(case: Case, now: datetime) -> tuple[TimelineEntry, dict[str, Any]]:
            changed = {name: value for name, value in fields.items() if value != getattr(case, name)}
            if not changed:
                raise NotNow("没有改动")
            told = "；".join(
                f"{_NAMES[name]}：{_shown(getattr(case, name))} → {_shown(changed[name])}" for name in changed
            )
            corrected = replace(case, **changed)
            corrected = replace(corrected, clocks=self._clocks.set_anew(corrected))
            if "received_at" in changed:
                begun = self._clocks.begun(corrected, corrected.received_at or case.created_at)
                corrected = replace(corrected, clocks=begun)
            return _entry(EntryKind.CORRECTED, actor, now, told), changed | {"clocks": corrected.clocks}

        return await self._do(number, decide, "case.corrected")

    async def take_links_back(self, number: str, reason: str, *, actor: Actor) -> Case:
        """Make every link to the resident's page of the case void; the next notice carries a new one."""

        def decide(case: Case, now: datetime) -> tuple[TimelineEntry, dict[str, Any]]:
            entry = _entry(EntryKind.NOTED, actor, now, f"作废网页链接：{reason}")
            return entry, {"links_taken_back": case.links_taken_back + 1}

        return await self._do(number, decide, "case.links_taken_back")

    async def _of_unit(
        self,
        number: str,
        unit_id: str,
        kind: EntryKind,
        words: str,
        actor: Actor,
        *,
        sets: Callable[[Assignment, datetime], dict[str, Any]],
        while_open: bool = False,
    ) -> Case:
        def decide(case: Case, now: datetime) -> tuple[TimelineEntry, dict[str, Any]]:
            _must_be_open(case)
            own = [each for each in case.assignments if each.unit_id == unit_id]
            if not own or own[-1].state is AssignmentState.RETURNED:
                raise NotNow("这件诉求没有交给这个单位办理")
            if while_open and own[-1].state is not AssignmentState.OPEN:
                then = "不能再退回" if kind is EntryKind.RETURNED else "要先退回修改"
                raise NotNow(f"这个单位已经回复，{then}")
            changed = replace(own[-1], **sets(own[-1], now))
            assignments = tuple(changed if each is own[-1] else each for each in case.assignments)
            return _entry(kind, actor, now, f"{own[-1].unit}：{words}"), {"assignments": assignments}

        return await self._do(number, decide, f"case.{kind.value}")

    async def _do(self, number: str, decide: Decide, event: str, *, tells: bool = False) -> Case:
        for tries_left in reversed(range(TRIES)):
            case = await self._store.cases.get(number)
            if case is None:
                raise NoSuchCase(number)
            now = self._clock()
            entry, sets = decide(case, now)
            changes = self._store.cases.append(case, entry, **sets)
            after = replace(case, **sets)
            entries = await self._notices(after, entry, now) if tells else ()
            try:
                await self._store.committer.commit([*changes, *map(self._store.outbox.put, entries)])
            except Conflict:
                if not tries_left:
                    raise
            else:
                structlog.get_logger().info(event, case=number)
                if entries:
                    await self._kick([each.id for each in entries])
                return replace(after, version=case.version + 1, last_seq=case.last_seq + 1, updated_at=now)
        raise AssertionError  # pragma: no cover - the last try returns or raises

    async def _notices(self, case: Case, entry: TimelineEntry, now: datetime) -> Sequence[OutboxEntry]:
        def wording(own: bool) -> Notice:
            return news(case, entry.note, at=now, own=own)

        return await notices_for(self._store, case, wording, seq=case.last_seq + 1, at=now, links=self._links)


def answers_ready(case: Case) -> bool:
    """Whether the lead has answered, and every assist has answered or was excused."""
    working = [each for each in case.assignments if each.state is not AssignmentState.RETURNED]
    return bool(working) and all(each.state is not AssignmentState.OPEN for each in working)


def _entry(kind: EntryKind, actor: Actor, now: datetime, note: str, *, public: bool = False) -> TimelineEntry:
    return TimelineEntry(at=now, actor=actor, kind=kind, note=note, public=public)


def _must_be_open(case: Case) -> None:
    if not case.state.is_open:
        raise NotNow(f"这件诉求{case.state.label}，不能再办理")


_NAMES = {
    "title": "标题",
    "type": "类型",
    "category": "类别",
    "district": "区县",
    "place": "地点",
    "urgency": "紧急程度",
    "confidential": "保密",
    "received_at": "收到日期",
}


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    if value is None or isinstance(value, datetime):
        return day(value) if value else "登记当天"
    return URGENCIES.get(str(value), str(value)) or "（空）"


URGENCIES = {"normal": "一般", "urgent": "紧急", "critical": "特急"}
