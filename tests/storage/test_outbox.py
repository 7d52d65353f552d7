"""The outbox, on both drivers: one sender at a time, and a state that never goes backwards."""

import asyncio
import itertools
import random
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.messages import Purpose, Receipt, ReceiptState, Via
from storage.errors import Conflict
from storage.outbox import Outbox
from storage.receipts import after_receipt
from storage.records import REPLAYED, Attempt, DeliveryState

BOTH = pytest.mark.parametrize("driver", ["motor", "pymongo"])
LEASE = 30.0


def receipt(state=ReceiptState.DELIVERED, *, at, **named):
    return Receipt(**({"channel": "wechat", "account": "main", "state": state, "at": at} | named))


@pytest.fixture
def tried(now):
    return Attempt(at=now, via=Via.CUSTOMER_SERVICE, outcome="sent")


@pytest.fixture
def put(store, entry):
    async def put(**given):
        made = entry(**given)
        await store.committer.commit([store.outbox.put(made)])
        return made

    return put


@pytest.fixture
def claim(store, now):
    async def claim(made, token="w1", at=now):
        return await store.outbox.claim(made.id, token=token, seconds=LEASE, now=at)

    return claim


@pytest.fixture
def send(store, claim, tried, now):
    async def send(made, provider_id="p1"):
        assert await claim(made)
        await store.outbox.record_sent(
            made.id, "w1", via=Via.CUSTOMER_SERVICE, provider_id=provider_id, at=now, attempt=tried
        )

    return send


@BOTH
async def test_an_entry_comes_back_as_it_was_put(store, put, now):
    made = await put(
        purpose=Purpose.CASE_NOTICE,
        buttons=(("是", "/yes"), ("否", "")),
        notice="progress",
        fields={"number": "WF1", "title": "路灯"},
        url="https://e/r/1",
        case_number="WF1",
        case_seq=2,
        reply_to="wechat:main:x:y",
        due_at=now + timedelta(seconds=9),
    )
    assert await store.outbox.get(made.id) == made
    assert await store.outbox.reply_to("wechat:main:x:y") == made
    assert await store.outbox.for_case("WF1") == [made]
    assert await store.outbox.get("x") is None


@BOTH
async def test_an_entry_is_claimed_by_one_once_it_is_due(store, put, claim, now):
    made = await put(due_at=now + timedelta(seconds=5))
    assert await claim(made) is None
    later = now + timedelta(seconds=5)
    claims = await asyncio.gather(*(claim(made, f"w{i}", later) for i in range(8)))
    [won] = [each for each in claims if each is not None]
    assert won.state is DeliveryState.SENDING
    assert not won.maybe_twice
    again = await claim(made, won.lease_token, later)  # the answer was lost: the same call again
    assert again.lease_token == won.lease_token
    assert not again.maybe_twice


@BOTH
async def test_a_lapsed_claim_may_be_taken_over_and_is_marked(store, put, claim, tried, now):
    made = await put()
    assert await claim(made, "w1")
    assert await claim(made, "w2") is None
    lapsed = now + timedelta(seconds=LEASE)
    assert (await claim(made, "w2", lapsed)).maybe_twice
    with pytest.raises(Conflict):
        await store.outbox.record_sent(made.id, "w1", via=Via.SMS, provider_id="", at=lapsed, attempt=tried)
    with pytest.raises(Conflict):
        await store.outbox.postpone(made.id, "w1", due_at=lapsed, attempt=tried)
    with pytest.raises(Conflict):
        await store.outbox.give_up(made.id, "w1", state=DeliveryState.DEAD, reason="x", attempt=tried, at=lapsed)


@BOTH
async def test_what_was_sent_is_recorded_once_and_rests(store, put, send, tried, now):
    made = await put()
    await send(made)
    again = {"via": Via.CUSTOMER_SERVICE, "provider_id": "p1", "at": now, "attempt": tried}
    await store.outbox.record_sent(made.id, "w1", **again)
    found = await store.outbox.get(made.id)
    assert (found.state, found.via, found.provider_id) == (DeliveryState.SENT, Via.CUSTOMER_SERVICE, "p1")
    assert found.attempts == (tried,)
    assert await store.outbox.due(now + timedelta(days=1), 10) == []
    assert await store.outbox.claim(made.id, token="w9", seconds=1, now=now + timedelta(days=1)) is None


async def test_texts_that_begin_with_a_dollar_stay_texts(store, put, now):
    made = await put()
    assert await store.outbox.claim(made.id, token="$state", seconds=1, now=now)
    odd = Attempt(at=now, via=Via.SMS, outcome="sent", provider_code="$_id")
    await store.outbox.record_sent(made.id, "$state", via=Via.SMS, provider_id="$state", at=now, attempt=odd)
    found = await store.outbox.get(made.id)
    assert (found.provider_id, found.attempts) == ("$state", (odd,))
    assert await store.outbox.apply_receipt(receipt(ReceiptState.FAILED, provider_id="$state", reason="$via", at=now))
    assert (await store.outbox.get(made.id)).reason == "$via"


@BOTH
async def test_a_postponed_entry_is_queued_again(store, put, claim, tried, now):
    made = await put()
    await claim(made)
    later = now + timedelta(minutes=1)
    await store.outbox.postpone(made.id, "w1", due_at=later, attempt=tried)
    assert await claim(made, "w2") is None
    found = await claim(made, "w2", later)
    assert (found.attempts, found.maybe_twice) == ((tried,), False)


@BOTH
async def test_what_was_given_up_is_dead_until_staff_replay_it(store, put, claim, tried, now):
    made, other = await put(), await put()
    for each, state in ((made, DeliveryState.DEAD), (other, DeliveryState.FAILED)):
        await claim(each)
        await store.outbox.give_up(each.id, "w1", state=state, reason="busy", attempt=tried, at=now)
    [dead] = await store.outbox.dead(10)
    assert (dead.id, dead.reason, dead.state) == (made.id, "busy", DeliveryState.DEAD)
    assert await store.outbox.due(now + timedelta(days=9), 10) == []
    await store.outbox.replay(made.id, now)
    assert await store.outbox.due(now, 10) == [made.id]
    assert await store.outbox.dead(10) == []
    assert [each.outcome for each in (await claim(made, "w2")).attempts][-1] == REPLAYED
    with pytest.raises(Conflict):
        await store.outbox.replay(other.id, now)
    with pytest.raises(ValueError, match="sent"):
        await store.outbox.give_up(made.id, "w2", state=DeliveryState.SENT, reason="", attempt=None, at=now)


@BOTH
async def test_a_passive_reply_is_its_webhooks_until_the_lease_ends(store, put, claim, now):
    lease = now + timedelta(seconds=16)
    passive = {"state": DeliveryState.SENDING, "via": Via.PASSIVE, "lease_until": lease}
    given_out, lapsed, released = [await put(reply_to=f"a{i}", **passive) for i in range(3)]
    assert await claim(given_out) is None
    await store.outbox.passive_sent([given_out.id], now)
    found = await store.outbox.get(given_out.id)
    assert (found.state, found.via, found.sent_at) == (DeliveryState.SENT, Via.PASSIVE, now)
    assert found.attempts == (Attempt(at=now, via=Via.PASSIVE, outcome="sent"),)

    assert await store.outbox.release_passive("a2", now=now) == released.id
    assert await store.outbox.release_passive("a2", now=now) is None
    assert await store.outbox.release_passive("a0", now=now) is None
    taken = await claim(released)
    assert (taken.maybe_twice, taken.via) == (False, None)

    taken = await claim(lapsed, at=lease)
    assert (taken.maybe_twice, taken.via) == (True, None)
    await store.outbox.passive_sent([lapsed.id, released.id], lease)  # too late: a worker has them
    assert await store.outbox.release_passive("a1", now=lease) is None
    still = await store.outbox.get(lapsed.id)
    assert (still.state, still.lease_token) == (DeliveryState.SENDING, taken.lease_token)


@BOTH
async def test_parts_of_one_answer_are_known_in_their_order(store, put, claim, tried, now):
    parts = [await put(reply_to="a1", created_at=now + timedelta(milliseconds=i)) for i in range(3)]
    other = await put(reply_to="a2")
    assert await store.outbox.part_before(parts[0]) is None
    assert await store.outbox.part_before(await put()) is None
    assert (await store.outbox.part_before(parts[2])).id == parts[1].id
    assert sorted(await store.outbox.next_parts(["a1", "a2", "a3"])) == sorted([parts[0].id, other.id])
    await claim(parts[0])
    assert (await store.outbox.part_before(parts[1])).state is DeliveryState.SENDING
    await store.outbox.record_sent(parts[0].id, "w1", via=Via.DIRECT, provider_id="", at=now, attempt=tried)
    assert await store.outbox.part_before(parts[1]) is None
    assert await store.outbox.next_parts(["a1"]) == [parts[1].id]


@BOTH
async def test_what_waits_and_what_was_given_up_is_counted(store, put, claim, tried, now):
    made = [await put() for _ in range(3)]
    await claim(made[0])
    await store.outbox.give_up(made[0].id, "w1", state=DeliveryState.DEAD, reason="", attempt=tried, at=now)
    assert await store.outbox.depth(10) == (2, 1)
    assert await store.outbox.depth(1) == (1, 1)


@BOTH
async def test_due_spreads_workers_over_what_waits(store, put, claim, now):
    made = [await put(due_at=now - timedelta(seconds=i)) for i in range(12)]
    await put(due_at=now + timedelta(seconds=1))
    await claim(made[0])
    assert set(await store.outbox.due(now, 50)) == {each.id for each in made[1:]}
    drawn = {tuple(await Outbox(store.database, store.vault, chance=random.Random(i)).due(now, 3)) for i in range(8)}
    assert len(drawn) > 1
    assert made[0].id in await store.outbox.due(now + timedelta(seconds=LEASE), 50)


@given(st.lists(st.sampled_from(list(ReceiptState)), min_size=1), st.sampled_from(list(DeliveryState)))
def test_receipts_in_any_order_end_the_same(told, state):
    ends = set()
    for order in (told, told[::-1], sorted(told)):
        end = state
        for each in order:
            assert after_receipt(end, each).rank >= end.rank
            end = after_receipt(end, each)
        ends.add(end)
    assert len(ends) == 1


@BOTH
async def test_receipts_before_and_after_the_sending_end_the_same(store, put, send, now):
    for order in itertools.permutations(["send", "delivered", "failed"]):
        made, name = await put(), "-".join(order)
        for each in order:
            if each == "send":
                await send(made, provider_id=name)
            else:
                told = receipt(ReceiptState(each), provider_id=name, reason="no", at=now)
                await store.outbox.apply_receipt(told)
        found = await store.outbox.get(made.id)
        assert (found.state, found.reason, found.provider_id) == (DeliveryState.DELIVERED, "", name)


@BOTH
async def test_a_receipt_that_is_early_is_kept_and_applied_at_the_sending(store, put, send, now):
    made, other = await put(), await put()
    early = receipt(ReceiptState.FAILED, provider_id="p1", reason="user block", at=now)
    assert not await store.outbox.apply_receipt(early)
    assert not await store.outbox.apply_receipt(early)
    assert not await store.outbox.apply_receipt(receipt(provider_id="p1", account="another", at=now))
    await send(made)
    await send(other, provider_id="p2")
    found = await store.outbox.get(made.id)
    assert (found.state, found.reason) == (DeliveryState.FAILED, "user block")
    assert (await store.outbox.get(other.id)).state is DeliveryState.SENT


async def test_a_receipt_by_our_own_id_proves_the_sending_before_it_is_recorded(store, put, claim, tried, now):
    made = await put()
    await claim(made)
    assert await store.outbox.apply_receipt(receipt(message_id=made.id, at=now))
    assert await store.outbox.due(now + timedelta(days=1), 9) == []
    await store.outbox.record_sent(made.id, "w1", via=Via.SMS, provider_id="p", at=now, attempt=tried)
    found = await store.outbox.get(made.id)
    assert (found.state, found.provider_id, found.attempts) == (DeliveryState.DELIVERED, "p", (tried,))


async def test_one_account_cannot_speak_for_anothers_message(store, put, send, now):
    made = await put()
    await send(made)
    assert not await store.outbox.apply_receipt(receipt(message_id=made.id, account="another", at=now))
    assert (await store.outbox.get(made.id)).state is DeliveryState.SENT


async def test_a_dead_entry_that_arrived_after_all_is_delivered(store, put, claim, now):
    made = await put()
    await claim(made)
    await store.outbox.give_up(made.id, "w1", state=DeliveryState.DEAD, reason="?", attempt=None, at=now)
    assert await store.outbox.apply_receipt(receipt(message_id=made.id, at=now))
    assert await store.outbox.dead(9) == []


async def test_history_is_newest_first(store, put, now):
    made = [await put(created_at=now + timedelta(seconds=i)) for i in range(3)]
    assert await store.outbox.history(made[0].conversation_id, limit=2) == [made[2], made[1]]
    assert await store.outbox.history(made[0].conversation_id, limit=9, before=made[1].created_at) == [made[0]]
