"""The inbox, on both drivers."""

import asyncio
from datetime import timedelta

import pytest

from channels.messages import Address, Event, EventName, Kind, Link, Location, Media
from storage.errors import Conflict, StorageAway, StorageError
from storage.gathering import Gatherer
from storage.inbox import Inbox
from storage.records import ArrivalState

BOTH = pytest.mark.parametrize("driver", ["motor", "pymongo"])


@BOTH
async def test_a_message_comes_back_as_it_arrived(store, inbound, now):
    full = inbound(
        kind=Kind.EVENT,
        payload="menu:1",
        media=Media(id="media1", url="https://e/x", format="amr", thumbnail_id="t"),
        location=Location(latitude=36.7, longitude=119.1, label="奎文区"),
        link=Link(title="t", url="u", description="d"),
        event=Event(name=EventName.SCANNED, key="k", details={"Ticket": "x"}),
        reply_until=now + timedelta(seconds=16),
    )
    [kept] = await store.inbox.add([full])
    assert kept.new
    assert kept.arrived.message == full
    assert await store.inbox.get(kept.arrived.id) == kept.arrived


@BOTH
async def test_a_duplicate_is_answered_with_the_stored_message(store, inbound, now):
    message = inbound()
    [first] = await store.inbox.add([message])
    await store.committer.commit(store.inbox.done([first.arrived.id], turn_id="t1", reply_id="r1", at=now))
    [again] = await store.inbox.add([message])
    assert not again.new
    assert again.arrived.state is ArrivalState.DONE
    assert (again.arrived.turn_id, again.arrived.reply_id) == ("t1", "r1")
    assert again.arrived.arrived_ns == first.arrived.arrived_ns


@BOTH
async def test_the_same_message_many_times_at_once_is_new_once(store, inbound):
    other, message = inbound(), inbound()
    await store.inbox.add([other])
    answers = await asyncio.gather(*(store.inbox.add([message, other, message]) for _ in range(20)))
    kept = [each for answer in answers for each in answer]
    assert sum(each.new for each in kept) == 1
    assert {each.arrived.id for each in kept if each.arrived.message == message} == {kept[0].arrived.id}


async def test_one_message_id_of_two_people_is_two_messages(store, inbound):
    somebody_else = Address(channel="wechat", account="main", sender="another")
    kept = await store.inbox.add([inbound(message_id="1"), inbound(message_id="1", address=somebody_else)])
    assert all(each.new for each in kept)


async def test_callers_at_once_share_a_write_and_get_their_own(store, inbound):
    calls = []
    insert = store.inbox._messages.insert_many_new

    async def counted(documents):
        calls.append(len(documents))
        return await insert(documents)

    store.inbox._messages.insert_many_new = counted
    messages = [inbound() for _ in range(30)]
    answers = await asyncio.gather(*(store.inbox.add([each]) for each in messages))
    assert [answer[0].arrived.message for answer in answers] == messages
    # The first goes at once, the rest gathers behind it.
    assert calls in ([30], [1, 29])


async def test_order_of_arrival_is_strict_even_when_the_clock_stands_still_or_goes_back(database, vault, inbound):
    ticks = iter([5_000, 5_000, 4_000, 9_000])
    inbox = Inbox(database, vault, clock_ns=lambda: next(ticks))
    kept = await inbox.add([inbound() for _ in range(4)])
    assert [each.arrived.arrived_ns for each in kept] == [5_000, 5_001, 5_002, 9_000]


@BOTH
async def test_pending_comes_in_order_and_leaves_out_what_is_settled(store, inbound, now):
    kept = [each.arrived for each in await store.inbox.add([inbound() for _ in range(4)])]
    changes = store.inbox.done([kept[0].id], turn_id="t", reply_id=None, at=now)
    changes += store.inbox.set_aside([kept[2].id], reason="poison", at=now)
    await store.committer.commit(changes)
    pending = await store.inbox.pending(kept[0].conversation_id)
    assert [each.id for each in pending] == [kept[1].id, kept[3].id]
    assert (await store.inbox.get(kept[2].id)).reason == "poison"


async def test_a_message_is_heard_by_one_turn_only(store, inbound, now):
    kept = [each.arrived.id for each in await store.inbox.add([inbound(), inbound()])]
    await store.committer.commit(store.inbox.done(kept, turn_id="t1", reply_id="r1", at=now))
    with pytest.raises(Conflict):
        await store.committer.commit(store.inbox.done(kept[1:], turn_id="t2", reply_id="r2", at=now))
    assert [(await store.inbox.get(each)).reply_id for each in kept] == [None, "r1"]


@BOTH
async def test_waiting_names_each_conversation_once_longest_first(store, inbound):
    people = [Address(channel="wechat", account="main", sender=f"p{i}") for i in range(3)]
    kept = []
    for who in (people[2], people[0], people[2], people[1]):
        kept += await store.inbox.add([inbound(address=who)])
        await asyncio.sleep(0.002)  # the store keeps milliseconds
    later = kept[-1].arrived.arrived_at + timedelta(seconds=1)
    ids = [each.arrived.conversation_id for each in kept]
    assert await store.inbox.waiting(later, 10) == [ids[0], ids[1], ids[3]]
    assert await store.inbox.waiting(later, 1) == ids[:1]
    assert await store.inbox.waiting(kept[1].arrived.arrived_at, 10) == [ids[0]]


@BOTH
async def test_tries_are_counted_and_the_passive_reply_is_closed(store, inbound):
    [kept] = await store.inbox.add([inbound()])
    assert [await store.inbox.count_try(kept.arrived.id) for _ in range(3)] == [1, 2, 3]
    await store.inbox.close_passive(kept.arrived.id)
    found = await store.inbox.get(kept.arrived.id)
    assert found.passive_closed
    assert found.tries == 3
    with pytest.raises(Conflict):
        await store.inbox.count_try("nobody")


async def test_history_is_newest_first_and_goes_back_in_pages(store, inbound):
    kept = []
    for _ in range(5):
        kept += [each.arrived for each in await store.inbox.add([inbound()])]
        await asyncio.sleep(0.002)
    newest = await store.inbox.history(kept[0].conversation_id, limit=2)
    assert [each.id for each in newest] == [kept[4].id, kept[3].id]
    older = await store.inbox.history(kept[0].conversation_id, limit=5, before=newest[-1].arrived_at)
    assert [each.id for each in older] == [each.id for each in (kept[2], kept[1], kept[0])]


async def test_one_bad_item_fails_its_own_caller_only():
    async def work(items):
        if "bad" in items:
            raise StorageError("bad")
        return [each.upper() for each in items]

    gatherer = Gatherer(work, name="test")
    answers = await asyncio.gather(*(gatherer.submit([each]) for each in ("a", "bad", "b")), return_exceptions=True)
    assert answers[0] == ["A"]
    assert isinstance(answers[1], StorageError)
    assert answers[2] == ["B"]


async def test_a_caller_that_goes_away_leaves_the_others_alone():
    started, go_on = asyncio.Event(), asyncio.Event()

    async def work(items):
        started.set()
        await go_on.wait()
        return items

    gatherer = Gatherer(work, name="test")
    gone, stays = (asyncio.create_task(gatherer.submit([each])) for each in (1, 2))
    await started.wait()
    gone.cancel()
    go_on.set()
    assert await stays == [2]


async def test_what_waits_is_bounded(monkeypatch):
    monkeypatch.setattr("storage.gathering.WAITING_LIMIT", 2)
    go_on = asyncio.Event()

    async def work(items):
        await go_on.wait()
        return items

    gatherer = Gatherer(work, name="test")
    tasks = [asyncio.create_task(gatherer.submit([each])) for each in range(2)]
    await asyncio.sleep(0)
    tasks += [asyncio.create_task(gatherer.submit([each])) for each in range(2, 5)]
    await asyncio.sleep(0)
    with pytest.raises(StorageAway):
        await gatherer.submit([9])
    go_on.set()
    answers = await asyncio.gather(*tasks, return_exceptions=True)
    assert answers[0] == [0]
