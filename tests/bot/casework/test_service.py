"""What staff do to cases: one commit each, told to whom it concerns."""

import asyncio

import pytest

from bot.casework.service import Draft, NoSuchCase, NoSuchConversation
from storage.cases import Actor, ActorKind, CaseState, EntryKind, Filer
from storage.commit import Insert
from storage.errors import AlreadyThere, IllegalMove

STAFF = Actor(kind=ActorKind.STAFF, name="李科长")


async def test_a_public_step_writes_case_timeline_and_notice_and_kicks_the_delivery(office):
    conversation = await office.resident()
    case = await office.filed(conversation)
    moved = await office.casework.move(case.number, to=CaseState.ACCEPTED, actor=STAFF, note="三日内派人查看")
    assert moved == await office.case(case.number), "what is answered is what is stored"
    assert moved.state is CaseState.ACCEPTED
    entry = (await office.store.cases.timeline(case.number))[-1]
    assert (entry.kind, entry.note, entry.actor.name) == (EntryKind.MOVED, "三日内派人查看", "李科长")
    (notice,) = await office.notices(case.number)
    assert office.kicked == [notice.id]
    assert notice.case_seq == entry.seq
    assert notice.address == conversation.address
    assert "三日内派人查看" in notice.text
    assert notice.fields["state"] == "已受理"


async def test_an_internal_step_tells_nobody(office):
    case = await office.filed(await office.resident())
    await office.casework.move(case.number, to=CaseState.ACCEPTED, actor=STAFF, note="内部", public=False)
    assert await office.notices(case.number) == []
    assert office.kicked == []
    assert (await office.store.cases.timeline(case.number))[-1].public is False


async def test_case_timeline_and_notice_are_written_together_or_not_at_all(office):
    case = await office.filed(await office.resident())
    taken = {"_id": "taken"}
    await office.store.committer.commit([Insert(collection="calls", document=dict(taken))])

    def spoilt(_case):
        return [Insert(collection="calls", document=dict(taken))]

    with pytest.raises(AlreadyThere):
        await office.casework.move(case.number, to=CaseState.ACCEPTED, actor=STAFF, also=spoilt)
    assert (await office.case(case.number)).state is CaseState.SUBMITTED
    assert len(await office.store.cases.timeline(case.number)) == 1
    assert await office.notices(case.number) == []
    assert office.kicked == []


async def test_an_unlawful_step_names_the_lawful_ones(office):
    case = await office.filed(await office.resident())
    with pytest.raises(IllegalMove) as refused:
        await office.casework.move(case.number, to=CaseState.CLOSED, actor=STAFF)
    assert set(refused.value.lawful) == {"accepted", "refused", "needs_info", "withdrawn"}


async def test_of_two_at_once_one_wins_and_the_other_learns_what_is_lawful_now(office):
    case = await office.filed(await office.resident())
    done = await asyncio.gather(
        *(office.casework.move(case.number, to=CaseState.ACCEPTED, actor=STAFF) for _ in range(2)),
        return_exceptions=True,
    )
    assert sum(isinstance(one, IllegalMove) for one in done) == 1
    assert len(await office.store.cases.timeline(case.number)) == 2
    assert len(await office.notices(case.number)) == 1


async def test_notes_written_at_once_all_stand_in_the_timeline(office):
    case = await office.filed(await office.resident())
    await asyncio.gather(*(office.casework.note(case.number, actor=STAFF, note=f"第{n}条") for n in range(3)))
    entries = await office.store.cases.timeline(case.number)
    assert [entry.seq for entry in entries] == [1, 2, 3, 4]
    assert {entry.note for entry in entries[1:]} == {"第0条", "第1条", "第2条"}
    assert await office.notices(case.number) == []


async def test_a_public_note_is_told(office):
    case = await office.filed(await office.resident())
    await office.casework.note(case.number, actor=STAFF, note="灯具已到货", public=True)
    (notice,) = await office.notices(case.number)
    assert "灯具已到货" in notice.text


async def test_the_first_unit_leads_and_the_next_assists(office):
    case = await office.filed(await office.resident())
    await office.casework.move(case.number, to=CaseState.ACCEPTED, actor=STAFF)
    await office.casework.move(case.number, to=CaseState.ASSIGNED, actor=STAFF, unit="市城管局")
    await office.casework.move(case.number, to=CaseState.ANSWERED, actor=STAFF, answer="已修")
    await office.casework.move(case.number, to=CaseState.REOPENED, actor=STAFF, note="又坏了")
    moved = await office.casework.move(case.number, to=CaseState.ASSIGNED, actor=STAFF, unit="供电公司")
    assert [(each.unit, each.lead) for each in moved.assignments] == [("市城管局", True), ("供电公司", False)]
    assert "承办单位：市城管局" in (await office.notices(case.number))[1].text


async def test_a_case_of_the_counter_gets_a_number_and_a_code(office):
    draft = Draft(content="三号楼电梯经常停运，老人上下楼很不方便，已报修多次", filer=Filer(name="张三"))
    created = await office.casework.create(draft, actor=STAFF, key="request-1")
    stored = await office.case(created.case.number)
    assert stored == created.case
    assert stored.title == "三号楼电梯经常停运，老人上下楼很不方便…"
    assert stored.source.channel == "api"
    assert await office.store.cases.check_code(stored.number, created.code, asker="x", now=office.clock())
    assert await office.notices(stored.number) == []


async def test_a_case_written_down_for_somebody_who_talked_to_us_is_told_to_them(office):
    conversation = await office.resident()
    draft = Draft(content="电梯停运", filer=Filer(conversation_id=conversation.id))
    created = await office.casework.create(draft, actor=STAFF, key="request-1")
    (notice,) = await office.notices(created.case.number)
    assert created.case.number in notice.text
    assert "246810" in notice.text
    assert office.kicked == [notice.id]


async def test_unknown_case_and_conversation_are_told_apart(office):
    with pytest.raises(NoSuchCase):
        await office.casework.move("WF261121000014", to=CaseState.ACCEPTED, actor=STAFF)
    draft = Draft(content="电梯", filer=Filer(conversation_id="wechat:main:nobody"))
    with pytest.raises(NoSuchConversation):
        await office.casework.create(draft, actor=STAFF, key="request-1")
