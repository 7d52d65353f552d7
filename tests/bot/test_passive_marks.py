"""What a webhook gave is recorded as sent, whatever stumbles; and what comes behind it is sent on."""

import asyncio
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from waiting import awaited

from bot import passive_marks as module
from bot.passive_marks import PassiveMarks
from channels.messages import Address, Purpose, Via
from storage.errors import StorageAway
from storage.records import DeliveryState, OutboxEntry
from storage.store import Store

PERSON = Address(channel="wechat", account="main", sender="oNobody-in-particular-0000004")
NOW = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)
LEASE_END = NOW + timedelta(seconds=16)


class Stage:
    def __init__(self, store: Store) -> None:
        self.store = store
        self.kicked: list[str] = []
        self.marks = PassiveMarks(store, lambda: NOW, self.kick)
        self.record = store.outbox.passive_sent
        self.marked = asyncio.Event()

    async def kick(self, ids: Sequence[str]) -> bool:
        self.kicked.extend(ids)
        return True

    async def passive_sent(self, ids: Sequence[str], at: datetime) -> None:
        await self.record(ids, at)
        self.marked.set()

    async def put(self, **given: object) -> OutboxEntry:
        entry = OutboxEntry(
            **{
                "id": uuid.uuid4().hex,
                "conversation_id": "wechat:main:x",
                "address": PERSON,
                "purpose": Purpose.REPLY,
                "text": "x",
                "created_at": NOW,
                "due_at": LEASE_END,
                "state": DeliveryState.SENDING,
                "via": Via.PASSIVE,
                "lease_until": LEASE_END,
                "reply_to": uuid.uuid4().hex,
                **given,
            }
        )
        await self.store.committer.commit([self.store.outbox.put(entry)])
        return entry

    async def state(self, entry: OutboxEntry) -> DeliveryState:
        found = await self.store.outbox.get(entry.id)
        assert found is not None
        return found.state


@pytest.fixture
async def stage(database, vault, monkeypatch: pytest.MonkeyPatch) -> Stage:
    stage = Stage(await Store.open(database, vault))
    monkeypatch.setattr(module, "_GATHER_S", 0.01)
    monkeypatch.setattr(module, "_AGAIN_S", 0.01)
    monkeypatch.setattr(stage.store.outbox, "passive_sent", stage.passive_sent)
    return stage


async def test_given_replies_are_marked_together_and_only_they(stage: Stage) -> None:
    given, kept = [await stage.put() for _ in range(5)], await stage.put()
    running = asyncio.create_task(stage.marks.run())
    for entry in given:
        stage.marks.given(entry)
    await awaited(stage.marked.wait(), "they are marked")
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert {await stage.state(entry) for entry in given} == {DeliveryState.SENT}
    assert await stage.state(kept) is DeliveryState.SENDING


async def test_the_next_part_is_sent_on_once_the_first_was_given(stage: Stage) -> None:
    first = await stage.put()
    behind = [
        await stage.put(
            state=DeliveryState.QUEUED,
            via=None,
            lease_until=None,
            reply_to=first.reply_to,
            created_at=NOW + timedelta(milliseconds=place),
        )
        for place in (1, 2)
    ]
    stage.marks.given(first)
    assert await stage.marks.flush()
    assert stage.kicked == [behind[0].id]


@pytest.mark.parametrize("failure", [StorageAway("x"), asyncio.CancelledError()])
async def test_a_mark_that_failed_is_made_the_next_time(stage: Stage, monkeypatch, failure: BaseException) -> None:
    """A flush that is cancelled half-way loses none either."""

    async def fail(ids: Sequence[str], at: datetime) -> None:
        raise failure

    entry, later = await stage.put(), await stage.put()
    with monkeypatch.context() as patch:
        patch.setattr(stage.store.outbox, "passive_sent", fail)
        stage.marks.given(entry)
        if isinstance(failure, StorageAway):
            assert not await stage.marks.flush()
        else:
            with pytest.raises(asyncio.CancelledError):
                await stage.marks.flush()
    stage.marks.given(later)
    assert await stage.marks.flush()
    assert {await stage.state(entry), await stage.state(later)} == {DeliveryState.SENT}


async def test_what_was_given_just_before_the_end_is_marked_at_the_end(stage: Stage) -> None:
    running = asyncio.create_task(stage.marks.run())
    await asyncio.sleep(0)
    entry = await stage.put()
    stage.marks.given(entry)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert running.cancelled()
    assert await stage.state(entry) is DeliveryState.SENT


async def test_it_goes_on_when_the_storage_is_back(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    failing = [StorageAway("x"), StorageAway("x")]

    async def stumble(ids: Sequence[str], at: datetime) -> None:
        if failing:
            raise failing.pop()
        await stage.passive_sent(ids, at)

    monkeypatch.setattr(stage.store.outbox, "passive_sent", stumble)
    running = asyncio.create_task(stage.marks.run())
    entry = await stage.put()
    stage.marks.given(entry)
    await awaited(stage.marked.wait(), "they are marked")
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert await stage.state(entry) is DeliveryState.SENT


async def test_what_nobody_seems_to_have_read_is_not_marked(stage: Stage) -> None:
    unread, read = await stage.put(), await stage.put()
    stage.marks.given(unread, read=lambda: False)
    stage.marks.given(read, read=lambda: True)
    assert await stage.marks.flush()
    assert [await stage.state(entry) for entry in (unread, read)] == [DeliveryState.SENDING, DeliveryState.SENT]


async def test_a_claim_that_was_quicker_than_the_mark_stands(stage: Stage) -> None:
    entry = await stage.put()
    assert await stage.store.outbox.claim(entry.id, token="w", seconds=40, now=LEASE_END)
    stage.marks.given(entry)
    await stage.marks.flush()
    assert await stage.state(entry) is DeliveryState.SENDING


async def test_what_it_holds_is_bounded(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_MOST", 2)
    entries = [await stage.put() for _ in range(3)]
    for entry in entries:
        stage.marks.given(entry)
    await stage.marks.flush()
    assert [await stage.state(entry) for entry in entries] == [*[DeliveryState.SENT] * 2, DeliveryState.SENDING]
    stage.marks.given(entries[2])
    await stage.marks.flush()
    assert await stage.state(entries[2]) is DeliveryState.SENT
