"""Who wished to be forgotten is known by nothing that was said or remembered; who writes again loses nothing of that."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from case_office import NAME, PHONE, open_case_office

from bot.casework.persons import Persons
from bot.console.persons import PersonParts, persons_feature
from bot.retention import RetentionJob
from bot.settings_retention import Retention
from channels.messages import Address, Inbound, Kind
from dialogs.kept import FRESH
from storage.cases import Actor, ActorKind, CaseState, Filer
from storage.erasure import ERASURES
from storage.errors import Conflict
from storage.inbox import ARRIVALS
from storage.staff import Role

ADDRESS = Address(channel="wechat", account="main", sender="oNobody-in-particular-0000002")
KNOWN = {"known_name": NAME, "known_phone": PHONE, "known_place": "人民路3号"}
STAFF = Actor(kind=ActorKind.STAFF, name="王芳")


@pytest.fixture
async def office(database, vault, clock, passwords):
    def further(store):
        return (persons_feature(PersonParts(store=store, clock=clock, periods={"诉求": 0})),)

    clock.now = datetime(2027, 3, 1, 2, 0, tzinfo=UTC)  # ten in the morning in China
    async with open_case_office(database, vault, clock, passwords, further=further) as made:
        yield made


async def says(office, clock, id: str, *, form: bool = False) -> str:  # noqa: A002
    """They write, and it is remembered who they are; ``form``: and that they tell of something else."""
    message = Inbound(
        address=ADDRESS, message_id=id, kind=Kind.TEXT, text=f"{NAME} {PHONE}", sent_at=clock(), received_at=clock()
    )
    held = await office.store.conversations.take(ADDRESS, token=id, seconds=9, now=clock())
    [kept] = await office.store.inbox.add([message])
    arrived = {"$set": {"arrived_at": clock()}}  # the inbox goes by the machine's own time
    await office.store.database[ARRIVALS].update_one({"_id": kept.arrived.id}, arrived)
    loop = "petition_form" if form else None
    state = {
        **FRESH,
        "engine": {
            "slots": {**KNOWN, "petition_matter": "路灯坏了"},
            "active_loop": loop,
            "now": {"latest_message": None},
            "events": [],
        },
        "names": [NAME],
    }
    advance = office.store.conversations.advance(held, state=state, release=True, now=clock(), last_inbound_at=clock())
    done = office.store.inbox.done([kept.arrived.id], turn_id=id, reply_id=None, at=clock())
    await office.store.committer.commit([advance, *done])
    return held.id


async def over(office, conversation: str) -> str:
    """A case of theirs that is over, with everything told."""
    number = await office.file(filer=Filer(name=NAME, phone=PHONE, conversation_id=conversation))
    await office.casework.move(number, to=CaseState.REFUSED, actor=STAFF, ground="x", elsewhere="y")
    await office.store.database["outbox"].update_many({}, {"$unset": {"wake_at": ""}})
    return number


async def wished(office, number: str) -> None:
    supervisor = await office.console.signed_in(f"d{number[-6:]}", Role.SUPERVISOR)
    assert (await supervisor.post(f"/cases/{number}/person/erase", {"reason": "本人申请"})).says("已删除")


async def minute(office, clock) -> None:
    """What every worker looks after once a minute."""
    await RetentionJob(store=office.store, periods=Retention(), clock=clock).look(asyncio.Event())


async def heard(office, conversation: str) -> list[str]:
    return [each.message.message_id for each in await office.store.inbox.onward(conversation, limit=9)]


async def waits(office) -> int:
    return await office.store.database[ERASURES].count({}, limit=9)


async def test_a_day_after_the_wish_nothing_that_was_said_or_remembered_tells_of_them(office, clock):
    conversation = await says(office, clock, "m1")
    await wished(office, await over(office, conversation))
    clock.now += timedelta(hours=23)
    await minute(office, clock)
    assert await heard(office, conversation) == ["m1"], "a platform may bring it once more"
    clock.now += timedelta(hours=2)
    await minute(office, clock)
    left = await office.store.conversations.get(conversation)
    assert (left.state, await heard(office, conversation), await waits(office)) == ({}, [], 0)
    assert await office.store.outbox.onward(conversation, limit=9) == []


async def test_who_writes_after_the_wish_keeps_what_they_tell_now(office, clock):
    conversation = await says(office, clock, "m1")
    await wished(office, await over(office, conversation))
    clock.now += timedelta(hours=3)
    await says(office, clock, "m2", form=True)
    clock.now += timedelta(hours=22)
    await minute(office, clock)
    left = await office.store.conversations.get(conversation)
    assert await heard(office, conversation) == ["m2"]
    assert left.state["engine"]["slots"] == {"petition_matter": "路灯坏了"}
    assert left.state["engine"]["active_loop"] == "petition_form"
    assert (left.state["names"], await waits(office)) == ([], 0)


async def test_who_filed_again_after_the_wish_stays_known_by_that(office, clock):
    conversation = await says(office, clock, "m1")
    await wished(office, await over(office, conversation))
    await office.file(filer=Filer(name=NAME, phone=PHONE, conversation_id=conversation))
    clock.now += timedelta(days=2)
    await minute(office, clock)
    left = await office.store.conversations.get(conversation)
    assert left.state["engine"]["slots"]["known_phone"] == PHONE
    assert (await heard(office, conversation), await waits(office)) == ([], 0)


async def test_of_who_has_another_case_the_talk_stays_with_it(office, clock):
    conversation = await says(office, clock, "m1")
    number = await over(office, conversation)
    await office.file(filer=Filer(name=NAME, phone=PHONE, conversation_id=conversation))
    await wished(office, number)
    clock.now += timedelta(days=2)
    await minute(office, clock)
    assert (await heard(office, conversation), await waits(office)) == (["m1"], 0)


async def test_what_the_period_erases_by_night_takes_no_talk_with_it(office, clock):
    conversation = await says(office, clock, "m1")
    case = await office.store.cases.get(await over(office, conversation))
    await Persons(store=office.store, clock=clock).erase_now(case, actor=Actor(kind=ActorKind.SYSTEM), note="到期")
    clock.now += timedelta(days=2)
    await minute(office, clock)
    assert (await heard(office, conversation), await waits(office)) == (["m1"], 0)


async def test_a_turn_that_is_made_meanwhile_is_not_overwritten(office, clock):
    conversation = await says(office, clock, "m1")
    stale = await office.store.conversations.get(conversation)
    await says(office, clock, "m2", form=True)
    assert not await office.store.conversations.forget(stale)
    assert (await office.store.conversations.get(conversation)).state["engine"]["active_loop"]


async def test_a_turn_under_way_does_not_bring_back_what_is_forgotten(office, clock):
    conversation = await says(office, clock, "m1")
    held = await office.store.conversations.take(ADDRESS, token="turn", seconds=9, now=clock())
    assert await office.store.conversations.forget(await office.store.conversations.get(conversation))
    late = office.store.conversations.advance(held, state=held.state, release=True, now=clock())
    with pytest.raises(Conflict):
        await office.store.committer.commit([late])
    assert (await office.store.conversations.get(conversation)).state == {}


async def test_the_talk_of_long_silence_is_forgotten_with_what_was_remembered(office, clock):
    conversation = await says(office, clock, "m1")
    clock.now = datetime(2027, 6, 1, 20, 0, tzinfo=UTC)
    await RetentionJob(store=office.store, periods=Retention(talk_days=30), clock=clock).look(asyncio.Event())
    left = await office.store.conversations.get(conversation)
    assert (left.state, await heard(office, conversation)) == ({}, [])
