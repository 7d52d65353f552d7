"""The desk and the figures: counted right, for what each may see."""

from datetime import timedelta

import pytest
from console_client import UNITS, Console

from bot.casework.service import Casework, Draft
from bot.chance import SecureChance
from bot.clocks.calendar import WorkCalendar
from bot.clocks.clockwork import ClockSetter
from bot.clocks.rules import Rules
from bot.console.figures import figures_feature
from storage.cases import Actor, ActorKind, CaseState
from storage.clocks import Light, Stage
from storage.figures import By, Figures
from storage.light_changes import LightChange, LightChanges
from storage.staff import Role
from storage.store import Store

STAFF = Actor(kind=ActorKind.STAFF, name="王芳")


class Office:
    def __init__(self, store, clock, console) -> None:
        self.store, self.clock, self.console = store, clock, console
        self.figures = Figures(store.database)
        self._filed = 0

        async def kick(_ids):
            return None

        self.work = Casework(store=store, clock=clock, chance=SecureChance(), office="某市信访局", kick=kick)

    async def file(self, *moves, **facts) -> str:
        self._filed += 1
        made = await self.work.create(Draft(content="路灯坏了", **facts), actor=STAFF, key=f"k{self._filed}")
        for to in moves:
            more = {"unit": "cg"} if to == "assigned" else {}
            await self.work.move(made.case.number, to=CaseState(to), actor=STAFF, **more)
        return made.case.number

    async def rate(self, number, grade):
        case = await self.store.cases.get(number)
        from storage.cases import EntryKind, TimelineEntry

        entry = TimelineEntry(at=self.clock(), actor=STAFF, kind=EntryKind.RATED)
        await self.store.committer.commit(self.store.cases.append(case, entry, satisfaction=grade))

    async def of(self, by=None, units=None):
        now = self.clock()
        return await self.figures.of(
            by, since=now - timedelta(days=60), until=now + timedelta(days=1), now=now, units=units
        )


@pytest.fixture
async def office(database, vault, clock, passwords):
    setter = ClockSetter(calendar=WorkCalendar(), rules=Rules)
    store = await Store.open(database, vault, clockwork=setter)
    await store.units.put(UNITS)
    feature = figures_feature(store=store, figures=Figures(store.database), clock=clock)
    console = Console(store, clock, passwords, features=(feature,))
    await console.start()
    yield Office(store, clock, console)
    await console.stop()


async def test_rates_are_of_what_could_be_met(office, clock):
    early = await office.file("accepted", "answered")
    await office.rate(early, 5)
    late = await office.file()
    clock.now += timedelta(days=20)
    await office.work.move(late, to=CaseState.ACCEPTED, actor=STAFF)
    waiting = await office.file()
    clock.now += timedelta(days=9)
    [row] = await office.of()
    assert (row.total, row.open, row.overdue) == (3, 3, 1)
    assert (row.told, row.in_time, row.response_rate) == (2, 1, 0.5)
    assert (row.answered, row.met, row.answer_rate) == (1, 1, 1.0)
    assert (row.rated, row.content, row.satisfaction_rate) == (1, 1, 1.0)
    assert waiting


async def test_nothing_rated_has_no_rate(office):
    await office.file()
    [row] = await office.of()
    assert row.satisfaction_rate is None
    assert row.response_rate is None


async def test_a_unit_counts_its_own_and_accusations_are_in_no_figure(office):
    await office.file("accepted", "assigned")
    await office.file("accepted")
    await office.file(accusation=True)
    [row] = await office.of()
    assert row.total == 2
    assert {each.key: each.total for each in await office.of(By.UNIT)} == {"cg": 1, "": 1}
    [own] = await office.of(units=["cg"])
    assert own.total == 1
    assert await office.of(units=["wc"]) == []


async def test_the_desk_shows_what_waits_for_the_viewer(office, clock):
    late = await office.file("accepted", "assigned")
    clock.now += timedelta(days=20)
    fresh = await office.file()
    operator = await office.console.signed_in("zuoxi", Role.OPERATOR)
    page = await operator.get("/desk")
    assert page.says("1 已超期")
    assert page.says("1 待受理")
    assert late in page.text
    assert fresh in page.text
    handler = await office.console.signed_in("chengban", Role.HANDLER, unit="cg")
    page = await handler.get("/desk")
    assert late in page.text
    assert fresh not in page.text
    assert page.says("0 待受理")
    assert page.says("正在办理的"), "units accept nothing: they see what they have in hand"


async def test_the_figures_are_a_page_and_a_table(office):
    await office.file("accepted", "assigned")
    supervisor = await office.console.signed_in("duban", Role.SUPERVISOR)
    page = await supervisor.get("/figures")
    assert page.says("市城管局")
    assert page.says("100.0%")
    assert "<rect" in page.text
    assert (await supervisor.get("/figures?since=2030-01-01&until=2030-01-02")).says("这段时间没有诉求")
    assert (await supervisor.get("/figures?since=9999-12-31&until=9999-12-31")).says("市城管局")
    assert (await supervisor.get("/figures?since=x&until=2030-01-02&by=evil")).says("市城管局")
    async with supervisor._client.get("/console/figures/export") as answer:
        assert (await answer.read()).startswith(b"PK")
    operator = await office.console.signed_in("zuoxi", Role.OPERATOR)
    assert (await operator.get("/figures")).status == 403


async def test_lights_that_turned_stand_on_the_desk_until_they_are_ticked_off_by_each(office, clock):
    kept = LightChanges(office.store.database)
    mine, accused = await office.file("accepted", "assigned"), await office.file(accusation=True)
    for number, accusation in ((mine, False), (accused, True)):
        change = LightChange(
            id=f"{number}:9",
            case_number=number,
            stage=Stage.ANSWER,
            light=Light.RED,
            at=clock(),
            due_at=clock() - timedelta(hours=1),
            units=("cg",),
            accusation=accusation,
        )
        await office.store.committer.commit([kept.add(change)])
    handler = await office.console.signed_in("chengban", Role.HANDLER, unit="cg")
    elsewhere = await office.console.signed_in("weicheng", Role.HANDLER, unit="wc")
    supervisor = await office.console.signed_in("duban", Role.SUPERVISOR)
    page = await handler.get("/desk")
    assert page.says("新亮灯")
    assert page.text.count("答复已超期") == 1
    assert mine in page.text
    assert accused not in page.text
    assert not (await elsewhere.get("/desk")).says("新亮灯")
    assert not (await handler.post("/desk/seen", {"id": f"{mine}:9"})).says("新亮灯")
    assert (await supervisor.get("/desk")).says("新亮灯"), "each ticks off for themselves"
    for role in (Role.ADMINISTRATOR, Role.DISCIPLINE, Role.NOTICE_EDITOR):
        browser = await office.console.signed_in(f"no-{role.value.replace('_', '-')}", role)
        assert (await browser.post("/desk/seen", {"id": f"{mine}:9"})).status == 403
