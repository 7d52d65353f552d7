"""What a turn results in, committed on a real MongoDB."""

import pytest

from bot.casework.effects import EffectRefused, changes_for
from channels.messages import Purpose
from dialogs.outcome import (
    AddToCase,
    Attachment,
    CallPerson,
    RateCase,
    RecordConsent,
    Unlink,
    WithdrawCase,
)
from storage.cases import Actor, ActorKind, CaseState, EntryKind
from storage.commit import Update
from storage.records import DeliveryState

STAFF = Actor(kind=ActorKind.STAFF, name="李科长")
PICTURE = Attachment(message_id="m7", kind="image", media_id="media-7")


async def followed(office, case, sender="oFollower-00000000000000001"):
    """Somebody else follows the case as well."""
    follower = await office.resident(sender)
    await office.store.committer.commit(
        [
            Update(
                collection="cases",
                filter={"_id": case.number},
                update={"$set": {"followers": [*case.followers, follower.id]}},
            )
        ]
    )
    return follower


async def timeline(office, number):
    return await office.store.cases.timeline(number)


async def test_filing_keeps_who_filed_and_by_which_messages(office):
    conversation = await office.resident()
    case = await office.filed(conversation, attachments=(PICTURE,), message_ids=("m6", "m7"), district="奎文区")
    assert case.state is CaseState.SUBMITTED
    assert (case.filer.name, case.filer.phone) == ("王小明", "13800138000")
    assert case.filer.conversation_id == conversation.id
    assert case.followers == (conversation.id,)
    assert case.source.channel == "wechat"
    assert case.source.message_ids == ("m6", "m7")
    assert [each.media_id for each in case.attachments] == ["media-7"]
    (entry,) = await timeline(office, case.number)
    assert (entry.kind, entry.actor.kind, entry.public) == (EntryKind.FILED, ActorKind.RESIDENT, True)
    assert await office.store.cases.check_code(case.number, "123456", asker="x", now=office.clock())


async def test_somebody_anonymous_leaves_no_name(office):
    conversation = await office.resident()
    case = await office.filed(conversation, anonymous=True, id_number="11010519491231002X")
    assert case.filer.name == ""
    assert case.filer.id_number == ""


async def test_an_addition_stands_in_the_timeline_and_changes_no_state(office):
    conversation = await office.resident()
    case = await office.filed(conversation)
    settled = await office.turn(
        conversation, AddToCase(number=case.number, text="今晚又灭了一盏", attachments=(PICTURE,))
    )
    entry = (await timeline(office, case.number))[-1]
    assert (entry.kind, entry.note) == (EntryKind.ADDED, "今晚又灭了一盏")
    assert [each.media_id for each in entry.attachments] == ["media-7"]
    assert (await office.case(case.number)).state is CaseState.SUBMITTED
    assert settled.kick == ()


async def test_fragments_added_in_one_turn_are_one_addition(office):
    conversation = await office.resident()
    case = await office.filed(conversation)
    await office.turn(
        conversation,
        AddToCase(number=case.number, text="又灭了一盏"),
        AddToCase(number=case.number, text="就在三号楼旁", attachments=(PICTURE,)),
    )
    entries = await timeline(office, case.number)
    assert [entry.note for entry in entries[1:]] == ["又灭了一盏\n就在三号楼旁"]
    assert len(entries[1].attachments) == 1


async def test_what_was_asked_for_brings_the_case_back_to_the_desk(office):
    conversation = await office.resident()
    case = await office.filed(conversation)
    await office.casework.move(case.number, to=CaseState.NEEDS_INFO, actor=STAFF, note="请发一张照片")
    await office.turn(conversation, AddToCase(number=case.number, text="照片在这里", attachments=(PICTURE,)))
    assert (await office.case(case.number)).state is CaseState.SUBMITTED
    entry = (await timeline(office, case.number))[-1]
    assert (entry.from_state, entry.to_state) == (CaseState.NEEDS_INFO, CaseState.SUBMITTED)
    assert entry.note == "照片在这里"


async def test_the_filers_own_move_tells_the_followers_but_not_the_filer(office):
    conversation = await office.resident()
    case = await office.filed(conversation)
    follower = await followed(office, case)
    settled = await office.turn(conversation, WithdrawCase(number=case.number, reason="已经自己修好了"))
    assert (await office.case(case.number)).state is CaseState.WITHDRAWN
    (notice,) = await office.notices(case.number)
    assert settled.kick == (notice.id,)
    assert notice.conversation_id == follower.id
    assert (notice.purpose, notice.notice, notice.state) == (Purpose.CASE_NOTICE, "progress", DeliveryState.QUEUED)
    assert notice.case_seq == 2
    assert "您关注的" in notice.text
    assert "自己修好了" not in notice.text, "the filer's words are for the office"


async def test_nobody_withdraws_somebody_elses_case(office):
    case = await office.filed(await office.resident())
    stranger = await office.resident("oStranger-00000000000000001")
    with pytest.raises(EffectRefused):
        await office.turn(stranger, WithdrawCase(number=case.number))
    follower = await followed(office, case)
    with pytest.raises(EffectRefused):
        await office.turn(follower, WithdrawCase(number=case.number))


async def test_a_case_moved_on_meanwhile_is_not_withdrawn_but_asked_again(office):
    conversation = await office.resident()
    case = await office.filed(conversation)
    await office.turn(conversation, WithdrawCase(number=case.number))
    with pytest.raises(EffectRefused):
        await office.turn(conversation, WithdrawCase(number=case.number))


async def test_two_different_things_to_one_case_are_refused_before_anything_is_written(office):
    conversation = await office.resident()
    case = await office.filed(conversation)
    with pytest.raises(EffectRefused):
        await office.turn(conversation, AddToCase(number=case.number, text="等等"), WithdrawCase(number=case.number))
    assert len(await timeline(office, case.number)) == 1


async def answered(office, conversation):
    case = await office.filed(conversation)
    await office.casework.move(case.number, to=CaseState.ACCEPTED, actor=STAFF)
    await office.casework.move(case.number, to=CaseState.ANSWERED, actor=STAFF, answer="已更换")
    return case.number


async def test_a_good_grade_closes_the_case(office):
    conversation = await office.resident()
    number = await answered(office, conversation)
    await office.turn(conversation, RateCase(number=number, grade=5, words="谢谢"))
    case = await office.case(number)
    assert (case.state, case.satisfaction) == (CaseState.CLOSED, 5)


async def test_a_bad_grade_with_a_reason_opens_the_case_again(office):
    conversation = await office.resident()
    number = await answered(office, conversation)
    await office.turn(conversation, RateCase(number=number, grade=1, words="昨晚又灭了"))
    case = await office.case(number)
    assert (case.state, case.satisfaction) == (CaseState.REOPENED, 1)
    assert (await timeline(office, number))[-1].note == "昨晚又灭了"


@pytest.mark.parametrize("words", ["", "不满意", '/rate{"case_number": "WF261121000014", "grade": "2"}'])
async def test_a_bad_grade_alone_is_noted(office, words):
    conversation = await office.resident()
    number = await answered(office, conversation)
    await office.turn(conversation, RateCase(number=number, grade=2, words=words))
    case = await office.case(number)
    assert (case.state, case.satisfaction) == (CaseState.ANSWERED, 2)
    entry = (await timeline(office, number))[-1]
    assert (entry.kind, entry.note) == (EntryKind.RATED, "" if "/" in words else words)


async def test_the_reason_given_after_a_bad_grade_opens_the_case_again_and_a_new_answer_is_graded_afresh(office):
    conversation = await office.resident()
    number = await answered(office, conversation)
    await office.turn(conversation, RateCase(number=number, grade=2))
    await office.turn(conversation, AddToCase(number=number, text="只修了一盏"))
    assert (await office.case(number)).state is CaseState.REOPENED
    await office.casework.move(number, to=CaseState.ANSWERED, actor=STAFF, answer="全部修好")
    assert (await office.case(number)).satisfaction is None
    await office.turn(conversation, AddToCase(number=number, text="今天去看看"))
    assert (await office.case(number)).state is CaseState.ANSWERED


async def test_a_call_for_a_person_is_kept(office):
    conversation = await office.resident()
    await office.turn(conversation, CallPerson(reason="danger", danger=True))
    (call,) = await office.store.calls.open(10)
    assert (call.conversation_id, call.reason, call.danger) == (conversation.id, "danger", True)


async def test_consent_and_leaving_go_into_the_conversations_own_change(office):
    conversation = await office.resident()
    settled = await changes_for(
        [RecordConsent(version="2026-11", sensitive=True), Unlink()],
        conversation=conversation,
        store=office.store,
        now=office.clock(),
        office="局",
    )
    [event] = settled.changes
    assert event.document["kind"] == "left"
    assert (settled.consent_version, settled.consent_sensitive, settled.reachable) == ("2026-11", True, False)


async def test_an_accusations_withdrawal_says_number_and_state_alone(office):
    conversation = await office.resident()
    case = await office.filed(conversation, accusation=True, title="某科长收钱")
    await followed(office, case)
    await office.turn(conversation, WithdrawCase(number=case.number))
    (notice,) = await office.notices(case.number)
    assert "科长" not in notice.text + "".join(notice.fields.values())
    assert notice.fields["state"] == "已撤回"


async def test_who_is_not_content_and_says_why_only_when_asked_has_the_case_opened_again(office):
    conversation = await office.resident()
    case = await office.filed(conversation)
    for to in (CaseState.ACCEPTED, CaseState.ANSWERED, CaseState.CLOSED):
        await office.casework.move(case.number, to=to, actor=STAFF, note="已修复")
    await office.turn(conversation, RateCase(number=case.number, grade=2, words="不满意"))
    assert (await office.case(case.number)).state is CaseState.CLOSED
    await office.turn(conversation, RateCase(number=case.number, grade=2, words="没修好，昨晚还是黑的"))
    again = await office.case(case.number)
    assert (again.state, again.satisfaction) == (CaseState.REOPENED, 2)
    assert (await timeline(office, case.number))[-1].note == "没修好，昨晚还是黑的"
