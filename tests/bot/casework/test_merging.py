"""Duplicates that are handled together: both filers are told, neither learns of the other, staff can undo it."""

import asyncio

import pytest

from bot.access.members import By
from bot.casework.merging import Merging
from bot.casework.staffwork import NotNow
from dialogs.outcome import RateCase
from storage.cases import Actor, ActorKind, CaseState, EntryKind
from storage.errors import StorageAway

STAFF = Actor(kind=ActorKind.STAFF, name="李科长")
BY = By(id="m1", name="李科长")
OTHER = "oLiSi-00000000000000000000001"


@pytest.fixture
def merging(office):
    return Merging(store=office.store, clock=office.clock, office="某市信访局", kick=office.kick)


@pytest.fixture
async def pair(office):
    """Two strangers' cases of one matter; the first is accepted."""
    leading = await office.filed(await office.resident(), title="东风东街路灯坏了")
    other = await office.filed(await office.resident(OTHER), title="李四家门口的路灯不亮")
    await office.casework.move(leading.number, to=CaseState.ACCEPTED, actor=STAFF)
    return leading.number, other.number


async def states(office, *numbers):
    return [(await office.case(number)).state for number in numbers]


async def texts(office, number):
    return [entry.text for entry in await office.notices(number)]


async def merged(merging, pair):
    leading, other = pair
    await merging.merge(other, into=leading, reason="同一路灯", actor=STAFF, by=BY)
    return leading, other


async def test_both_are_told_and_neither_learns_who_the_other_is(office, merging, pair):
    leading, other = await merged(merging, pair)
    case = await office.case(other)
    assert (case.merged_into, case.state) == (leading, CaseState.ACCEPTED)
    assert "已由某市信访局受理" in (await texts(office, other))[-1]
    assert "合并办理" in (await texts(office, other))[-1]
    assert "另有一件诉求反映同一事项，已合并办理" in (await texts(office, leading))[-1]
    everything = "".join(await texts(office, leading))
    assert other not in everything
    assert "李四" not in everything
    assert leading not in "".join(await texts(office, other))
    kinds = [entry.kind for entry in await office.store.cases.timeline(leading)]
    assert kinds[-1] is EntryKind.MERGED
    (line,) = await office.store.audit.newest(1)
    assert (line.action, line.target, line.details) == ("case.merged", other, {"into": leading, "reason": "同一路灯"})


async def test_what_is_told_of_the_leading_case_is_told_of_the_other(office, merging, pair):
    leading, other = await merged(merging, pair)
    before = len(await texts(office, other))
    await office.casework.move(leading, to=CaseState.IN_PROGRESS, actor=STAFF, note="查电缆", public=False)
    assert len(await texts(office, other)) == before, "an internal step is nobody's else"
    await office.casework.move(leading, to=CaseState.ANSWERED, actor=STAFF, answer="电缆已换，路灯恢复照明")
    assert await states(office, leading, other) == [CaseState.ANSWERED, CaseState.ANSWERED]
    assert "电缆已换，路灯恢复照明" in (await texts(office, other))[-1]
    await office.casework.move(leading, to=CaseState.CLOSED, actor=STAFF)
    assert await states(office, leading, other) == [CaseState.CLOSED, CaseState.CLOSED]
    assert "5非常满意" in (await texts(office, other))[-1], "each filer is asked for themselves"


async def test_who_is_not_content_is_handled_by_themselves_again(office, merging, pair):
    leading, other = await merged(merging, pair)
    await office.casework.move(leading, to=CaseState.ANSWERED, actor=STAFF, answer="已换灯")
    unhappy = await office.store.conversations.get((await office.case(other)).filer.conversation_id)
    await office.turn(unhappy, RateCase(number=other, grade=1, words="我家门口还是不亮"))
    case = await office.case(other)
    assert (case.state, case.merged_into) == (CaseState.REOPENED, None)
    await office.casework.move(leading, to=CaseState.CLOSED, actor=STAFF)
    assert await states(office, leading, other) == [CaseState.CLOSED, CaseState.REOPENED]


async def test_what_cannot_be_audited_is_not_done(office, merging, pair, monkeypatch):
    """The line and the deed are one commit."""
    leading, other = pair

    async def away(*_args, **_options):
        raise StorageAway("audit")

    with monkeypatch.context() as broken:
        broken.setattr(office.store.audit, "add_with", away)
        with pytest.raises(StorageAway):
            await merged(merging, pair)
    assert (await office.case(other)).merged_into is None
    await merged(merging, pair)
    with monkeypatch.context() as broken:
        broken.setattr(office.store.audit, "add_with", away)
        with pytest.raises(StorageAway):
            await merging.split(other, reason="不是同一处", actor=STAFF, by=BY)
    assert (await office.case(other)).merged_into == leading


async def test_what_others_were_quicker_with_stands_in_the_audit_log_once(office, pair):
    """Two clicks of two people: one of them did it, the other is told that it was done."""
    leading, other = pair
    one, two = (
        Merging(store=office.store, clock=office.clock, office="某市信访局", kick=office.kick) for _ in range(2)
    )

    async def actions():
        return [line.action for line in await office.store.audit.newest(9) if line.target == other]

    both = [each.merge(other, into=leading, reason="同一路灯", actor=STAFF, by=BY) for each in (one, two)]
    ended = await asyncio.gather(*both, return_exceptions=True)
    assert [type(each) for each in ended if each] == [NotNow]
    assert await actions() == ["case.merged"]
    both = [each.split(other, reason="不是同一处", actor=STAFF, by=BY) for each in (one, two)]
    ended = await asyncio.gather(*both, return_exceptions=True)
    assert [type(each) for each in ended if each] == [NotNow]
    assert await actions() == ["case.split", "case.merged"]


async def test_staff_undo_it_and_the_filer_is_told(office, merging, pair):
    leading, other = await merged(merging, pair)
    await merging.split(other, reason="不是同一处", actor=STAFF, by=BY)
    assert (await office.case(other)).merged_into is None
    assert "已改为单独办理" in (await texts(office, other))[-1]
    await office.casework.move(leading, to=CaseState.ANSWERED, actor=STAFF, answer="已换灯")
    assert await states(office, other) == [CaseState.ACCEPTED]
    with pytest.raises(NotNow):
        await merging.split(other, reason="", actor=STAFF, by=BY)
    lines = await office.store.audit.newest(2)
    assert [line.action for line in lines] == ["case.split", "case.merged"]


async def test_what_makes_no_sense_is_refused(office, merging, pair):
    leading, other = pair
    accused = await office.filed(await office.resident(), accusation=True)
    waiting = await office.filed(await office.resident())
    await office.casework.move(waiting.number, to=CaseState.NEEDS_INFO, actor=STAFF)
    done = await office.filed(await office.resident())
    for to in (CaseState.ACCEPTED, CaseState.ANSWERED, CaseState.CLOSED):
        await office.casework.move(done.number, to=to, actor=STAFF)
    third = await office.filed(await office.resident())

    async def why(number, into):
        with pytest.raises(NotNow) as refused:
            await merging.merge(number, into=into, reason="", actor=STAFF, by=BY)
        return refused.value.sentence

    assert "自己" in await why(leading, leading)
    assert "检举控告" in await why(other, accused.number)
    assert "等来信人补充" in await why(waiting.number, leading)
    assert "已办结" in await why(other, done.number)
    assert "没有这件诉求" in await why(other, "WF260101000013")
    await merged(merging, pair)
    assert "已经并案" in await why(other, leading)
    assert f"已并入 {leading}" in await why(third.number, other)
    assert "请反过来合并" in await why(leading, third.number)


async def test_a_refusal_of_the_leading_case_gives_the_other_its_ground_and_address(office, merging):
    leading = await office.filed(await office.resident())
    other = await office.filed(await office.resident(OTHER))
    await merging.merge(other.number, into=leading.number, reason="", actor=STAFF, by=BY)
    assert (await office.case(other.number)).state is CaseState.SUBMITTED
    await office.casework.move(
        leading.number, to=CaseState.REFUSED, actor=STAFF, ground="应通过诉讼解决", elsewhere="区人民法院"
    )
    assert (await office.case(other.number)).state is CaseState.REFUSED
    assert "区人民法院" in (await texts(office, other.number))[-1]


async def test_two_who_merge_crosswise_at_a_time_make_no_circle(office, merging):
    first = await office.filed(await office.resident())
    second = await office.filed(await office.resident(OTHER))
    done = await asyncio.gather(
        merging.merge(first.number, into=second.number, reason="", actor=STAFF, by=BY),
        merging.merge(second.number, into=first.number, reason="", actor=STAFF, by=BY),
        return_exceptions=True,
    )
    assert sorted(type(each).__name__ for each in done) == ["NoneType", "NotNow"]
    into = [(await office.case(number)).merged_into for number in (first.number, second.number)]
    assert sorted(each is None for each in into) == [False, True]


async def test_candidates_are_the_filers_own_and_those_of_the_same_kind_nearby(office, merging):
    mine = await office.filed(await office.resident(), category="城乡建设/路灯照明", district="奎文区")
    near = await office.filed(
        await office.resident(OTHER), category="城乡建设/路灯照明", district="奎文区", phone="13900139000"
    )
    await office.filed(
        await office.resident(OTHER), category="城乡建设/路灯照明", district="潍城区", phone="13900139000"
    )
    own = await office.filed(await office.resident(), category="市容环境/暴露垃圾", district="奎文区")
    found = [each.number for each in await merging.candidates(mine)]
    assert found == [own.number, near.number]
