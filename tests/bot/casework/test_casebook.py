"""What one conversation may see of the office's cases."""

import pytest

from bot.casework.casebook import Casebook
from channels.messages import Address
from dialogs.ports import TooManyTries
from storage.cases import Actor, ActorKind, CaseState, EntryKind, TimelineEntry

STAFF = Actor(kind=ActorKind.STAFF, name="李科长")


@pytest.fixture
def casebook(office) -> Casebook:
    return Casebook(store=office.store, clock=office.clock)


async def test_the_filer_sees_every_public_step_and_no_internal_one(office, casebook):
    conversation = await office.resident()
    case = await office.filed(conversation)
    await office.casework.move(case.number, to=CaseState.ACCEPTED, actor=STAFF, note="已受理，会尽快查看")
    await office.casework.note(case.number, actor=STAFF, note="内部：先问供电公司")
    await office.casework.move(case.number, to=CaseState.ASSIGNED, actor=STAFF, unit="市城管局")
    written = f" {case.number[:2].lower()} {case.number[2:8]}-{case.number[8:]}"
    view = await casebook.find(number=written, code=None, conversation_id=conversation.id)
    assert view is not None
    assert view.full
    assert view.open
    assert (view.label, view.unit, view.title) == ("已转办", "市城管局", "东风东街路灯坏了")
    assert [step.label for step in view.steps] == ["已登记", "已受理", "已转办"]
    assert view.steps[1].note == "已受理，会尽快查看"


async def test_each_public_step_has_a_name(office, casebook):
    """An extension stood there as “11月24日 ：办结期限延长10日”."""
    conversation = await office.resident()
    case = await office.filed(conversation)
    names = {EntryKind.ADDED, EntryKind.NOTED, EntryKind.RATED, EntryKind.EXTENDED, EntryKind.MERGED}
    for kind in sorted(names):
        case = await office.store.cases.get(case.number)
        entry = TimelineEntry(at=office.clock(), actor=STAFF, kind=kind, note="办结期限延长10日", public=True)
        await office.store.committer.commit(office.store.cases.append(case, entry))
    view = await casebook.find(number=case.number, code=None, conversation_id=conversation.id)
    assert len(view.steps) == len(names) + 1
    assert all(step.label for step in view.steps)


async def test_an_internal_move_has_not_happened_for_the_filer(office, casebook):
    conversation = await office.resident()
    case = await office.filed(conversation)
    await office.casework.move(case.number, to=CaseState.ACCEPTED, actor=STAFF, note="已受理")
    await office.casework.move(case.number, to=CaseState.ASSIGNED, actor=STAFF, unit="市城管局", public=False)
    await office.casework.move(case.number, to=CaseState.IN_PROGRESS, actor=STAFF, note="内部：先派人看", public=False)
    found = await casebook.find(number=case.number, code=None, conversation_id=conversation.id)
    (mine,) = await casebook.mine(conversation.id)
    for view in (found, mine):
        assert (view.state, view.label, view.unit) == ("accepted", "已受理", "")
        assert [(step.label, step.note) for step in view.steps] == [("已登记", ""), ("已受理", "已受理")]
    stranger = await casebook.find(number=case.number, code="123456", conversation_id="wechat:main:other")
    assert (stranger.label, stranger.steps) == ("已受理", ())


async def test_another_phone_learns_the_state_alone_and_only_with_the_code(office, casebook):
    case = await office.filed(await office.resident())
    ask = {"number": case.number, "conversation_id": "wechat:main:other"}
    assert await casebook.find(**ask, code=None) is None
    assert await casebook.find(**ask, code="000000") is None
    view = await casebook.find(**ask, code="123456")
    assert view is not None
    assert (view.number, view.label, view.full) == (case.number, "待受理", False)
    assert (view.title, view.steps, view.unit) == ("", (), "")


async def test_of_an_accusation_another_phone_learns_nothing(office, casebook):
    case = await office.filed(await office.resident(), accusation=True)
    assert await casebook.find(number=case.number, code="123456", conversation_id="other") is None


async def test_guessing_is_slowed(office, casebook):
    case = await office.filed(await office.resident())

    async def guess():
        for code in range(100):
            await casebook.find(number=case.number, code=f"{code:06d}", conversation_id="other")

    with pytest.raises(TooManyTries) as slowed:
        await guess()
    assert slowed.value.seconds > 0


async def test_mine_lists_own_cases_newest_first(office, casebook):
    conversation = await office.resident()
    first = await office.filed(conversation)
    second = await office.filed(conversation)
    await office.filed(await office.resident("oSomebodyElse-0000000000001"))
    assert [view.number for view in await casebook.mine(conversation.id)] == [second.number, first.number]


async def test_the_same_message_draws_the_same_number(office, casebook):
    at = office.clock()
    numbers = {await casebook.draw_number(message_id="m1", at=at) for _ in range(3)}
    assert len(numbers) == 1


async def test_the_persons_own_phone_opens_by_the_code_what_they_filed_elsewhere(office, casebook):
    conversation = await office.resident()
    case = await office.filed(conversation)
    phone = Address(channel="sms", account="main", sender="13800138000")
    texted = await office.store.conversations.ensure(phone, now=office.clock())
    contact = await office.store.contacts.ensure(conversation.id, now=office.clock())
    joined = [office.store.contacts.place(each.id, contact.id, was=None) for each in (conversation, texted)]
    await office.store.committer.commit(joined)
    ask = {"number": case.number, "conversation_id": texted.id}
    closed, opened = await casebook.find(**ask, code=None), await casebook.find(**ask, code="123456")
    assert (closed.full, closed.title, closed.steps) == (False, "", ())
    assert (opened.full, opened.title, len(opened.steps)) == (True, "东风东街路灯坏了", 1)
    assert await casebook.find(**ask, code="000000") is None
