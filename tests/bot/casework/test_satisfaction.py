"""After the end of a case: asked once, in the notice itself, for a time; who is not content is handled again."""

from datetime import timedelta

import pytest

from bot.casework.by_text import ROOM
from bot.casework.casebook import Casebook
from bot.casework.effects import EffectRefused
from bot.casework.staffwork import NotNow
from bot.casework.visits import Heard, Visits
from channels.messages import Address
from channels.sms.text import utf16_units
from dialogs.outcome import RateCase
from storage.aftercare import Solved
from storage.cases import Actor, ActorKind, CaseFilter, CaseState, EntryKind
from storage.commit import Update

STAFF = Actor(kind=ActorKind.STAFF, name="李科长")


async def closed(office, case, *, public=True):
    for to in (CaseState.ACCEPTED, CaseState.ANSWERED):
        await office.casework.move(case.number, to=to, actor=STAFF, answer="已换灯")
    await office.casework.move(case.number, to=CaseState.CLOSED, actor=STAFF, public=public)
    return await office.case(case.number)


async def asked(office, number):
    return [entry for entry in await office.notices(number) if "1非常不满意" in entry.text]


def visits_of(office):
    return Visits(store=office.store, clock=office.clock, office="某市信访局", kick=office.kick)


async def test_the_notice_of_the_end_asks_once_and_says_until_when(office):
    case = await closed(office, await office.filed(await office.resident()))
    (entry,) = await asked(office, case.number)
    assert "已办结" in entry.text
    assert "11月28日前回复数字就行" in entry.text
    assert "1到5分" in entry.fields["note"]
    assert case.survey.until == entry.created_at.replace(hour=15, minute=59, second=59, microsecond=0) + timedelta(7)


@pytest.mark.parametrize("facts", [{"accusation": True}, {"grade": 4}, {"public": False}])
async def test_nobody_is_asked_who_graded_before_accuses_or_is_not_told(office, facts):
    conversation = await office.resident()
    case = await office.filed(conversation, accusation=facts.get("accusation", False))
    if grade := facts.get("grade"):
        for to in (CaseState.ACCEPTED, CaseState.ANSWERED):
            await office.casework.move(case.number, to=to, actor=STAFF, answer="已换灯")
        await office.turn(conversation, RateCase(number=case.number, grade=grade, words=""))
        assert (await office.case(case.number)).state is CaseState.CLOSED
    else:
        await closed(office, case, public=facts.get("public", True))
    assert await asked(office, case.number) == []
    assert (await office.case(case.number)).survey is None


async def test_by_text_the_question_stands_whole_within_two_messages(office):
    address = Address(channel="sms", account="main", sender="13800138000")
    conversation = await office.store.conversations.ensure(address, now=office.clock())
    case = await office.filed(conversation, title="东风东街与文化路交叉口西北角的路灯坏了很久没有人来修")
    for to in (CaseState.ACCEPTED, CaseState.ANSWERED):
        await office.casework.move(case.number, to=to, actor=STAFF)
    await office.casework.move(case.number, to=CaseState.CLOSED, actor=STAFF, note="已换灯。" * 60)
    (entry,) = await asked(office, case.number)
    assert utf16_units(entry.text) <= ROOM
    assert "5非常满意" in entry.text


async def test_who_follows_a_case_of_somebody_else_is_not_asked(office):
    case = await office.filed(await office.resident())
    follower = await office.resident("oFollower-00000000000000001")
    following = {"$set": {"followers": [*case.followers, follower.id]}}
    await office.store.committer.commit([Update(collection="cases", filter={"_id": case.number}, update=following)])
    await closed(office, await office.case(case.number))
    assert len(await asked(office, case.number)) == 1


async def test_who_is_not_content_is_handled_again_with_their_words_and_asked_again_at_the_next_end(office):
    conversation = await office.resident()
    case = await closed(office, await office.filed(conversation))
    await office.turn(conversation, RateCase(number=case.number, grade=1, words="1 路灯还是不亮"))
    case = await office.case(case.number)
    assert (case.state, case.reopened, case.survey) == (CaseState.REOPENED, 1, None)
    assert (await office.store.cases.timeline(case.number))[-1].note == "1 路灯还是不亮"
    await office.casework.move(case.number, to=CaseState.ANSWERED, actor=STAFF, answer="换了电缆")
    await office.casework.move(case.number, to=CaseState.CLOSED, actor=STAFF)
    assert len(await asked(office, case.number)) == 2


async def test_after_its_time_a_grade_counts_no_more_but_a_trouble_does(office):
    conversation = await office.resident()
    case = await closed(office, await office.filed(conversation))
    office.started += timedelta(days=9)
    with pytest.raises(EffectRefused):
        await office.turn(conversation, RateCase(number=case.number, grade=5, words="5"))
    await office.turn(conversation, RateCase(number=case.number, grade=2, words="还是没修好"))
    assert (await office.case(case.number)).state is CaseState.REOPENED


async def test_the_dialog_learns_that_the_filer_is_asked_until_they_have_answered(office):
    conversation = await office.resident()
    case = await closed(office, await office.filed(conversation))
    book = Casebook(store=office.store, clock=office.clock)
    (view,) = await book.mine(conversation.id)
    assert view.asked_at is not None
    assert view.grades_until == case.survey.until
    await office.turn(conversation, RateCase(number=case.number, grade=5, words="5"))
    (view,) = await book.mine(conversation.id)
    assert view.asked_at is None


async def test_those_are_to_be_called_who_did_not_answer_in_time_or_are_not_content(office):
    conversation = await office.resident()
    silent, content, unhappy = [await closed(office, await office.filed(conversation)) for _ in range(3)]
    await office.turn(conversation, RateCase(number=content.number, grade=5, words=""))
    await office.turn(conversation, RateCase(number=unhappy.number, grade=2, words="不满意"))

    async def due():
        found = await office.store.cases.list(CaseFilter(visit_before=office.clock()))
        return {case.number for case in found.items}

    assert await due() == {unhappy.number}
    office.started += timedelta(days=9)
    assert await due() == {silent.number, unhappy.number}
    visits = visits_of(office)
    await visits.record(silent.number, Heard(reached=False), actor=STAFF)
    await visits.record(unhappy.number, Heard(reached=True, solved=Solved.YES, grade=4), actor=STAFF)
    assert await due() == {silent.number}
    assert (await office.case(silent.number)).visit.tries == 1
    assert (await office.case(unhappy.number)).satisfaction == 2, "the filer's own word stands"


async def test_a_visit_takes_a_grade_down_and_may_open_the_case_again(office):
    case = await closed(office, await office.filed(await office.resident()))
    visits = visits_of(office)
    with pytest.raises(NotNow):
        await visits.record(case.number, Heard(reached=True, solved=Solved.NO, grade=1, again=True), actor=STAFF)
    before = len(await office.notices(case.number))
    heard = Heard(reached=True, solved=Solved.NO, grade=1, words="灯还是不亮", again=True)
    await visits.record(case.number, heard, actor=STAFF)
    case = await office.case(case.number)
    assert (case.state, case.reopened, case.satisfaction, case.visit.solved) == (
        CaseState.REOPENED, 1, 1, Solved.NO,
    )  # fmt: skip
    notice = (await office.notices(case.number))[before:]
    assert len(notice) == 1
    assert "灯还是不亮" in notice[0].text
    assert office.kicked[-1] == notice[0].id


async def test_a_visit_is_written_down_within_the_office_alone(office):
    case = await closed(office, await office.filed(await office.resident()))
    heard = Heard(reached=True, solved=Solved.PARTLY, grade=3, words="修了两盏")
    await visits_of(office).record(case.number, heard, actor=STAFF)
    entry = (await office.store.cases.timeline(case.number))[-1]
    assert (entry.kind, entry.public, entry.note) == (EntryKind.VISITED, False, "部分解决；基本满意；修了两盏")
    assert (await office.case(case.number)).satisfaction == 3


async def test_what_is_not_answered_yet_is_not_visited(office):
    case = await office.filed(await office.resident())
    with pytest.raises(NotNow):
        await visits_of(office).record(case.number, Heard(reached=False), actor=STAFF)
