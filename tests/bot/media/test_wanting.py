"""What a turn hears besides words is wanted with the turn: in its own commit, with the case it files, or not at all."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from stage import PERSON, Stage, message
from waiting import PATIENCE_S

from channels.messages import Kind, Media
from dialogs.outcome import Attachment, FileCase, Unlink
from storage.attachment_records import ATTACHMENTS
from storage.errors import StorageAway
from storage.records import ArrivalState
from storage.store import Store


@pytest.fixture
async def stage(database, vault, servers):
    stage = Stage(await Store.open(database, vault), servers.redis_url)
    yield stage
    await stage.close()


async def _picture(stage, message_id):
    sent = replace(message("", message_id), kind=Kind.IMAGE, media=Media(id=f"media-{message_id}"))
    [kept] = await stage.store.inbox.add([sent])
    return kept.arrived


def _files(number, *message_ids):
    named = tuple(Attachment(message_id=each, kind="image", media_id="") for each in message_ids)
    return FileCase(number=number, code="123456", title="路灯坏了", content="路灯坏了一个多月", attachments=named)


async def _due(stage):
    return set(await stage.store.attachments.due(datetime.now(UTC), limit=9))


async def test_a_picture_of_before_and_one_of_the_same_turn_go_with_the_case(stage):
    process = stage.process()
    before = await _picture(stage, "1")
    await process.turns.reply_for(before, seconds=PATIENCE_S)
    [unfiled] = [each async for each in stage.store.database[ATTACHMENTS].each({})]
    assert (unfiled["case_numbers"], "expires_at" in unfiled) == ([], True)

    await process.turns.drain(PATIENCE_S)
    now_sent = await _picture(stage, "2")
    number = await stage.store.numbers.draw(message_id="2", at=datetime.now(UTC))
    stage.script.effects = [_files(number, before.id, now_sent.id)]
    await process.turns.reply_for(now_sent, seconds=PATIENCE_S)
    kept = await stage.store.attachments.of_case(number)
    assert {each.message_id for each in kept} == {before.id, now_sent.id}
    assert await _due(stage) == {stage.store.attachments.id_of(each.id) for each in (before, now_sent)}
    assert [each async for each in stage.store.database[ATTACHMENTS].each({"expires_at": {"$exists": True}})] == []


async def test_the_workers_are_told_of_it_when_it_is_committed(stage):
    process, told = stage.process(), []

    async def fetch(ids):
        told.extend([(each, await stage.store.attachments.get(each) is not None) for each in ids])

    process.turns._tools = replace(process.turns._tools, fetch=fetch)
    arrived = await _picture(stage, "1")
    await process.turns.reply_for(arrived, seconds=PATIENCE_S)
    await process.turns.drain(PATIENCE_S)
    assert told == [(stage.store.attachments.id_of(arrived.id), True)]


async def test_a_commit_that_fails_leaves_nothing_wanted_and_the_next_try_wants_it_once(stage, monkeypatch):
    process, failing = stage.process(), [True]
    write = type(stage.store.committer)._write

    async def fails_once(self, changes, session):
        await write(self, changes, session)
        if failing:
            failing.pop()
            raise StorageAway

    monkeypatch.setattr(type(stage.store.committer), "_write", fails_once)
    arrived = await _picture(stage, "1")
    process.turns.start(arrived)
    await process.turns.drain(PATIENCE_S)
    assert failing == []
    assert (await stage.store.inbox.get(arrived.id)).state is ArrivalState.DONE
    assert await _due(stage) == {stage.store.attachments.id_of(arrived.id)}


async def test_a_picture_whose_turn_broke_for_good_is_kept_for_whoever_looks_into_it(stage):
    process = stage.process()
    stage.script.broken = True
    arrived = await _picture(stage, "1")
    await process.turns.reply_for(arrived, seconds=PATIENCE_S)
    assert (await stage.store.inbox.get(arrived.id)).state is ArrivalState.FAILED
    assert await _due(stage) == {stage.store.attachments.id_of(arrived.id)}


async def test_of_whoever_leaves_what_is_in_no_case_is_dropped_and_what_is_filed_stays(stage):
    process = stage.process()
    filed = await _picture(stage, "1")
    number = await stage.store.numbers.draw(message_id="1", at=datetime.now(UTC))
    stage.script.effects = [_files(number, filed.id)]
    await process.turns.reply_for(filed, seconds=PATIENCE_S)
    stage.script.effects = []
    unfiled = await _picture(stage, "2")
    await process.turns.reply_for(unfiled, seconds=PATIENCE_S)

    stage.script.effects = [Unlink()]
    await process.turns.reply_for(await stage.keep("退出"), seconds=PATIENCE_S)
    await process.turns.drain(PATIENCE_S)
    assert await stage.store.attachments.drop_expired(datetime.now(UTC), limit=9) == 1
    assert [each.message_id for each in await stage.store.attachments.of_case(number)] == [filed.id]
    assert await stage.store.attachments.unfiled(filed.conversation_id) == []


async def test_words_alone_make_no_attachment(stage):
    arrived = await stage.keep("路灯坏了", address=PERSON)
    await stage.process().turns.reply_for(arrived, seconds=PATIENCE_S)
    assert await stage.store.database[ATTACHMENTS].count({}, limit=9) == 0
