"""What the office does with a case besides moving it, on the real store."""

from datetime import UTC, datetime, timedelta

import pytest
from console_client import UNITS

from bot.casework.service import Casework, Draft
from bot.casework.shirking import flags_in
from bot.casework.staffwork import NotNow, StaffWork, answers_ready
from bot.chance import SecureChance
from bot.clocks.calendar import WorkCalendar
from bot.clocks.clockwork import ClockSetter
from bot.clocks.rules import Rules
from storage.cases import Actor, ActorKind, AssignmentState, CaseState, EntryKind
from storage.clocks import Limit, Stage, TimeUnit
from storage.store import Store

STAFF = Actor(kind=ActorKind.STAFF, name="王芳")
CITY, CG, KW, DG, _ = UNITS


class Office:
    def __init__(self) -> None:
        self.now = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)

    async def open(self, database, vault) -> "Office":
        clocks = ClockSetter(calendar=WorkCalendar(), rules=Rules)
        self.store = await Store.open(database, vault, clockwork=clocks)
        await self.store.units.put(UNITS)

        async def kick(_ids):
            return None

        def clock():
            return self.now

        self.cases = Casework(store=self.store, clock=clock, chance=SecureChance(), office="某市信访局", kick=kick)
        self.staff = StaffWork(store=self.store, clock=clock, clocks=clocks, kick=kick)
        made = await self.cases.create(Draft(content="路灯坏了"), actor=STAFF, key="k")
        self.number = made.case.number
        await self.cases.move(self.number, to=CaseState.ACCEPTED, actor=STAFF)
        return self

    async def last(self):
        return (await self.store.cases.timeline(self.number))[-1]


@pytest.fixture
async def office(database, vault) -> Office:
    return await Office().open(database, vault)


async def test_one_unit_leads_and_others_assist_and_each_sees_the_case(office):
    case = await office.staff.set_units(office.number, lead=CG, assists=[KW, DG], note="请共同核实", actor=STAFF)
    assert [(each.unit_id, each.lead) for each in case.assignments] == [("cg", True), ("kw", False), ("kw-dg", False)]
    assert set(case.units) == {"cg", "kw", "kw-dg"}
    entry = await office.last()
    assert (entry.kind, entry.public) == (EntryKind.UNITS, False)
    assert "主办：市城管局；协办：奎文区信访局、东关街道" in entry.note


async def test_it_is_ready_when_the_lead_and_every_assist_answered_or_was_excused(office):
    await office.staff.set_units(office.number, lead=CG, assists=[KW, DG], note="", actor=STAFF)
    await office.staff.opine(office.number, "cg", "先断电再换灯", actor=STAFF)
    case = await office.staff.draft(office.number, "cg", "路灯已修好", actor=STAFF)
    assert not answers_ready(case)
    await office.staff.draft(office.number, "kw", "已配合", actor=STAFF)
    case = await office.staff.excuse(office.number, "kw-dg", "不涉及", actor=STAFF)
    assert answers_ready(case)
    lead = case.assignments[0]
    assert (lead.opinion, lead.answer, lead.state) == ("先断电再换灯", "路灯已修好", AssignmentState.ANSWERED)
    case = await office.staff.send_back(office.number, "cg", "写上电话", actor=STAFF)
    assert not answers_ready(case)


async def test_a_wrong_assignment_goes_back_and_the_unit_no_longer_sees_it(office):
    await office.staff.set_units(office.number, lead=CG, assists=[], note="", actor=STAFF)
    case = await office.staff.give_back(office.number, "cg", "属住建局职责", actor=STAFF)
    assert case.units == ()
    assert (await office.last()).kind is EntryKind.RETURNED
    with pytest.raises(NotNow, match="没有交给"):
        await office.staff.draft(office.number, "cg", "x", actor=STAFF)
    again = await office.staff.set_units(office.number, lead=KW, assists=[], note="", actor=STAFF)
    assert again.units == ("kw",)


async def test_what_is_answered_is_not_returned(office):
    await office.staff.set_units(office.number, lead=CG, assists=[], note="", actor=STAFF)
    await office.staff.draft(office.number, "cg", "已修好", actor=STAFF)
    with pytest.raises(NotNow, match="不能再退回"):
        await office.staff.give_back(office.number, "cg", "不是我们的", actor=STAFF)


async def test_a_wrong_assignment_goes_back_within_two_working_days(office):
    """Given out on Friday 13 February 2026; Saturday the 14th is worked, the Spring Festival lasts to the 23rd."""
    office.now = datetime(2026, 2, 13, 8, 0, tzinfo=UTC)
    for lead in (CG, KW):
        await office.staff.set_units(office.number, lead=lead, assists=[], note="", actor=STAFF)
        office.now = datetime(2026, 2, 24, 15, 58, tzinfo=UTC)
        case = await office.staff.give_back(office.number, lead.id, "属住建局职责", actor=STAFF)
        assert case.units == ()
        office.now = datetime(2026, 2, 13, 8, 0, tzinfo=UTC)
    case = await office.staff.set_units(office.number, lead=CG, assists=[], note="", actor=STAFF)
    assert [*office.staff.returnable(case, ["cg", "kw"])] == ["cg"]
    office.now = datetime(2026, 2, 24, 16, 1, tzinfo=UTC)
    assert not office.staff.returnable(case, ["cg", "kw"])
    with pytest.raises(NotNow, match="最迟 2026年2月24日 退回，已经过了"):
        await office.staff.give_back(office.number, "cg", "属住建局职责", actor=STAFF)
    moved = await office.staff.set_units(office.number, lead=KW, assists=[], note="", actor=STAFF)
    assert moved.units == ("kw",), "the office puts it right at any time"


async def test_one_extension_of_at_most_thirty_days_before_the_end(office):
    days = Limit(amount=30, unit=TimeUnit.DAYS)
    with pytest.raises(NotNow, match="最多 30 日"):
        await office.staff.extend(
            office.number, Stage.CLOSE, Limit(amount=31, unit=TimeUnit.DAYS), "情况复杂", actor=STAFF
        )
    case = await office.staff.extend(office.number, Stage.CLOSE, days, "情况复杂", actor=STAFF)
    assert case.clocks[-1].extension == days
    entry = await office.last()
    assert (entry.kind, entry.public) == (EntryKind.EXTENDED, True)
    assert "情况复杂" in entry.note
    with pytest.raises(NotNow, match="一次"):
        await office.staff.extend(office.number, Stage.CLOSE, days, "还要", actor=STAFF)


async def test_what_is_overdue_is_not_extended_any_more(office):
    office.now += timedelta(days=70)
    with pytest.raises(NotNow, match="超期"):
        await office.staff.extend(
            office.number, Stage.CLOSE, Limit(amount=5, unit=TimeUnit.DAYS), "情况复杂", actor=STAFF
        )


async def test_a_correction_keeps_what_stood_there_and_sets_the_clocks_by_it(office):
    before = (await office.store.cases.get(office.number)).clocks[1].due_at
    case = await office.staff.correct(office.number, actor=STAFF, urgency="critical", district="奎文区")
    assert case.clocks[1].due_at < before
    assert (await office.last()).note == "紧急程度：一般 → 特急；区县：（空） → 奎文区"
    with pytest.raises(NotNow, match="没有改动"):
        await office.staff.correct(office.number, actor=STAFF, district="奎文区")


async def test_a_settled_case_is_not_worked_on(office):
    await office.cases.move(office.number, to=CaseState.WITHDRAWN, actor=STAFF)
    with pytest.raises(NotNow, match="已撤回"):
        await office.staff.set_units(office.number, lead=CG, assists=[], note="", actor=STAFF)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ("这事不归我们管，你去找有关部门。", {"不归我们管", "去找", "有关部门"}),
        ("我局高度重视，将尽快研究研究。", {"高度重视", "尽快", "研究研究"}),
    ],
)
def test_words_that_shirk_or_promise_nothing_are_shown_before_sending(answer, words):
    assert words <= {flag.words for flag in flags_in(answer)}


def test_an_answer_that_says_who_what_and_when_has_nothing_to_flag():
    answer = (
        "您反映的东风东街路灯不亮，我局3月3日到现场查看，是电缆被施工挖断。3月5日已换好电缆，当晚恢复照明。"
        "如仍有问题请联系市城管局照明科 0536-8000000。"
    )
    assert flags_in(answer) == []
