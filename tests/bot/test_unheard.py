"""Texts to an account that sends approved templates alone: kept, told to staff, and answered by a template at most."""

import pytest
from stage import Platform, Stage, now
from waiting import PATIENCE_S

from bot.turns.unheard import TEMPLATES_ONLY
from channels.base import Capabilities
from channels.messages import Address, Via
from storage.records import ArrivalState
from storage.store import Store

PHONE = Address(channel="sms", account="main", sender="13800138000")


@pytest.fixture
async def stage(database, vault, servers):
    stage = Stage(await Store.open(database, vault), servers.redis_url)
    yield stage
    await stage.close()


async def says(stage: Stage, *texts: str, notices: frozenset[str] = frozenset({"progress", "reply"})):
    """The texts, kept and done with."""
    told = Capabilities(
        passive=False, answer_within=0, ways=(Via.SMS,), text_limit=134, free_text=False, notices=notices
    )
    process = stage.process(channels={("sms", "main"): Platform(capabilities=told)})
    kept = []
    for text in texts:
        arrived = await stage.keep(text, address=PHONE)
        process.turns.start(arrived)
        await process.turns.drain(PATIENCE_S)
        kept.append(await stage.store.inbox.get(arrived.id))
    assert [each.state for each in kept] == [ArrivalState.DONE] * len(texts)
    return kept


async def sent(stage: Stage, kept):
    return await stage.store.outbox.onward(kept[0].conversation_id, limit=100)


async def test_a_text_calls_staff_and_is_answered_by_the_template(stage: Stage) -> None:
    kept = await says(stage, "小区路灯坏了")
    assert stage.script.heard == []
    assert kept[0].message.text == "小区路灯坏了"
    [call] = await stage.store.calls.open(10)
    assert (call.reason, call.danger, call.conversation_id) == (TEMPLATES_ONLY, False, kept[0].conversation_id)
    [entry] = await sent(stage, kept)
    assert (entry.notice, entry.reply_to) == ("reply", kept[0].id)


async def test_without_a_template_staff_are_called_and_nothing_is_sent(stage: Stage) -> None:
    kept = await says(stage, "小区路灯坏了", notices=frozenset({"progress"}))
    assert len(await stage.store.calls.open(10)) == 1
    assert await sent(stage, kept) == []


async def test_while_staff_have_not_seen_to_it_a_further_text_calls_nobody_again(stage: Stage) -> None:
    kept = await says(stage, "小区路灯坏了", "在文化路", "三天了")
    [call] = await stage.store.calls.open(10)
    assert len(await sent(stage, kept)) == 1
    await stage.store.committer.commit([stage.store.calls.closed(call.id, by="staff", at=now())])
    await says(stage, "还没有修")
    assert len(await stage.store.calls.open(10)) == 1


async def test_danger_calls_staff_each_time_and_before_all_else(stage: Stage) -> None:
    await says(stage, "小区路灯坏了", "我不想活了，现在就去跳楼")
    calls = await stage.store.calls.open(10)
    assert [call.danger for call in calls] == [True, False]


async def test_an_opt_out_is_heard_there_as_everywhere(stage: Stage) -> None:
    kept = await says(stage, "TD")
    assert await stage.store.calls.open(10) == []
    assert await sent(stage, kept) == []
