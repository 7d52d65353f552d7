"""A conversation that somebody of staff took over: the bot is silent, the words arrive, and it goes on afterwards."""

import asyncio
from datetime import timedelta

import pytest
from stage import PERSON, Platform, Stage, now
from waiting import PATIENCE_S

from channels.base import Capabilities
from channels.messages import Address, Via
from storage.attending import Attendance
from storage.errors import Conflict
from storage.records import ArrivalState
from storage.store import Store

PHONE = Address(channel="sms", account="main", sender="13800138000")
SMS = Capabilities(passive=False, answer_within=0, ways=(Via.SMS,), text_limit=134, text_unit="utf16")
CHANNELS = {("sms", "main"): Platform(capabilities=SMS)}


@pytest.fixture
async def stage(database, vault, servers):
    stage = Stage(await Store.open(database, vault), servers.redis_url)
    yield stage
    await stage.close()


@pytest.fixture
def attendance(stage: Stage) -> Attendance:
    return Attendance(stage.store.database, stage.store.conversations)


async def says(stage: Stage, text: str) -> str | None:
    arrived = await stage.keep(text)
    reply = await stage.process().turns.reply_for(arrived, seconds=PATIENCE_S)
    done = await stage.store.inbox.get(arrived.id)
    assert done is not None
    assert done.state is ArrivalState.DONE
    return None if reply is None else reply.text


async def person(stage: Stage):
    found = await stage.store.conversations.find(PERSON.channel, PERSON.account, PERSON.sender)
    assert found is not None
    return found


async def take(stage: Stage, attendance: Attendance, member: str, *, minutes: float = 30) -> None:
    until = now() + timedelta(minutes=minutes)
    change = attendance.take((await person(stage)).id, member, now=now(), until=until)
    await stage.store.committer.commit([change])


async def test_the_bot_is_silent_while_somebody_attends_and_goes_on_where_it_was(stage, attendance):
    assert await says(stage, "路灯坏了") == "听到：路灯坏了"
    before = (await person(stage)).state
    await take(stage, attendance, "wang")
    assert await says(stage, "在吗") is None
    assert (await person(stage)).state == before
    await stage.store.committer.commit([attendance.hand_back((await person(stage)).id, "wang", now=now())])
    assert await says(stage, "继续") == "听到：继续"
    assert stage.script.heard == [["路灯坏了"], ["继续"]]
    assert (await person(stage)).state == {"turns": 2}


async def test_the_bot_answers_again_when_the_time_is_over(stage, attendance):
    await says(stage, "路灯坏了")
    await take(stage, attendance, "wang", minutes=-1)
    assert await says(stage, "在吗") == "听到：在吗"


async def test_two_cannot_both_take_a_conversation_and_the_first_stays_noted(stage, attendance):
    await says(stage, "路灯坏了")
    await take(stage, attendance, "wang")
    await take(stage, attendance, "wang")
    with pytest.raises(Conflict):
        await take(stage, attendance, "li")
    key = (await person(stage)).id
    with pytest.raises(Conflict):
        await stage.store.committer.commit([attendance.hand_back(key, "li", now=now())])
    await stage.store.committer.commit([attendance.hand_back(key, "wang", now=now())])
    await take(stage, attendance, "li")
    taken = await person(stage)
    assert taken.held_by(now()) == "li"
    assert taken.first_taken_by == "wang"


async def test_opting_out_goes_on_as_ever(stage, attendance):
    conversation = await stage.store.conversations.ensure(PHONE, now=now())
    until = now() + timedelta(minutes=30)
    await stage.store.committer.commit([attendance.take(conversation.id, "wang", now=now(), until=until)])
    process = stage.process(channels=CHANNELS)
    for text in ("在吗", "退订"):
        process.turns.start(await stage.keep(text, address=PHONE))
        await process.turns.drain(PATIENCE_S)
    [answer] = await stage.store.outbox.onward(conversation.id, limit=10)
    assert "退订" in answer.text
    assert (await stage.store.conversations.get(conversation.id)).stopped


async def test_danger_is_answered_at_once_all_the_same(stage, attendance):
    await says(stage, "路灯坏了")
    await take(stage, attendance, "wang")
    assert await says(stage, "着火了快来人") == "听到：着火了快来人"


async def test_an_answer_under_way_when_somebody_takes_over_is_not_given(stage, attendance):
    await says(stage, "路灯坏了")
    stage.script.begun.clear()
    stage.script.hold = asyncio.Event()
    arrived = await stage.keep("还有")
    answered = asyncio.create_task(stage.process().turns.reply_for(arrived, seconds=PATIENCE_S))
    await stage.script.begun.wait()
    await take(stage, attendance, "wang")
    stage.script.hold.set()
    assert await answered is None
    done = await stage.store.inbox.get(arrived.id)
    assert done is not None
    assert done.state is ArrivalState.DONE
    assert await stage.store.outbox.reply_to(arrived.id) is None
