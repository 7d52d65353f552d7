"""Sweeps of a real store: what was left is found, once at a time, and one that breaks holds up nobody."""

import asyncio
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from bot.delivery.deliverer import GRACE
from bot.delivery.sweeper import UNCLAIMED_AFTER, Sweeper
from channels.messages import Address, Inbound, Kind, Purpose
from storage.errors import StorageAway
from storage.records import OutboxEntry
from storage.store import Store

PERSON = Address(channel="wechat", account="main", sender="oNobody-in-particular-0000003")


class Queue:
    def __init__(self) -> None:
        self.there = True
        self.kicked: list[str] = []

    async def kick(self, ids: Sequence[str]) -> bool:
        if self.there:
            self.kicked.extend(ids)
        return self.there


class Stage:
    def __init__(self, store: Store) -> None:
        self.store = store
        self.queue = Queue()
        self.now = datetime.now(UTC)
        self.delivered: list[str] = []
        self.resumed: list[str] = []
        self.broken: dict[str, Exception] = {}
        self.hold: asyncio.Event | None = None
        self.begun = asyncio.Event()
        self.sweeper = Sweeper(
            store=store, queue=self.queue, deliver=self.deliver, resume=self.resume, clock=lambda: self.now
        )

    async def deliver(self, entry_id: str) -> None:
        self.begun.set()
        if self.hold is not None:
            await self.hold.wait()
        if entry_id in self.broken:
            raise self.broken[entry_id]
        self.delivered.append(entry_id)

    async def resume(self, conversation_id: str) -> None:
        if conversation_id in self.broken:
            raise self.broken[conversation_id]
        self.resumed.append(conversation_id)

    async def put(self, due_at: datetime | None = None) -> str:
        entry = OutboxEntry(
            id=uuid.uuid4().hex,
            conversation_id="wechat:main:x",
            address=PERSON,
            purpose=Purpose.REPLY,
            text="x",
            created_at=self.now,
            due_at=due_at or self.now - GRACE,
        )
        await self.store.committer.commit([self.store.outbox.put(entry)])
        return entry.id

    async def keep(self, sender: str) -> str:
        message = Inbound(
            address=Address(channel="wechat", account="main", sender=sender),
            message_id=uuid.uuid4().hex,
            kind=Kind.TEXT,
            sent_at=self.now,
            received_at=self.now,
            text="路灯坏了",
        )
        [kept] = await self.store.inbox.add([message])
        return kept.arrived.conversation_id


@pytest.fixture
async def stage(database, vault) -> Stage:
    return Stage(await Store.open(database, vault))


async def test_what_is_due_and_was_kicked_a_while_ago_is_kicked_again(stage: Stage) -> None:
    due = [await stage.put(), await stage.put()]
    await stage.put(stage.now)  # its own kick may still be on the way
    await stage.put(stage.now + timedelta(minutes=1))
    await stage.sweeper.sweep()
    assert sorted(stage.queue.kicked) == sorted(due)
    assert stage.delivered == []


async def test_where_the_queue_is_away_it_delivers_itself(stage: Stage) -> None:
    due = [await stage.put() for _ in range(20)]
    stage.queue.there = False
    await stage.sweeper.sweep()
    assert sorted(stage.delivered) == sorted(due)


async def test_messages_whose_turn_never_came_are_taken_up_once_the_platforms_repeats_are_over(stage: Stage) -> None:
    left = [await stage.keep("o1"), await stage.keep("o2")]
    await stage.sweeper.sweep()
    assert stage.resumed == []
    stage.now += UNCLAIMED_AFTER + timedelta(seconds=1)
    await stage.sweeper.sweep()
    assert sorted(stage.resumed) == sorted(left)


@pytest.mark.parametrize("failure", [StorageAway("x"), ValueError("13800138000")])
async def test_one_that_breaks_keeps_nobody_waiting(stage: Stage, failure: Exception, capsys) -> None:
    stage.queue.there = False
    first, second = await stage.put(), await stage.put()
    left, other = await stage.keep("o1"), await stage.keep("o2")
    stage.broken = {first: failure, left: failure}
    stage.now += UNCLAIMED_AFTER + timedelta(seconds=1)
    await stage.sweeper.sweep()
    assert (stage.delivered, stage.resumed) == ([second], [other])
    assert "13800138000" not in "".join(capsys.readouterr())


async def test_sweeps_do_not_pile_up(stage: Stage) -> None:
    stage.queue.there = False
    entry_id = await stage.put()
    stage.hold = asyncio.Event()
    sweeping = asyncio.create_task(stage.sweeper.sweep())
    await stage.begun.wait()
    await stage.sweeper.sweep()  # returns, for one is under way
    stage.hold.set()
    await sweeping
    assert stage.delivered == [entry_id]
    await stage.sweeper.sweep()
    assert stage.delivered == [entry_id, entry_id]


async def test_a_storage_that_is_away_is_left_to_the_next_sweep(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    entry_id = await stage.put()

    async def away(*_given: object, **_named: object) -> list[str]:
        raise StorageAway("x")

    with monkeypatch.context() as patch:
        patch.setattr(stage.store.outbox, "due", away)
        await stage.sweeper.sweep()
    await stage.sweeper.sweep()
    assert stage.queue.kicked == [entry_id]
