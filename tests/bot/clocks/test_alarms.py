"""Lights that turn are told: to whom, once, in the office's hours, and by several workers at a time."""

import asyncio
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from console_client import UNITS, Clock

from bot.access.members import By, Members
from bot.casework.service import Casework, Draft
from bot.casework.staffwork import StaffWork
from bot.chance import SecureChance
from bot.clocks.alarms import NOTICE, Alarms
from bot.clocks.calendar import WorkCalendar
from bot.clocks.clockwork import ClockSetter
from bot.clocks.rules import Rule, Rules
from channels.messages import Address, Purpose
from storage.cases import Actor, ActorKind, CaseState, EntryKind
from storage.clocks import Light, Limit, Stage, TimeUnit
from storage.commit import Update
from storage.light_changes import LightChanges
from storage.staff import Role
from storage.store import Store

STAFF = Actor(kind=ActorKind.STAFF, name="王芳")
CITY, CG, KW, *_ = UNITS
MONDAY_TEN = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
PHONES = {"chengban": "13900000001", "duban": "13900000002", "quxian": "13900000003", "zuoxi": "13900000004"}


class Desk:
    def __init__(self, store, clock, setter, passwords) -> None:
        self.store, self.clock, self.kicked = store, clock, []
        self.setter = setter
        self.members = Members(store=store, passwords=passwords, clock=clock)
        self.casework = Casework(store=store, clock=clock, chance=SecureChance(), office="某市信访局", kick=self.kick)
        self.staffwork = StaffWork(store=store, clock=clock, clocks=setter, kick=self.kick)
        self.filed = 0
        self.templates = frozenset()

    async def kick(self, ids):
        self.kicked += ids

    def worker(self):
        texts = SimpleNamespace(free_text=True, notices=frozenset())
        account = SimpleNamespace(free_text=True, notices=self.templates)
        return Alarms(
            store=self.store,
            channels={
                ("sms", "main"): SimpleNamespace(capabilities=texts),
                ("wechat", "main"): SimpleNamespace(capabilities=account),
            },
            clock=self.clock,
            calendar=WorkCalendar(),
            kick=self.kick,
        )

    async def people(self):
        for login, role, unit in (
            ("chengban", Role.HANDLER, "cg"),
            ("duban", Role.SUPERVISOR, "city"),
            ("quxian", Role.HANDLER, "kw"),
            ("zuoxi", Role.OPERATOR, "city"),
        ):
            await self.members.add(login=login, name="王芳", unit=unit, roles=[role], phone=PHONES[login], by=By())

    async def file(self, *, assigned=True, **facts):
        self.filed += 1
        made = await self.casework.create(Draft(content="路灯坏了", **facts), actor=STAFF, key=f"k{self.filed}")
        number = made.case.number
        if assigned:
            await self.casework.move(number, to=CaseState.ACCEPTED, actor=STAFF)
            await self.staffwork.set_units(number, lead=CG, assists=[], note="", actor=STAFF)
        return number

    async def messages(self):
        found = []
        for entry in await self.store.outbox.due(self.clock() + timedelta(days=400), limit=500):
            kept = await self.store.outbox.get(entry)
            if kept.purpose is Purpose.ALARM:
                found.append((kept.address.sender, kept.text))
        return sorted(found)

    async def told(self):
        return {sender for sender, _ in await self.messages()}

    async def lit(self, number):
        return [each.note for each in await self.store.cases.timeline(number) if each.kind is EntryKind.LIGHT]


@pytest.fixture
def clock():
    return Clock(MONDAY_TEN)


@pytest.fixture
async def desk(database, vault, clock, quick_passwords):
    setter = ClockSetter(calendar=WorkCalendar(), rules=Rules)
    store = await Store.open(database, vault, clockwork=setter)
    await store.units.put(UNITS)
    made = Desk(store, clock, setter, quick_passwords)
    await made.people()
    return made


@pytest.fixture
def quick_passwords():
    from argon2 import PasswordHasher

    from bot.access.passwords import Passwords

    return Passwords(PasswordHasher(time_cost=1, memory_cost=64, parallelism=1))


def at(text: str) -> datetime:
    """Local time of 2026 as UTC."""
    return datetime.fromisoformat(f"2026-{text}:00+08:00").astimezone(UTC)


async def test_a_light_is_told_when_it_turns_yellow_and_again_when_it_turns_red_and_never_twice(desk, clock):
    number = await desk.file()
    worker = desk.worker()
    await worker.look()
    assert await desk.lit(number) == []
    for moment, wanted in (("11-30T09:00", 1), ("11-30T09:01", 1), ("12-01T09:00", 2), ("12-01T10:00", 2)):
        clock.now = at(moment)
        await worker.look()
        assert len(await desk.lit(number)) == wanted, moment
    yellow, red = await desk.lit(number)
    assert yellow.startswith("答复临近期限，截止 2026年11月30日")
    assert red.startswith("答复已超期")
    assert await desk.told() == {PHONES["chengban"], PHONES["duban"]}
    assert len(await desk.messages()) == 4
    assert not any(each.public for each in (await desk.store.cases.timeline(number))[-2:])


async def test_at_night_nobody_is_woken_and_in_the_morning_all_is_one_message(desk, clock):
    numbers = [await desk.file() for _ in range(3)]
    clock.now = at("12-01T00:00")
    await desk.worker().look()
    assert [len(await desk.lit(number)) for number in numbers] == [1, 1, 1]
    assert await desk.messages() == []
    clock.now = at("12-01T08:29")
    await desk.worker().look()
    assert await desk.messages() == []
    clock.now = at("12-01T08:30")
    await desk.worker().look()
    text = f"诉求期限提醒：已超期3件（{numbers[0]}等）。请登录诉求办理系统处理。"
    assert await desk.messages() == [(PHONES["chengban"], text), (PHONES["duban"], text)]
    assert len(text) <= 70


async def test_where_life_is_in_danger_nobody_waits_for_the_morning(desk, clock):
    clock.now = at("11-28T23:00")  # a Saturday
    number = await desk.file(urgency="critical")
    clock.now = at("11-29T01:30")
    await desk.worker().look()
    assert await desk.told() == {PHONES["chengban"], PHONES["duban"]}
    assert "已超期1件" in (await desk.messages())[0][1]
    assert await desk.lit(number)


async def test_what_nobody_works_on_yet_is_told_to_the_desk(desk, clock):
    await desk.file(assigned=False)
    clock.now = at("12-09T10:00")
    await desk.worker().look()
    assert await desk.told() == {PHONES["zuoxi"], PHONES["duban"]}


async def test_an_accusation_is_told_to_the_discipline_role_alone(desk, clock):
    await desk.members.add(
        login="jijian", name="纪检", unit="city", roles=[Role.DISCIPLINE], phone="13900000009", by=By()
    )
    await desk.file(accusation=True)
    clock.now = at("12-01T10:00")
    await desk.worker().look()
    assert await desk.told() == {"13900000009"}


async def test_what_was_settled_before_the_morning_wakes_nobody(desk, clock):
    number = await desk.file()
    clock.now = at("12-01T00:10")
    await desk.worker().look()
    await desk.casework.move(number, to=CaseState.ANSWERED, actor=STAFF, answer="已修好")
    clock.now = at("12-01T09:00")
    await desk.worker().look()
    assert await desk.messages() == []
    assert await LightChanges(desk.store.database).untold(critical_alone=False, limit=10) == []


async def test_who_proved_their_phone_on_the_official_account_is_told_there_where_a_template_is_set(desk, clock):
    address = Address(channel="wechat", account="main", sender="oDuban")
    conversation = await desk.store.conversations.ensure(address, now=clock())
    contact = await desk.store.contacts.ensure(conversation.id, now=clock())
    joins = {"$set": {"contact_id": contact.id}}
    update = Update(collection="conversations", filter={"_id": conversation.id}, update=joins)
    await desk.store.committer.commit([desk.store.contacts.bind(contact, PHONES["duban"], at=clock()), update])
    await desk.file()
    clock.now = at("11-30T09:00")
    await desk.worker().look()
    assert await desk.told() == {PHONES["chengban"], PHONES["duban"]}, "without a template it is a text"
    desk.templates = frozenset({NOTICE})
    clock.now = at("12-01T09:00")
    await desk.worker().look()
    assert (await desk.messages())[-1][0] == "oDuban"


async def test_several_workers_tell_it_once(desk, clock):
    number = await desk.file()
    clock.now = at("12-01T10:00")
    workers = [desk.worker() for _ in range(4)]
    for _ in range(2):  # who lost a race looks again
        await asyncio.gather(*(worker.look() for worker in workers))
    assert len(await desk.lit(number)) == 1
    assert len(await desk.messages()) == 2


async def test_who_has_no_phone_or_left_is_told_on_the_desk_alone(desk, clock):
    from dataclasses import replace

    for member in await desk.store.staff.all():
        changed = replace(member, phone="0536-8000000") if member.login == "duban" else replace(member, active=False)
        await desk.store.staff.change(changed)
    await desk.file()
    clock.now = at("12-01T10:00")
    await desk.worker().look()
    assert await desk.messages() == []
    (change,) = await LightChanges(desk.store.database).unseen("x", units=["cg"], since=MONDAY_TEN, limit=9)
    assert (change.light, change.stage) == (Light.RED, Stage.ANSWER)


async def charged(desk, *, until: str) -> str:
    """A case in which the county assists, by a day of its own."""
    number = await desk.file()
    await desk.staffwork.set_units(number, lead=CG, assists=[KW], note="", actor=STAFF)
    await desk.staffwork.charge(number, "kw", note="请查合同", due_at=at(until), actor=STAFF)
    return number


async def test_a_units_own_day_is_told_to_that_unit_and_who_watches_over_it(desk, clock):
    number = await charged(desk, until="11-26T23:59")
    for moment, wanted in (("11-25T10:00", 0), ("11-26T09:00", 1), ("11-26T10:00", 1), ("11-27T09:00", 2)):
        clock.now = at(moment)
        await desk.worker().look()
        assert len(await desk.lit(number)) == wanted, moment
    yellow, red = await desk.lit(number)
    assert yellow.startswith("奎文区信访局回复临近期限，截止 2026年11月26日")
    assert red.startswith("奎文区信访局回复已超期")
    assert await desk.told() == {PHONES["quxian"], PHONES["duban"]}, "the lead's own limit is not near"
    lights = LightChanges(desk.store.database)
    assert {each.unit for each in await lights.unseen("x", units=["kw"], since=MONDAY_TEN, limit=9)} == {"kw"}
    assert await lights.unseen("x", units=["cg"], since=MONDAY_TEN, limit=9) == []


async def test_another_day_of_a_units_own_is_told_anew_and_the_same_is_not(desk, clock):
    number = await charged(desk, until="11-24T23:59")
    clock.now = at("11-23T11:00")
    await desk.worker().look()
    assert len(await desk.lit(number)) == 1, "a single day is near from the beginning"
    await desk.staffwork.charge(number, "kw", note="也查账", due_at=at("11-24T23:59"), actor=STAFF)
    await desk.worker().look()
    assert len(await desk.lit(number)) == 1
    await desk.staffwork.charge(number, "kw", note="也查账", due_at=at("11-27T23:59"), actor=STAFF)
    clock.now = at("11-27T09:00")
    await desk.worker().look()
    assert len(await desk.lit(number)) == 2


async def test_a_units_own_day_wakes_nobody_once_it_or_the_office_answered_nor_when_it_is_handled_again(desk, clock):
    numbers = [await charged(desk, until="11-26T23:59") for _ in range(2)]
    await desk.staffwork.draft(numbers[0], "kw", "合同已查", actor=STAFF)
    await desk.casework.move(numbers[1], to=CaseState.ANSWERED, actor=STAFF, answer="已修好")
    clock.now = at("11-27T09:00")
    await desk.worker().look()
    assert [await desk.lit(number) for number in numbers] == [[], []]
    await desk.casework.move(numbers[0], to=CaseState.ANSWERED, actor=STAFF, answer="已修好")
    await desk.casework.move(numbers[0], to=CaseState.REOPENED, actor=STAFF, note="又坏了")
    await desk.worker().look()
    assert await desk.lit(numbers[0]) == []


async def test_a_units_own_day_and_the_cases_limit_that_turn_together_are_one_message_and_one_entry(desk, clock):
    number = await charged(desk, until="11-29T23:59")
    clock.now = at("12-01T09:00")
    await desk.worker().look()
    [entry] = await desk.lit(number)
    assert "答复已超期" in entry
    assert "奎文区信访局回复已超期" in entry
    assert all("已超期1件" in text for _, text in await desk.messages())
    assert len(await desk.messages()) == 3


async def test_a_pause_and_an_extension_let_a_light_be_told_anew_only_when_it_turns_again(desk, clock):
    number = await desk.file()
    clock.now = at("11-30T09:00")
    await desk.worker().look()
    more = Limit(amount=5, unit=TimeUnit.DAYS)
    await desk.staffwork.extend(number, Stage.ANSWER, more, "要开挖", actor=STAFF)
    await desk.worker().look()
    assert len(await desk.lit(number)) == 1
    clock.now = at("12-08T10:00")
    await desk.worker().look()
    assert len(await desk.lit(number)) == 2


async def test_a_light_made_worse_by_another_rule_is_told(desk, clock):
    number = await desk.file()
    clock.now = at("11-30T09:00")
    await desk.worker().look()
    assert len(await desk.lit(number)) == 1
    short = Rule(id="answer", stage=Stage.ANSWER, limit=Limit(amount=1, unit=TimeUnit.WORKING_DAYS))
    case = await desk.store.cases.get(number)
    clocks = ClockSetter(calendar=WorkCalendar(), rules=lambda: Rules([short])).set_anew(case)
    (answer,) = [each for each in clocks if each.stage is Stage.ANSWER]
    assert answer.told_at is None
    assert answer.alarm_at < clock.now


async def test_cases_of_an_earlier_version_are_told_as_well(desk, clock):
    number = await desk.file()
    await desk.store.database["cases"].update_one({"_id": number}, {"$unset": {"alarm_at": ""}})
    clock.now = at("12-01T10:00")
    await desk.worker().look()
    assert len(await desk.lit(number)) == 1
