"""The ledger of a broadcast: nobody twice, nothing readable, and whoever comes late changes nothing."""

from dataclasses import replace
from datetime import timedelta

import bson
import pytest

from channels.messages import Address, Receipt, ReceiptState
from storage.broadcast_ledger import Lane, Planned
from storage.broadcast_records import Broadcast, BroadcastState, Counts, Outcome, RecipientState, Segment
from storage.errors import Conflict

pytestmark = pytest.mark.usefixtures("each_driver")
LANE = Lane(broadcast_id="b1", channel="sms", account="main")


def planned(*numbers, reason=""):
    return [
        Planned(
            person=f"sms:main:{number}",
            conversation_id=f"sms:main:{number}",
            address=Address(channel="sms", account="main", sender=f"1380013800{number}"),
            reason=reason,
        )
        for number in numbers
    ]


def sent(recipient, at):
    return Outcome(recipient=recipient, state=RecipientState.SENT, at=at)


async def test_written_again_nobody_stands_in_it_twice(store, now):
    assert await store.ledger.write("b1", planned(1, 2), now=now) == 2
    assert await store.ledger.write("b1", planned(2, 3), now=now) == 1
    assert await store.ledger.write("b2", planned(1), now=now) == 1
    assert await store.ledger.write("b1", planned(4, reason="opted_out"), now=now) == 1
    assert await store.ledger.counts("b1") == Counts(total=4, queued=3, excluded=1)
    first = await store.ledger.list("b1", limit=3)
    rest = await store.ledger.list("b1", limit=3, cursor=first.next_cursor)
    assert len({each.id for each in (*first.items, *rest.items)}) == 4
    assert rest.next_cursor is None


async def test_a_worker_that_stalled_sends_nobody_whom_another_took(store, now):
    await store.ledger.write("b1", planned(1, 2, 3), now=now)
    stalled = await store.ledger.waiting(LANE, now=now)
    quick = await store.ledger.waiting(LANE, now=now, limit=2)
    mark = await store.ledger.turn((), "", quick, mark="quick", now=now)
    assert len(mark.recipients) == 2
    late = await store.ledger.turn((), "", stalled, mark="late", now=now)
    assert {each.id for each in late.recipients} == {each.id for each in stalled} - {each.id for each in quick}
    await store.ledger.turn([sent(each, now) for each in quick], "quick", (), mark="x", now=now)
    await store.ledger.turn(
        [Outcome(recipient=each, state=RecipientState.FAILED, at=now) for each in quick], "late", (), mark="y", now=now
    )
    assert await store.ledger.counts("b1") == Counts(total=3, sent=2, queued=1)
    assert [each.id for each in await store.ledger.doubtful(LANE)] == [late.recipients[0].id]


@pytest.mark.parametrize("again", [True, False])
async def test_a_worker_that_stalled_ends_no_doubt_that_another_ended_and_took_up(store, now, again):
    await store.ledger.write("b1", planned(1), now=now)
    await store.ledger.turn((), "", await store.ledger.waiting(LANE, now=now), mark="dead", now=now)
    seen_before_it_stalled = await store.ledger.doubtful(LANE)
    later = now + timedelta(seconds=30)
    await store.ledger.settle_doubt(await store.ledger.doubtful(LANE), again=True, reason="", now=later)
    taken = await store.ledger.waiting(LANE, now=later)
    mark = await store.ledger.turn((), "", taken, mark="other", now=later)
    await store.ledger.settle_doubt(seen_before_it_stalled, again=again, reason="unknown", now=later)
    assert not await store.ledger.waiting(LANE, now=later)  # else they are told twice
    await store.ledger.turn([sent(each, later) for each in mark.recipients], "other", (), mark="end", now=later)
    assert await store.ledger.counts("b1") == Counts(total=1, sent=1)


async def test_a_turn_that_is_repeated_because_its_answer_was_lost_gives_the_same(store, now):
    await store.ledger.write("b1", planned(1, 2), now=now)
    people = await store.ledger.waiting(LANE, now=now)
    for _ in range(2):
        mark = await store.ledger.turn((), "", people, mark="t", now=now)
        assert {each.id for each in mark.recipients} == {each.id for each in people}


async def test_nothing_of_whom_and_what_is_readable(store, now):
    broadcast = Broadcast(
        id="b1",
        state=BroadcastState.DRAFT,
        title="停水通知",
        text="明日东风东街停水",
        channels=("sms",),
        segment=Segment(listed=True),
        authors=("m1",),
        author_name="孙丽",
        created_at=now,
    )
    await store.broadcasts.add(broadcast)
    await store.committer.commit([store.broadcasts.approval(broadcast, by="m2", name="周涛", at=now)])
    await store.ledger.keep_list("b1", ["13800138001"])
    await store.ledger.write("b1", planned(1), now=now)
    raw = b""
    for name in ("broadcasts", "broadcast_recipients", "broadcast_lists"):
        found = await store.database[name].find({}, limit=10)
        assert found
        raw += b"".join(map(bson.encode, found))
    for secret in ("停水", "孙丽", "周涛", "13800138001"):
        assert secret.encode() not in raw
    assert [list(each) async for each in store.ledger.listed("b1")] == [["13800138001"]]


async def test_only_what_leads_on_moves_it_and_never_back_from_its_end(store, now):
    broadcast = Broadcast(
        id="b1",
        state=BroadcastState.DRAFT,
        title="t",
        text="x",
        channels=("sms",),
        segment=Segment(everybody=True),
        authors=("m1",),
        created_at=now,
    )
    await store.broadcasts.add(broadcast)
    with pytest.raises(Conflict):
        await store.committer.commit([store.broadcasts.approval(broadcast, by="m1", name="", at=now)])
    assert await store.broadcasts.move("b1", BroadcastState.RUNNING, at=now) is None
    await store.committer.commit([store.broadcasts.approval(broadcast, by="m2", name="", at=now)])
    assert (await store.broadcasts.get("b1")).state is BroadcastState.APPROVED
    assert (await store.broadcasts.move("b1", BroadcastState.CANCELLED, at=now)).finished_at == now
    for state in (BroadcastState.RUNNING, BroadcastState.PAUSED, BroadcastState.DONE):
        assert await store.broadcasts.move("b1", state, at=now + timedelta(hours=1)) is None


async def test_the_day_s_quota_is_shared_out_and_never_passed(store, now):
    granted = [await store.daily.spend_some("x", 4, most=10, now=now) for _ in range(4)]
    assert granted == [4, 4, 2, 0]
    assert await store.daily.spend_some("x", 4, most=10, now=now + timedelta(days=1)) == 4


async def test_a_report_that_came_before_the_record_is_met_though_its_worker_died_between(store, now):
    await store.ledger.write("b1", planned(1, 2), now=now)
    people = await store.ledger.waiting(LANE, now=now)
    await store.ledger.turn((), "", people, mark="t", now=now)
    early = Receipt(channel="sms", account="main", state=ReceiptState.DELIVERED, at=now, provider_id="p1")
    other = replace(early, account="other", provider_id="p2")
    for each in (early, other):
        await store.outbox.apply_receipt(each)
    outcomes = [replace(sent(each, now), provider_id=f"p{number}") for number, each in enumerate(people, 1)]
    await store.ledger.turn(outcomes, "t", (), mark="x", now=now)  # and here it dies
    assert await store.ledger.counts("b1") == Counts(total=2, sent=2)
    await store.ledger.meet_all_receipts(LANE)
    assert await store.ledger.counts("b1") == Counts(total=2, sent=1, delivered=1)
