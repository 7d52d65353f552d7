"""What many conversations ask for at the same moment is done in few calls, and each gets its own."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from storage.case_documents import CASES
from storage.cases import EntryKind
from storage.conversations import CONVERSATIONS
from storage.parties import PartyCases
from storage.pending import PENDING_LIMIT
from storage.taking import Claim, Taking

BOTH = pytest.mark.parametrize("driver", ["motor", "pymongo"])


def _people(address, number):
    return [replace(address, sender=f"oTogether-{each}") for each in range(number)]


@pytest.fixture
def file(store, case, step):
    async def file(**given):
        made = case(**given)
        await store.committer.commit(store.cases.create(made, "123456", step(kind=EntryKind.FILED)))
        return made

    return file


class Counted:
    """A collection that counts what it is asked."""

    def __init__(self, collection):
        self._collection, self.calls = collection, []

    def __getattr__(self, name):
        self.calls.append(name)
        return getattr(self._collection, name)


@BOTH
async def test_leases_taken_at_once_go_to_who_may_have_them(store, address, now):
    people = _people(address, 20)
    take, soon = store.conversations.take, now + timedelta(seconds=1)
    held = await asyncio.gather(*(take(each, token="first", seconds=10, now=now) for each in people[:10]))
    assert [each.address for each in held] == people[:10]
    assert {each.lease_token for each in held} == {"first"}
    again = await asyncio.gather(*(take(each, token="second", seconds=10, now=soon) for each in people))
    assert again[:10] == [None] * 10
    assert [each.address for each in again[10:]] == people[10:]
    assert {(each.version, each.lease_token) for each in again[10:]} == {(0, "second")}
    late = await asyncio.gather(
        *(take(each, token="third", seconds=10, now=now + timedelta(seconds=10)) for each in people)
    )
    assert [each is not None for each in late] == [True] * 10 + [False] * 10


@BOTH
async def test_one_lease_wanted_twice_at_once_is_had_once(store, address, now):
    others = _people(address, 3)
    wanted = [(each, "x") for each in others] + [(address, f"t{number}") for number in range(5)]
    held = await asyncio.gather(
        *(store.conversations.take(whose, token=token, seconds=10, now=now) for whose, token in wanted)
    )
    assert all(held[:3])
    assert sum(each is not None for each in held[3:]) == 1


@BOTH
async def test_what_is_pending_is_read_together_and_each_gets_its_own_in_order(store, address, inbound):
    people = _people(address, 12)
    for text in ("一", "二", "三"):
        await asyncio.gather(*(store.inbox.add([inbound(address=each, text=text)]) for each in people[1:]))
    ids = [(await store.conversations.ensure(each, now=inbound().received_at)).id for each in people]
    pending = await asyncio.gather(*(store.inbox.pending(each) for each in ids))
    assert pending[0] == []
    assert [[one.message.text for one in each] for each in pending[1:]] == [["一", "二", "三"]] * 11
    assert [each[0].message.address for each in pending[1:]] == people[1:]


@BOTH
async def test_somebody_with_very_much_waiting_takes_nothing_from_the_others(store, address, inbound):
    many, *others = _people(address, 8)
    for each in others:
        await store.inbox.add([inbound(address=each, text="我的")])
    await store.inbox.add([inbound(address=many, text=f"第{number}条") for number in range(120)])
    ids = [(await store.conversations.ensure(each, now=inbound().received_at)).id for each in (many, *others)]
    pending = await asyncio.gather(*(store.inbox.pending(each) for each in ids))
    assert [one.message.text for one in pending[0]] == [f"第{number}条" for number in range(PENDING_LIMIT)]
    assert [[one.message.text for one in each] for each in pending[1:]] == [["我的"]] * 7
    assert len(await store.inbox.pending(ids[0], limit=1)) == 1


@BOTH
async def test_thirty_who_come_at_once_cost_a_handful_of_calls(database, now):
    leases = Counted(database.unjournaled(CONVERSATIONS))
    until, taking = now + timedelta(seconds=9), Taking(leases)
    claims = [Claim(key=f"k{number}", token="t", now=now, until=until, begun={"version": 0}) for number in range(30)]
    held = await asyncio.gather(*map(taking.take, claims))
    assert [each["_id"] for each in held] == [claim.key for claim in claims]
    assert leases.calls in (["bulk_write", "find"], ["find_one_and_update", "bulk_write", "find"])


async def test_who_comes_alone_costs_one_call(database, now):
    leases = Counted(database.unjournaled(CONVERSATIONS))
    claim = Claim(key="k", token="t", now=now, until=now + timedelta(seconds=9), begun={"version": 0})
    assert (await Taking(leases).take(claim))["lease_token"] == "t"
    assert leases.calls == ["find_one_and_update"]


@BOTH
async def test_many_who_ask_for_their_cases_at_once_each_get_their_own(database, store, file, now):
    cases = Counted(database[CASES])
    reading = PartyCases(cases)
    mine = await file(number="WF2603010001", followers=("p1", "p2"))
    later = await file(number="WF2603010002", followers=("p2",), created_at=now + timedelta(minutes=1))
    found = await asyncio.gather(*(reading.of(f"p{number}", limit=5) for number in range(20)))
    assert [[each["_id"] for each in own] for own in found] == [
        [],
        [mine.number],
        [later.number, mine.number],
        *[[]] * 17,
    ]
    assert len(cases.calls) <= 2


@BOTH
async def test_somebody_with_very_many_cases_hides_nobody_elses(store, file, now):
    numbers = [f"WF260301{number:04}" for number in range(1, 13)]
    for place, number in enumerate(numbers):
        await file(number=number, followers=("many",), created_at=now + timedelta(minutes=place))
    old = await file(number="WF2603010099", followers=("other",), created_at=now - timedelta(days=9))
    many, other, none = await asyncio.gather(*(store.cases.of_conversation(each) for each in ("many", "other", "none")))
    assert [case.number for case in many] == numbers[::-1]
    assert [case.number for case in other] == [old.number]
    assert none == ()


@BOTH
async def test_kin_asked_for_together_is_each_ones_own(store, address, now):
    people = _people(address, 5)
    ids = [(await store.conversations.ensure(each, now=now)).id for each in people]
    await store.committer.commit([store.contacts.place(each, ids[0], was=None) for each in ids[:2]])
    kin = await asyncio.gather(*(store.contacts.kin(each) for each in [*ids, "nobody"]))
    assert [set(each) for each in kin] == [set(ids[:2]), set(ids[:2]), *({each} for each in [*ids[2:], "nobody"])]
