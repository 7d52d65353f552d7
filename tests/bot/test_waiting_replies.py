"""An answer that is past what the platform allows waits for the person's next message, and goes with its answer."""

import asyncio
import random
from datetime import timedelta

import pytest
from scripted import SERVICE, ScriptedChannel
from stage import PERSON, Stage, now
from waiting import PATIENCE_S

from bot.console.conversations import shown
from bot.delivery.backoff import Backoff
from bot.delivery.deliverer import REPLIES_WAIT, Deliverer
from bot.delivery.quiet import QuietHours
from bot.metrics import Metrics
from channels.errors import RecipientGone, WayShut
from channels.messages import Grant, Purpose
from storage.records import DeliveryState, OutboxEntry
from storage.store import Store

QUEUED, MERGED, SENT = DeliveryState.QUEUED, DeliveryState.MERGED, DeliveryState.SENT


class Talk:
    """One person, the turns of one process and its worker, and a channel that counts."""

    def __init__(self, stage: Stage) -> None:
        self.stage, self.store = stage, stage.store
        self.channel = ScriptedChannel()
        self.later = timedelta()
        self.kicked: list[str] = []
        self.conversation_id = ""

    async def begin(self, *, grant: int) -> None:
        """They wrote before; ``grant`` messages may still be sent."""
        taken = await self.store.conversations.take(PERSON, token="t", seconds=60, now=now())
        assert taken is not None
        self.conversation_id = taken.id
        left = Grant(messages=grant, until=now() + timedelta(hours=48))
        advanced = self.store.conversations.advance(taken, state={"turns": 1}, release=True, now=now(), grant=left)
        await self.store.committer.commit([advanced])

    async def put(self, text: str, **given: object) -> OutboxEntry:
        at = now()
        plain = {"id": text, "conversation_id": self.conversation_id, "address": PERSON, "purpose": Purpose.REPLY}
        entry = OutboxEntry(**{**plain, "text": text, "created_at": at, "due_at": at, **given})
        await self.store.committer.commit([self.store.outbox.put(entry)])
        return entry

    async def deliver(self, entry_id: str) -> OutboxEntry:
        async def kick(ids):
            self.kicked.extend(ids)
            return True

        worker = Deliverer(
            store=self.store,
            channels={("wechat", "main"): self.channel},
            clock=lambda: now() + self.later,
            chance=random.Random(1),
            backoff=Backoff(),
            quiet=QuietHours(span=None),
            kick=kick,
            metrics=Metrics(),
        )
        await worker.deliver(entry_id)
        return await self.entry(entry_id)

    async def waits(self, *texts: str) -> None:
        for text in texts:
            await self.put(text)
            assert (await self.deliver(text)).waits_for == self.conversation_id

    async def entry(self, entry_id: str) -> OutboxEntry:
        found = await self.store.outbox.get(entry_id)
        assert found is not None
        return found

    async def person(self):
        found = await self.store.conversations.get(self.conversation_id)
        assert found is not None
        return found


@pytest.fixture
async def talk(database, vault):
    stage = Stage(await Store.open(database, vault), "")
    talk = Talk(stage)
    await talk.begin(grant=0)
    yield talk
    await stage.close()


async def test_an_answer_past_the_allowance_waits_and_staff_see_why(talk: Talk) -> None:
    await talk.put("第1条")
    waiting = await talk.deliver("第1条")
    assert (waiting.state, waiting.attempts, waiting.maybe_twice) == (QUEUED, (), False)
    assert waiting.due_at == waiting.created_at + REPLIES_WAIT
    assert next((way.via, way.taken, way.reason) for way in waiting.decision) == (SERVICE, False, "grant_used")
    assert shown.sent(waiting, str).mark == "等对方再来消息时一起发出（可以主动发的条数已经用完）"
    assert (await talk.person()).replies_wait
    assert talk.channel.tried == []
    assert await talk.store.outbox.dead(10) == []


async def test_what_the_platform_itself_refused_for_now_waits_too(talk: Talk) -> None:
    await talk.begin(grant=5)
    talk.channel.script = {SERVICE: [WayShut(provider_code="45047")]}
    await talk.waits("第1条")
    assert (await talk.person()).grant_until is None


async def test_a_passive_reply_delivers_what_waited_in_order(talk: Talk) -> None:
    await talk.waits("第1条", "第2条")
    process = talk.stage.process()
    arrived = await talk.stage.keep("在吗")
    reply = await process.turns.reply_for(arrived, seconds=PATIENCE_S)
    assert reply is not None
    said = [reply.text.index(text) for text in ("第1条", "第2条", "听到：在吗")]
    assert said == sorted(said)
    old = [await talk.entry(text) for text in ("第1条", "第2条")]
    assert [(entry.state, shown.sent(entry, str).mark) for entry in old] == [(MERGED, "已并入后一条回复")] * 2
    person = await talk.person()
    assert (person.replies_wait, person.grant_left) == (False, 5)
    # Nothing is said twice, whoever still thinks of the old ones.
    await talk.deliver("第1条")
    assert talk.channel.sent == []
    again = await process.turns.reply_for(await talk.stage.keep("还有"), seconds=PATIENCE_S)
    assert again is not None
    assert again.text == "听到：还有"


async def test_where_nothing_is_answered_what_waited_goes_alone(talk: Talk) -> None:
    await talk.waits("第1条")
    talk.stage.script.silent = True
    reply = await talk.stage.process().turns.reply_for(await talk.stage.keep("好的"), seconds=PATIENCE_S)
    assert reply is not None
    assert reply.text.endswith("第1条")


async def test_parts_behind_one_that_waits_wait_with_it(talk: Talk) -> None:
    at = now()
    parts = [
        await talk.put(f"第{place}段", reply_to="arrived-1", created_at=at + timedelta(milliseconds=place))
        for place in (1, 2, 3)
    ]
    for part in parts:
        assert (await talk.deliver(part.id)).waits_for == talk.conversation_id
    reply = await talk.stage.process().turns.reply_for(await talk.stage.keep("然后呢"), seconds=PATIENCE_S)
    assert reply is not None
    assert "第1段\n\n第2段\n\n第3段" in reply.text


async def test_what_is_more_than_some_messages_hold_waits_for_the_next_time(talk: Talk) -> None:
    long = [f"第{place}条" + "长" * 600 for place in range(1, 8)]
    await talk.waits(*long)
    process, told = talk.stage.process(), []
    for place in range(7):
        arrived = await talk.stage.keep(f"问{place}")
        assert await process.turns.reply_for(arrived, seconds=PATIENCE_S) is not None
        parts = await talk.store.outbox.history(talk.conversation_id, limit=50)
        told = [entry.text for entry in sorted(parts, key=lambda entry: entry.created_at) if entry.reply_to]
        if not (await talk.person()).replies_wait:
            break
    assert place < 6
    everything = "".join(told)
    said = [everything.index(f"第{place}条") for place in range(1, 8)]
    assert said == sorted(said)
    assert [everything.count(f"第{place}条") for place in range(1, 8)] == [1] * 7
    assert all(len(text.encode()) <= 2048 for text in told)


async def test_a_file_that_waited_is_sent_by_the_workers(talk: Talk) -> None:
    entry = await talk.put("［文件］", attachment="file-1")
    await talk.store.outbox.claim(entry.id, token="t", seconds=9, now=now())
    assert await talk.store.waiting.put(entry, "t", until=now() + REPLIES_WAIT)
    process = talk.stage.process()
    reply = await process.turns.reply_for(await talk.stage.keep("在吗"), seconds=PATIENCE_S)
    assert reply is not None
    assert reply.text == "听到：在吗"
    released = await talk.entry(entry.id)
    assert (released.state, released.waits_for) == (QUEUED, None)
    assert released.due_at <= now()
    assert entry.id in process.kicked


async def test_a_turn_under_way_when_something_begins_to_wait_is_made_again_and_says_it(talk: Talk) -> None:
    process = talk.stage.process()
    talk.stage.script.hold = asyncio.Event()
    answering = asyncio.create_task(process.turns.reply_for(await talk.stage.keep("在吗"), seconds=PATIENCE_S))
    await talk.stage.script.begun.wait()
    await talk.waits("第1条")
    talk.stage.script.hold.set()
    reply = await answering
    assert reply is not None
    assert "第1条" in reply.text
    assert (await talk.entry("第1条")).state is MERGED


async def test_who_wrote_while_it_was_tried_is_sent_it_at_once(talk: Talk) -> None:
    """The way was judged by what was known before their message; the turn had nothing to take along yet."""
    judged = await talk.person()
    assert await talk.stage.process().turns.reply_for(await talk.stage.keep("在吗"), seconds=PATIENCE_S) is not None
    entry, get, looks = await talk.put("第1条"), talk.store.conversations.get, [judged]

    async def old_first(key):
        return looks.pop() if looks else await get(key)

    object.__setattr__(talk.store.conversations, "get", old_first)
    assert (await talk.deliver(entry.id)).waits_for is None
    assert talk.kicked == [entry.id]
    assert (await talk.deliver(entry.id)).state is SENT


async def test_after_a_week_staff_see_it_as_given_up(talk: Talk) -> None:
    await talk.waits("第1条")
    talk.later = REPLIES_WAIT
    dead = await talk.deliver("第1条")
    assert (dead.state, dead.reason) == (DeliveryState.DEAD, WayShut.sentence)


async def test_only_so_much_waits_for_one_person(talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("storage.waiting_replies.MOST", 2)
    await talk.waits("第1条", "第2条")
    await talk.put("第3条")
    assert (await talk.deliver("第3条")).state is DeliveryState.DEAD


async def test_nobody_waits_for_who_left_nor_with_a_notice(talk: Talk) -> None:
    await talk.put("通知", purpose=Purpose.CASE_NOTICE)
    assert (await talk.deliver("通知")).state is DeliveryState.DEAD
    await talk.begin(grant=5)
    talk.channel.script = {SERVICE: [RecipientGone()]}
    await talk.put("第1条")
    assert (await talk.deliver("第1条")).state is DeliveryState.FAILED
    await talk.put("第2条")
    assert (await talk.deliver("第2条")).state is DeliveryState.DEAD
