"""The clocks of a case follow its moves, on the real store and by the service that staff use."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.casework.service import Casework, Draft
from bot.chance import SecureChance
from bot.clocks.calendar import SHANGHAI, WorkCalendar
from bot.clocks.clockwork import ClockSetter
from bot.clocks.rules import Rule, Rules
from storage.cases import Actor, ActorKind, CaseFilter, CaseState
from storage.clocks import Light, Limit, Stage, TimeUnit
from storage.store import Store

STAFF = Actor(kind=ActorKind.STAFF, name="王芳")


class Office:
    """Cases that are filed and moved while a clock is turned."""

    def __init__(self, database, vault, rules=None) -> None:
        self.now = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)  # a Monday, 9:00 in Shanghai
        self.rules = rules or Rules()
        self.setter = ClockSetter(calendar=WorkCalendar(), rules=lambda: self.rules)
        self._database, self._vault = database, vault

    async def open(self) -> "Office":
        self.store = await Store.open(self._database, self._vault, clockwork=self.setter)

        async def kick(_ids):
            return None

        self.work = Casework(
            store=self.store, clock=lambda: self.now, chance=SecureChance(), office="某市信访局", kick=kick
        )
        return self

    async def file(self, **facts) -> str:
        made = await self.work.create(Draft(content="路灯坏了", **facts), actor=STAFF, key=f"k{self.now}{facts}")
        return made.case.number

    async def move(self, number, to, **more):
        await self.work.move(number, to=CaseState(to), actor=STAFF, **more)

    async def clocks(self, number):
        case = await self.store.cases.get(number)
        return {(clock.stage, index): clock for index, clock in enumerate(case.clocks)}

    async def light(self, number, stage):
        case = await self.store.cases.get(number)
        return [clock for clock in case.clocks if clock.stage is stage][-1].light(self.now)


@pytest.fixture
async def office(database, vault) -> Office:
    return await Office(database, vault).open()


async def test_a_new_case_has_fifteen_days_to_be_accepted(office):
    number = await office.file()
    [(key, clock)] = (await office.clocks(number)).items()
    assert key == (Stage.ACCEPT, 0)
    assert clock.due_at == datetime(2026, 3, 17, 15, 59, 59, tzinfo=UTC)


async def test_acceptance_stops_one_clock_and_starts_two(office):
    number = await office.file()
    office.now += timedelta(days=1)
    await office.move(number, "accepted")
    clocks = await office.clocks(number)
    assert [stage for stage, _ in clocks] == [Stage.ACCEPT, Stage.ANSWER, Stage.CLOSE]
    assert await office.light(number, Stage.ACCEPT) is Light.DONE
    assert clocks[Stage.ANSWER, 1].due_at == datetime(2026, 3, 10, 15, 59, 59, tzinfo=UTC)
    assert clocks[Stage.CLOSE, 2].due_at == datetime(2026, 5, 6, 15, 59, 59, tzinfo=UTC)  # 2 May is in the holidays


async def test_danger_to_life_has_two_hours(office):
    number = await office.file(urgency="critical")
    assert (await office.clocks(number))[Stage.ACCEPT, 0].due_at == office.now + timedelta(hours=2)


async def test_while_the_filer_is_asked_the_clock_stands_and_their_answer_lets_it_go_on(office):
    number = await office.file()
    office.now += timedelta(days=2)
    await office.move(number, "needs_info")
    office.now += timedelta(days=30)
    assert await office.light(number, Stage.ACCEPT) is Light.PAUSED
    await office.move(number, "submitted")
    # 15 days, the 30 paused left out
    assert (await office.clocks(number))[Stage.ACCEPT, 0].due_at == datetime(2026, 4, 16, 15, 59, 59, tzinfo=UTC)
    assert await office.light(number, Stage.ACCEPT) is Light.GREEN


async def test_an_answer_in_one_step_keeps_its_figures(office):
    number = await office.file()
    office.now += timedelta(days=16)
    await office.move(number, "accepted")
    await office.move(number, "answered", answer="已修好")
    assert await office.light(number, Stage.ACCEPT) is Light.LATE
    assert await office.light(number, Stage.ANSWER) is Light.DONE


async def test_second_handling_has_clocks_of_its_own_and_the_first_stay(office):
    number = await office.file()
    await office.move(number, "accepted")
    await office.move(number, "answered", answer="已修好")
    office.now += timedelta(days=3)
    await office.move(number, "reopened")
    stages = [stage for stage, _ in await office.clocks(number)]
    assert stages == [Stage.ACCEPT, Stage.ANSWER, Stage.CLOSE, Stage.ANSWER, Stage.CLOSE]
    case = await office.store.cases.get(number)
    assert [clock.stopped_at is None for clock in case.clocks] == [False, False, False, True, True]


@pytest.mark.parametrize("end", ["refused", "withdrawn"])
async def test_nothing_runs_after_the_end(office, end):
    number = await office.file()
    await office.move(number, end)
    assert (await office.store.cases.get(number)).next_clock is None


async def test_lists_know_what_is_due_without_a_calendar(office):
    late, fresh = await office.file(), await office.file(type="投诉")
    await office.move(fresh, "accepted")
    office.now += timedelta(days=16)
    found = await office.store.cases.list(CaseFilter(open=True, due_before=office.now))
    assert {case.number for case in found.items} == {late, fresh}
    found = await office.store.cases.list(CaseFilter(open=True, due_before=office.now - timedelta(days=3)))
    assert {case.number for case in found.items} == {fresh}


async def test_the_narrowest_rule_counts_and_urgency_before_all(database, vault):
    own = (
        Rule(id="dust", stage=Stage.ANSWER, category="市容环境", limit=Limit(amount=4, unit=TimeUnit.WORKING_HOURS)),
        Rule(
            id="plaint", stage=Stage.ANSWER, type="投诉", category="市容环境", limit=Limit(amount=7, unit=TimeUnit.DAYS)
        ),
        Rule(id="answer", stage=Stage.ANSWER, limit=Limit(amount=3, unit=TimeUnit.WORKING_DAYS)),
    )
    office = await Office(database, vault, Rules(own)).open()
    for facts, rule in (
        ({"type": "求助", "category": "市容环境/暴露垃圾"}, "dust"),
        ({"type": "投诉", "category": "市容环境"}, "plaint"),
        ({"type": "求助", "category": "市容环境卫生"}, "answer"),
        ({"type": "投诉", "category": "市容环境", "urgency": "critical"}, "answer-critical"),
    ):
        number = await office.file(**facts)
        await office.move(number, "accepted")
        assert (await office.clocks(number))[Stage.ANSWER, 1].rule == rule


async def test_a_changed_rule_sets_running_clocks_anew_and_leaves_the_stopped_alone(office):
    number = await office.file()
    await office.move(number, "accepted")
    before = await office.store.cases.get(number)
    office.rules = Rules([Rule(id="answer", stage=Stage.ANSWER, limit=Limit(amount=10, unit=TimeUnit.WORKING_DAYS))])
    after = office.setter.set_anew(before)
    assert after[0] == before.clocks[0]
    assert after[1].due_at == datetime(2026, 3, 16, 15, 59, 59, tzinfo=UTC)


async def test_an_extension_is_added_to_the_end(office):
    number = await office.file()
    await office.move(number, "accepted")
    case = await office.store.cases.get(number)
    longer = office.setter.extended(case, Stage.CLOSE, Limit(amount=30, unit=TimeUnit.DAYS))
    # 60 days end on 1 May, so on 6 May, the first workday after the holidays; and 30 days
    assert longer[2].due_at == datetime(2026, 6, 5, 15, 59, 59, tzinfo=UTC)


@pytest.mark.parametrize(("days", "until"), [(1, "2026-02-14"), (2, "2026-02-24"), (6, "2026-02-28")])
async def test_a_unit_may_return_within_the_offices_own_number_of_working_days(days, until):
    """Assigned on 13 February 2026; off until the 23rd, Saturday the 14th and the 28th are worked (exchanged)."""
    setter = ClockSetter(calendar=WorkCalendar(), rules=Rules, return_days=days)
    for one in (setter, setter.by(Rules())):
        last = one.returnable_until(datetime(2026, 2, 13, 2, 0, tzinfo=UTC))
        assert last.astimezone(SHANGHAI).date().isoformat() == until
