"""Reports of delivery come in any order, twice, early, by our id or the platform's: they end the same and never go back."""

import asyncio
import itertools

import pytest

from channels.messages import Receipt, ReceiptState, Via
from storage.records import Attempt, DeliveryState

RECORDED = None
"""The moment at which the sending is recorded, among the reports."""
REPORTS = list(itertools.product(ReceiptState, ("ours", "theirs")))
COMBINATIONS = [told for count in (1, 2) for told in itertools.combinations_with_replacement(REPORTS, count)]


@pytest.fixture
def sending(store, entry, now):
    """Make an entry that is being sent; give what lets one of its steps happen, and the states that it was seen in."""

    async def begin():
        made, seen = entry(), []
        await store.committer.commit([store.outbox.put(made)])
        assert await store.outbox.claim(made.id, token="t", seconds=30, now=now)

        async def happens(step):
            if step is RECORDED:
                attempt = Attempt(at=now, via=Via.SMS, outcome="sent")
                await store.outbox.record_sent(
                    made.id, "t", via=Via.SMS, provider_id=f"p-{made.id}", at=now, attempt=attempt
                )
            else:
                state, by = step
                named = {"message_id": made.id} if by == "ours" else {"provider_id": f"p-{made.id}"}
                told = Receipt(channel="wechat", account="main", state=state, at=now, **named)
                await store.outbox.apply_receipt(told)
            seen.append((await store.outbox.get(made.id)).state)

        return happens, seen

    return begin


@pytest.mark.parametrize("driver", ["motor", "pymongo"])
async def test_the_delivery_state_never_goes_backwards(sending):
    """Each combination of up to two reports, in each order, with the recording anywhere among them."""

    async def ends(order):
        happens, seen = await sending()
        for step in order:
            await happens(step)
        ranks = [state.rank for state in seen]
        assert ranks == sorted(ranks), order
        return seen[-1]

    for told in COMBINATIONS:
        orders = set(itertools.permutations([*told, RECORDED]))
        expected = DeliveryState(max((state for state, _ in told), key=lambda state: DeliveryState(state).rank))
        assert {await ends(order) for order in orders} == {expected}, told


async def test_reports_and_the_recording_at_one_moment_end_the_same(sending, store):
    for told in itertools.combinations(REPORTS, 3):
        happens, seen = await sending()
        await asyncio.gather(*(happens(step) for step in (*told, RECORDED)))
        assert max(seen, key=lambda state: state.rank) is DeliveryState.DELIVERED, (told, seen)


async def test_a_report_that_comes_just_before_the_recording_counts(sending, store, monkeypatch):
    """Its entry is not to be found by the platform's id when it is looked for, and is a moment later."""
    happens, seen = await sending()
    entries = store.outbox._receipts._ledgers[0]
    looked = entries.update_one

    async def then_recorded(*words, **more):
        matched = await looked(*words, **more)
        monkeypatch.setattr(entries, "update_one", looked)
        await happens(RECORDED)
        return matched

    monkeypatch.setattr(entries, "update_one", then_recorded)
    await happens((ReceiptState.DELIVERED, "theirs"))
    assert seen == [DeliveryState.SENT, DeliveryState.DELIVERED]
