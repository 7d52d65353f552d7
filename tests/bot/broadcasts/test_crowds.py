"""Telling many by one call: who goes together, how often a month, and what is left where the platform will not."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from broadcast_kit import approved, now, started, state_of
from waiting import soon

from channels.base import Capabilities
from channels.errors import OutcomeUnknown, PayloadRejected, RecipientGone, SendFailed, WayShut
from channels.messages import Address, Grant, Outbound, Purpose, Receipt, ReceiptState, Sent, Via
from storage.broadcast_records import BroadcastState, Counts, RecipientState
from storage.records import Stop

DONE = BroadcastState.DONE


@dataclass
class Account:
    """An official account that notes what it took; ``gone``: who spoils a call."""

    ways: tuple[Via, ...] = (Via.CUSTOMER_SERVICE,)
    monthly: int = 4
    gone: frozenset[str] = frozenset()
    trouble: list[SendFailed] = field(default_factory=list)
    calls: list[list[str]] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    singly: list[tuple[str, Via]] = field(default_factory=list)

    @property
    def capabilities(self) -> Capabilities:
        return Capabilities(
            passive=True,
            answer_within=4,
            ways=self.ways,
            text_limit=2048,
            notices=frozenset({"broadcast"}),
            mass_monthly=self.monthly,
        )

    async def send(self, message: Outbound) -> Sent:
        self.singly.append((message.address.sender, message.via))
        return Sent()

    async def send_to_many(self, text: str, people: list[str], *, key: str) -> Sent:
        assert "停水" in text
        if self.trouble:
            raise self.trouble.pop(0)
        if len(people) < 2:
            raise WayShut
        if self.gone & set(people):
            raise RecipientGone
        self.calls.append(sorted(people))
        self.keys.append(key)
        return Sent(provider_id=f"m{len(self.calls)}")


async def follower(store, name, *, open_=False, stopped=False):
    address = Address(channel="wechat", account="main", sender=name)
    held = await store.conversations.take(address, token="t", seconds=9, now=now())
    grant = Grant(messages=5, until=now() + timedelta(hours=48)) if open_ else None
    change = store.conversations.advance(held, state={}, release=True, now=now(), grant=grant)
    await store.committer.commit([change])
    if stopped:
        stops = store.conversations.facts(held.id, stopped={Purpose.BROADCAST: Stop(at=now())})
        await store.database["conversations"].update_one({"_id": held.id}, {"$set": stops})
    return held.id


async def followers(store, number):
    return [await follower(store, f"o{each:03}") for each in range(number)]


@pytest.fixture
def account():
    return Account()


@pytest.fixture
def channels(account):
    return {("wechat", "main"): account}


async def sent(store, office, worker, **facts):
    broadcast = await started(office, channels=("wechat",), **facts)

    async def there():
        return await state_of(store, broadcast) is DONE

    async with worker():
        await soon(there, "the broadcast is done")
    return broadcast


async def test_who_did_not_write_lately_is_told_by_one_call_and_who_did_by_themselves(store, office, account, worker):
    await followers(store, 30)
    await follower(store, "oOpen", open_=True)
    await follower(store, "oStopped", stopped=True)
    tally = await office.tried(await approved(office, channels=("wechat",)))
    assert (tally.to_send, tally.excluded) == ({"wechat": 31}, {("wechat", "opted_out"): 1})
    assert tally.by_mass == {"wechat": 30}
    broadcast = await sent(store, office, worker)
    assert account.calls == [[f"o{each:03}" for each in range(30)]]
    assert account.singly == [("oOpen", Via.CUSTOMER_SERVICE)]
    assert await store.ledger.counts(broadcast.id) == Counts(total=32, sent=31, excluded=1)
    told = (await store.ledger.list(broadcast.id, states=[RecipientState.SENT])).items
    assert {each.via for each in told} == {Via.MASS, Via.CUSTOMER_SERVICE}


async def test_the_month_s_mass_messages_are_counted_by_broadcast_and_then_others_are_left_out(
    store, office, account, worker
):
    await followers(store, 3)
    account.monthly = 2
    for _ in range(2):
        await sent(store, office, worker)
    tally = await office.tried(await approved(office, channels=("wechat",)))
    assert (tally.to_send, tally.excluded) == ({}, {("wechat", "window_shut"): 3})
    assert tally.by_mass == {}
    await sent(store, office, worker)
    assert len(account.calls) == 2
    assert len(set(account.keys)) == 2


async def test_an_account_without_them_sends_as_before(store, office, account, worker):
    await followers(store, 3)
    account.monthly, account.ways = 0, (Via.CUSTOMER_SERVICE, Via.TEMPLATE)
    await sent(store, office, worker)
    assert (account.calls, sorted(account.singly)) == ([], [(f"o00{each}", Via.TEMPLATE) for each in range(3)])


@pytest.mark.parametrize("refused", [WayShut(), PayloadRejected()])
async def test_where_the_platform_will_not_the_template_carries_it(store, office, account, worker, refused):
    await followers(store, 3)
    account.ways, account.trouble = (Via.CUSTOMER_SERVICE, Via.TEMPLATE), [refused]
    broadcast = await sent(store, office, worker)
    assert sorted(account.singly) == [(f"o00{each}", Via.TEMPLATE) for each in range(3)]
    assert (await store.ledger.counts(broadcast.id)).sent == 3


async def test_somebody_whom_the_platform_does_not_know_spoils_it_for_nobody_else(store, office, account, worker):
    await followers(store, 8)
    account.gone, account.ways = frozenset({"o003"}), (Via.CUSTOMER_SERVICE, Via.TEMPLATE)
    broadcast = await sent(store, office, worker)
    told = [name for call in account.calls for name in call] + [name for name, _ in account.singly]
    assert sorted(told) == [f"o{each:03}" for each in range(8)]
    assert (await store.ledger.counts(broadcast.id)).sent == 8


async def test_nobody_in_doubt_is_told_a_second_time(store, office, account, worker):
    await followers(store, 4)
    account.trouble = [OutcomeUnknown()]
    broadcast = await sent(store, office, worker)
    assert (account.calls, account.singly) == ([], [])
    left = (await store.ledger.list(broadcast.id, states=[RecipientState.FAILED])).items
    assert [each.reason for each in left] == ["unknown"] * 4


async def test_what_the_platform_takes_back_after_its_review_is_told_of_everybody(store, office, account, worker):
    await followers(store, 5)
    broadcast = await sent(store, office, worker)
    refused = Receipt(
        channel="wechat",
        account="main",
        state=ReceiptState.FAILED,
        at=datetime(2026, 11, 23, tzinfo=UTC),
        provider_id="m1",
        reason="err(20004)",
    )
    assert await store.outbox.apply_receipt(refused)
    assert await store.ledger.counts(broadcast.id) == Counts(total=5, failed=5)
    left = (await store.ledger.list(broadcast.id)).items
    assert {each.reason for each in left} == {"err(20004)"}
