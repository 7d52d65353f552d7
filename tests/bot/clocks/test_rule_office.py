"""Rules that an administrator changes: checked, versioned, counted before, and carried to the open cases."""

import asyncio
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from console_client import UNITS, Clock

from bot.access.members import By
from bot.casework.service import Casework, Draft
from bot.casework.staffwork import StaffWork
from bot.chance import SecureChance
from bot.clocks.applying import SETTLED, RuleApplier
from bot.clocks.calendar import WorkCalendar
from bot.clocks.clockwork import ClockSetter
from bot.clocks.rule_office import RuleOffice, WrongRule
from bot.clocks.rulebook import RuleBook
from bot.clocks.rules import DEFAULT_RULES, Rule, Rules, rule_document, rule_of
from storage.cases import Actor, ActorKind, CaseState, EntryKind
from storage.clock_rules import ClockRules, RuleVersion
from storage.clocks import Limit, Stage, TimeUnit
from storage.errors import Conflict
from storage.leases import Leases
from storage.store import Store

STAFF = Actor(kind=ActorKind.STAFF, name="王芳")
ADMIN = By(id="admin", name="管理员")
CITY, CG, *_ = UNITS
WD3 = Limit(amount=3, unit=TimeUnit.WORKING_DAYS)
WD10 = Limit(amount=10, unit=TimeUnit.WORKING_DAYS)
LAMPS = Rule(id="", stage=Stage.ANSWER, limit=WD3, category="城乡建设")
NEVER = asyncio.Event()


class Bureau:
    """One process of the service."""

    async def open(self, database, vault, clock, calendar=None):
        self.book = RuleBook(ClockRules(database))
        await self.book.refresh()
        self.setter = ClockSetter(calendar=calendar or WorkCalendar(), rules=self.book)
        self.store = await Store.open(database, vault, clockwork=self.setter)
        self.clock = clock

        async def kick(_ids):
            return None

        self.cases = Casework(store=self.store, clock=clock, chance=SecureChance(), office="某市信访局", kick=kick)
        self.staff = StaffWork(store=self.store, clock=clock, clocks=self.setter, kick=kick)
        self.office = RuleOffice(store=self.store, setter=self.setter, book=self.book, clock=clock)
        self.applier = RuleApplier(
            store=self.store, setter=self.setter, book=self.book, clock=clock, leases=Leases(database)
        )
        self.filed = 0
        return self

    async def file(self, *moves, **facts):
        self.filed += 1
        made = await self.cases.create(Draft(content="路灯坏了", **facts), actor=STAFF, key=f"{id(self)}{self.filed}")
        for to in moves:
            await self.cases.move(made.case.number, to=to, actor=STAFF)
        return made.case.number

    async def answer(self, number):
        case = await self.store.cases.get(number)
        return next(each for each in case.clocks if each.stage is Stage.ANSWER)

    async def save(self, proposal):
        return await self.office.save(proposal, base=proposal.base, by=ADMIN)

    async def reckoned(self, number):
        entries = await self.store.cases.timeline(number)
        return [each.note for each in entries if each.kind is EntryKind.RECKONED]


@pytest.fixture
def clock():
    return Clock(datetime(2026, 11, 23, 2, 0, tzinfo=UTC))


@pytest.fixture
async def bureau(database, vault, clock):
    made = await Bureau().open(database, vault, clock)
    await made.store.units.put(UNITS)
    return made


def test_a_rule_is_kept_as_it_is():
    for rule in (*DEFAULT_RULES, replace(LAMPS, id="x", unit="cg", warning_share=0.35)):
        assert rule_of(rule_document(rule)) == rule


async def test_a_change_counts_for_new_cases_at_once_and_for_open_ones_when_a_worker_comes(bureau, clock):
    lamp, other = [
        await bureau.file(CaseState.ACCEPTED, category=category) for category in ("城乡建设/路灯照明", "市容环境")
    ]
    before = await bureau.answer(other)
    version = await bureau.save(await bureau.office.put(LAMPS))
    assert (version.number, version.what) == (1, "增加：城乡建设，答复 3个工作日")
    fresh = await bureau.file(CaseState.ACCEPTED, category="城乡建设/排水")
    assert (await bureau.answer(fresh)).limit == WD3
    await bureau.applier.look(NEVER)
    assert (await bureau.answer(lamp)).limit.amount == 5, "other processes may not have read it yet"
    clock.now += SETTLED
    await bureau.applier.look(NEVER)
    clocked = await bureau.answer(lamp)
    assert (clocked.limit, clocked.due_at) == (WD3, datetime(2026, 11, 26, 15, 59, 59, tzinfo=UTC))
    assert await bureau.reckoned(lamp) == ["按第 1 版时限规则：答复 5个工作日 → 3个工作日，截止 2026年11月26日 23:59"]
    assert await bureau.answer(other) == before
    assert await bureau.reckoned(other) == []
    kept = await bureau.office.kept.newest()
    assert (kept.applied_at, kept.changed) == (clock.now, 1)
    await bureau.applier.look(NEVER)
    assert len(await bureau.reckoned(lamp)) == 1


async def test_what_stands_still_or_is_settled_is_not_harmed(bureau, clock):
    waiting = await bureau.file(CaseState.NEEDS_INFO, category="城乡建设")
    done = await bureau.file(CaseState.ACCEPTED, CaseState.ANSWERED, CaseState.CLOSED, category="城乡建设")
    was = await bureau.store.cases.get(done)
    await bureau.save(await bureau.office.put(LAMPS))
    short = replace(DEFAULT_RULES[0], limit=Limit(amount=7, unit=TimeUnit.DAYS))
    await bureau.save(await bureau.office.put(short))
    clock.now += SETTLED
    await bureau.applier.look(NEVER)
    assert await bureau.store.cases.get(done) == was
    (accept,) = (await bureau.store.cases.get(waiting)).clocks
    assert (accept.limit.amount, accept.due_at) == (7, None)
    await bureau.cases.move(waiting, to=CaseState.SUBMITTED, actor=STAFF)
    (accept,) = (await bureau.store.cases.get(waiting)).clocks
    assert accept.due_at == datetime(2026, 11, 30, 15, 59, 59, tzinfo=UTC)


async def test_a_units_own_limit_begins_to_count_when_it_gets_the_case(bureau):
    await bureau.save(await bureau.office.put(Rule(id="", stage=Stage.ANSWER, limit=WD10, unit="cg")))
    by_staff, by_api = [await bureau.file(CaseState.ACCEPTED) for _ in range(2)]
    assert (await bureau.answer(by_staff)).limit.amount == 5
    await bureau.staff.set_units(by_staff, lead=CG, assists=[], note="", actor=STAFF)
    await bureau.cases.move(by_api, to=CaseState.ASSIGNED, actor=STAFF, unit="cg")
    assert (await bureau.answer(by_staff)).limit == WD10
    assert (await bureau.answer(by_api)).limit == WD10


async def test_the_effect_is_counted_and_nothing_is_changed(bureau, clock):
    numbers = [await bureau.file(CaseState.ACCEPTED, category="城乡建设") for _ in range(3)]
    await bureau.file(CaseState.ACCEPTED, accusation=True, category="城乡建设")
    await bureau.file(CaseState.ACCEPTED, category="市容环境")
    clock.now += timedelta(days=4)
    before = [await bureau.store.cases.get(number) for number in numbers]
    effect = await bureau.office.effect(await bureau.office.put(LAMPS))
    assert (effect.looked_at, effect.changed, effect.earlier, effect.later, effect.to_red, effect.to_yellow) == (
        5, 4, 4, 0, 4, 0,
    )  # fmt: skip
    effect = await bureau.office.effect(await bureau.office.put(replace(LAMPS, limit=WD10)))
    assert (effect.changed, effect.later, effect.to_red) == (4, 4, 0)
    assert [await bureau.store.cases.get(number) for number in numbers] == before
    assert await bureau.office.kept.newest() is None


@pytest.mark.parametrize(
    ("rule", "told"),
    [
        (Rule(id="", stage=Stage.ACCEPT, limit=Limit(amount=16, unit=TimeUnit.DAYS), type="投诉"), "不能超过 15 日"),
        (Rule(id="", stage=Stage.CLOSE, limit=Limit(amount=43, unit=TimeUnit.WORKING_DAYS), type="投诉"), "最多 42"),
        (Rule(id="", stage=Stage.ANSWER, limit=WD3), "适用范围相同"),
        (Rule(id="answer", stage=Stage.ANSWER, limit=WD3, type="投诉"), "默认规则的适用范围不能改"),
        (Rule(id="gone", stage=Stage.ANSWER, limit=WD3, type="投诉"), "已经不在了"),
        (DEFAULT_RULES[0], "没有改动"),
    ],
)
async def test_what_the_law_or_sense_forbids_is_refused(bureau, rule, told):
    with pytest.raises(WrongRule) as wrong:
        await bureau.office.put(rule)
    assert told in wrong.value.sentence


async def test_each_version_can_be_gone_back_to_and_stands_in_the_audit_log(bureau, clock):
    await bureau.save(await bureau.office.put(LAMPS))
    await bureau.save(await bureau.office.put(replace(DEFAULT_RULES[3], limit=WD3)))
    with pytest.raises(WrongRule):
        await bureau.office.revert(2)
    version = await bureau.save(await bureau.office.revert(1))
    assert (version.number, version.what) == (3, "恢复到第 1 版")
    _, own = await bureau.office.own()
    assert [rule.category for rule in own] == ["城乡建设"]
    await bureau.save(await bureau.office.remove(own[0].id))
    assert (await bureau.office.own()) == (4, ())
    assert list(bureau.book()) == list(DEFAULT_RULES)
    lines = await bureau.store.audit.newest(9)
    assert [(line.action, line.details["version"], line.name) for line in lines] == [
        ("clock_rules.changed", number, "管理员") for number in (4, 3, 2, 1)
    ]
    assert (await bureau.store.audit.check())[1] is None


async def test_of_two_who_change_the_rules_at_a_time_one_is_told(bureau):
    mine = await bureau.office.put(LAMPS)
    await bureau.save(await bureau.office.put(replace(LAMPS, category="市容环境")))
    with pytest.raises(WrongRule) as wrong:
        await bureau.save(mine)
    assert "刚被别人改过" in wrong.value.sentence
    other = bureau.office.kept.put(RuleVersion(number=1, rules=(), at=bureau.clock()))
    with pytest.raises(Conflict):
        await bureau.store.committer.commit([other])


async def test_another_process_goes_by_it_after_a_look_and_after_a_start(bureau, database, vault, clock):
    other = await Bureau().open(database, vault, clock)
    await bureau.save(await bureau.office.put(LAMPS))
    assert len(list(other.book())) == len(DEFAULT_RULES)
    await other.book.refresh()
    assert list(other.book()) == list(bureau.book())
    assert list((await Bureau().open(database, vault, clock)).book()) == list(bureau.book())


async def test_several_workers_set_each_case_anew_once(bureau, database, vault, clock):
    numbers = [await bureau.file(CaseState.ACCEPTED, category="城乡建设") for _ in range(3)]
    await bureau.save(await bureau.office.put(LAMPS))
    clock.now += SETTLED
    others = [await Bureau().open(database, vault, clock) for _ in range(2)]
    await asyncio.gather(*(each.applier.look(NEVER) for each in (bureau, *others)))
    assert [len(await bureau.reckoned(number)) for number in numbers] == [1, 1, 1]
    assert (await bureau.office.kept.newest()).changed == 3


async def test_who_is_stopped_half_way_leaves_the_rest_to_the_next(bureau, clock):
    number = await bureau.file(CaseState.ACCEPTED, category="城乡建设")
    await bureau.save(await bureau.office.put(LAMPS))
    clock.now += SETTLED
    stopped = asyncio.Event()
    stopped.set()
    await bureau.applier.look(stopped)
    assert (await bureau.office.kept.newest()).applied_at is None
    await bureau.applier.look(NEVER)
    assert (await bureau.answer(number)).limit == WD3


def test_there_is_always_a_rule_for_each_stage():
    rules = Rules([replace(LAMPS, id="x")])
    assert {rule.stage for rule in rules if rule.narrowness == (False, 0)} == set(Stage)


async def test_open_cases_are_set_anew_once_where_another_calendar_is_known(bureau, database, vault, clock):
    number = await bureau.file(CaseState.ACCEPTED)
    done = await bureau.file(CaseState.ACCEPTED, CaseState.ANSWERED, CaseState.CLOSED)
    was, settled = await bureau.answer(number), await bureau.store.cases.get(done)
    later = await Bureau().open(database, vault, clock, WorkCalendar(exchanged={date(2026, 11, 25): False}))
    await later.applier.look(NEVER)
    assert await later.answer(number) == was, "other processes may not have been begun anew yet"
    clock.now += SETTLED
    await later.applier.look(NEVER)
    assert (await later.answer(number)).due_at == was.due_at + timedelta(days=1)
    assert await later.reckoned(number) == ["按新的放假调休安排：答复 5个工作日 → 5个工作日，截止 2026年12月1日 23:59"]
    assert await later.store.cases.get(done) == settled
    # Another process, which knows that calendar too, has nothing to do.
    third = await Bureau().open(database, vault, clock, WorkCalendar(exchanged={date(2026, 11, 25): False}))
    await third.applier.look(NEVER)
    clock.now += SETTLED
    await third.applier.look(NEVER)
    assert len(await third.reckoned(number)) == 1


async def test_processes_that_know_other_days_do_not_set_clocks_to_and_fro(bureau, database, vault, clock):
    number = await bureau.file(CaseState.ACCEPTED)
    later = await Bureau().open(database, vault, clock, WorkCalendar(exchanged={date(2026, 11, 25): False}))
    for _ in range(3):
        for each in (bureau, later):
            await each.applier.look(NEVER)
        clock.now += SETTLED
    assert len(await later.reckoned(number)) == 1
