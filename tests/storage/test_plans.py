"""What turns and deliveries ask MongoDB is answered from an index, however much is stored.

The server's own profiler notes every command; nothing may read a collection through, sort in memory, or look at more
documents than it gives back or may give back.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from channels.messages import Via
from storage.records import Attempt, DeliveryState

OTHERS = 120
_MOST_EXAMINED = 60
"""Far below what is stored: a bound of the query, not of the data."""
_ENTRIES = {"arrivals", "conversations", "outbox", "case_numbers", "counters", "parked_receipts", "cases", "timeline"}


@pytest.fixture
async def crowd(store, address, inbound, entry, now):
    """Others who wrote and were answered, and some who still wait."""
    people = [replace(address, sender=f"oOther-{number}") for number in range(OTHERS)]
    kept = [(await store.inbox.add([inbound(address=each)]))[0].arrived for each in people]
    held = await asyncio.gather(*(store.conversations.take(each, token="t", seconds=9, now=now) for each in people))
    for place, (arrived, conversation) in enumerate(zip(kept, held, strict=True)):
        if place % 10:  # one in ten waits
            reply = entry(conversation_id=conversation.id, reply_to=arrived.id, due_at=now, created_at=now)
            await store.committer.commit(_turn(store, conversation, arrived, [reply], now))
    return held


def _turn(store, conversation, arrived, entries, now):
    advance = store.conversations.advance(conversation, state={"step": 1}, release=True, now=now)
    done = store.inbox.done([arrived.id], turn_id="t1", reply_id=entries[0].id, at=now)
    return [advance, *done, *map(store.outbox.put, entries)]


async def _profiled(database) -> Sequence[dict[str, Any]]:
    await database.command("profile", 0)
    noted = await database["system.profile"].find({}, limit=5_000)
    return [each for each in noted if each["ns"].partition(".")[2] in _ENTRIES]


async def test_a_turn_and_its_delivery_read_by_index_alone(store, crowd, address, inbound, entry, now):  # noqa: PLR0917 - fixtures
    await store.database.command("profile", 2)
    people = [address, *(each.address for each in crowd[:6])]
    kept = await asyncio.gather(*(store.inbox.add([inbound(address=each)]) for each in people))
    await store.inbox.add([kept[0][0].arrived.message])  # the platform's repeat
    later = now + timedelta(seconds=20)
    held = await asyncio.gather(*(store.conversations.take(each, token="u", seconds=9, now=later) for each in people))
    for conversation in held:
        assert await store.inbox.pending(conversation.id)
    await asyncio.gather(*(store.inbox.pending(conversation.id) for conversation in held))
    await asyncio.gather(*(store.cases.of_conversation(conversation.id) for conversation in held))
    await asyncio.gather(*(store.contacts.kin(conversation.id) for conversation in held))
    await store.numbers.draw(message_id="m1", at=now)
    conversation, arrived = held[0], kept[0][0].arrived
    passive = entry(
        conversation_id=conversation.id,
        reply_to=arrived.id,
        created_at=now,
        via=Via.PASSIVE,
        state=DeliveryState.SENDING,
        lease_until=later,
        due_at=later,
    )
    more = [entry(conversation_id=conversation.id, reply_to=arrived.id, created_at=now + timedelta(milliseconds=1))]
    await store.committer.commit(_turn(store, conversation, arrived, [passive, *more], later))
    await store.outbox.get(passive.id)
    await store.outbox.passive_sent([passive.id], at=later)
    assert await store.outbox.next_parts([arrived.id]) == [more[0].id]
    await store.outbox.part_before(more[0])
    await store.outbox.due(later, 10)
    claimed = await store.outbox.claim(more[0].id, token="c", seconds=9, now=later)
    attempt = Attempt(at=later, via=Via.CUSTOMER_SERVICE, outcome="sent")
    await store.outbox.record_sent(
        claimed.id, "c", via=Via.CUSTOMER_SERVICE, provider_id="p1", at=later, attempt=attempt
    )
    await store.inbox.close_passive(arrived.id)
    await store.outbox.release_passive(arrived.id, now=later)
    await store.inbox.depth(100)
    await store.outbox.depth(100)
    await store.inbox.history(conversation.id, limit=20)
    await store.outbox.history(conversation.id, limit=20)
    noted = await _profiled(store.database)
    assert {"insert", "update", "command", "query"} <= {each["op"] for each in noted}
    assert [_plan(each) for each in noted if "COLLSCAN" in each.get("planSummary", "")] == []
    assert [_plan(each) for each in noted if each.get("hasSortStage")] == []
    assert [_plan(each) for each in noted if each.get("docsExamined", 0) > _MOST_EXAMINED] == []


async def test_what_waits_for_somebody_is_found_by_index_alone(store, crowd, entry, now):
    conversation = crowd[1]
    waiting = [entry(conversation_id=conversation.id, created_at=now, due_at=now) for _ in range(3)]
    await store.committer.commit([store.outbox.put(each) for each in waiting])
    await store.database.command("profile", 2)
    for each in waiting:
        await store.outbox.claim(each.id, token="c", seconds=9, now=now)
        assert await store.waiting.put(each, "c", until=now + timedelta(days=7))
    assert len(await store.waiting.of(conversation.id)) == 3
    assert len(await store.waiting.wake(conversation.id, now=now)) == 3
    noted = await _profiled(store.database)
    assert [_plan(each) for each in noted if "COLLSCAN" in each.get("planSummary", "")] == []
    assert [_plan(each) for each in noted if each.get("hasSortStage")] == []
    assert [_plan(each) for each in noted if each.get("docsExamined", 0) > _MOST_EXAMINED] == []


def _plan(noted: dict[str, Any]) -> str:
    return f"{noted['ns']} {noted['op']} {noted.get('planSummary')} examined {noted.get('docsExamined')}"
