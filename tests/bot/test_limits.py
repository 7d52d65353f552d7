"""How often one number is texted: counted over all processes, in windows that roll, and waited for where it is full."""

import asyncio
import random
import uuid
from datetime import UTC, datetime, time, timedelta

import pytest
from scripted import NOON, ScriptedChannel

from bot.delivery.backoff import Backoff
from bot.delivery.deliverer import Deliverer
from bot.delivery.quiet import QuietHours
from bot.metrics import Metrics
from channels.base import Capabilities, Limit
from channels.errors import Busy
from channels.messages import Address, Purpose, Via
from channels.sms.limits import Limits
from storage.records import DeliveryState, OutboxEntry, Stop
from storage.send_counts import SendCounts
from storage.store import Store

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
CODES = {MINUTE: 1, HOUR: 5, DAY: 10}
PHONE = Address(channel="sms", account="main", sender="13800138000")


async def test_a_window_rolls(database) -> None:
    counts = SendCounts(database)
    now = NOON
    assert await counts.spend("a", "1", CODES, now=now) is None
    assert await counts.spend("a", "2", CODES, now=now + MINUTE / 2) == now + MINUTE
    assert await counts.spend("b", "2", CODES, now=now + MINUTE / 2) is None
    assert await counts.spend("a", "2", CODES, now=now + MINUTE) is None


async def test_the_fullest_window_says_when(database) -> None:
    counts = SendCounts(database)
    sent = [NOON + place * timedelta(minutes=2) for place in range(5)]
    for place, at in enumerate(sent):
        assert await counts.spend("a", str(place), CODES, now=at) is None
    assert await counts.spend("a", "x", CODES, now=NOON + timedelta(minutes=20)) == NOON + HOUR
    for place in range(5):
        at = NOON + HOUR * 2 + place * timedelta(minutes=2)
        assert await counts.spend("a", f"later {place}", CODES, now=at) is None
    assert await counts.spend("a", "y", CODES, now=NOON + HOUR * 5) == NOON + DAY


async def test_a_message_counts_once_however_often_it_is_tried(database) -> None:
    counts = SendCounts(database)
    for second in range(5):
        assert await counts.spend("a", "same", {DAY: 1}, now=NOON + timedelta(seconds=second)) is None


async def test_many_at_once_never_pass_the_limit(database) -> None:
    counts = SendCounts(database)
    freed = await asyncio.gather(*(counts.spend("a", str(one), {DAY: 7}, now=NOON) for one in range(30)))
    assert freed.count(None) == 7
    assert set(freed) == {None, NOON + DAY}


async def test_where_nothing_is_limited_nothing_is_counted(database) -> None:
    assert await SendCounts(database).spend("a", "1", {}, now=NOON) is None


def test_the_defaults_are_the_vendors() -> None:
    limits = Limits().by_purpose()
    assert limits[Purpose.CODE] == Limit(minute=1, hour=5, day=10)
    assert limits[Purpose.CASE_NOTICE] == limits[Purpose.BROADCAST] == Limit(day=50)
    assert Purpose.REPLY not in limits


class Texting:
    def __init__(self, store: Store) -> None:
        self.store = store
        self.now = NOON
        limits = {Purpose.CASE_NOTICE: Limit(day=2)}
        capabilities = Capabilities(
            passive=False, answer_within=0, ways=(Via.SMS,), text_limit=134, text_unit="utf16", limits=limits
        )
        self.channel = ScriptedChannel(capabilities=capabilities)

    async def put(self, purpose: Purpose = Purpose.CASE_NOTICE, notice: str = "progress") -> OutboxEntry:
        conversation = await self.store.conversations.ensure(PHONE, now=self.now)
        entry = OutboxEntry(
            id=uuid.uuid4().hex,
            conversation_id=conversation.id,
            address=PHONE,
            purpose=purpose,
            text="您反映的事项已受理。",
            created_at=self.now,
            due_at=self.now,
            notice=notice,
        )
        await self.store.committer.commit([self.store.outbox.put(entry)])
        return entry

    async def deliver(self, entry: OutboxEntry) -> OutboxEntry:
        async def kick(ids):
            return True

        deliverer = Deliverer(
            store=self.store,
            channels={("sms", "main"): self.channel},
            clock=lambda: self.now,
            chance=random.Random(1),
            backoff=Backoff(),
            quiet=QuietHours(span=(time(22), time(7)), broadcasts=(time(18), time(8))),
            kick=kick,
            metrics=Metrics(),
        )
        await deliverer.deliver(entry.id)
        found = await self.store.outbox.get(entry.id)
        assert found is not None
        return found


@pytest.fixture
async def texting(database, vault) -> Texting:
    return Texting(await Store.open(database, vault))


async def test_a_limit_hit_is_not_today_and_no_try(texting: Texting) -> None:
    for _ in range(2):
        assert (await texting.deliver(await texting.put())).state is DeliveryState.SENT
    entry = await texting.put()
    held = await texting.deliver(entry)
    assert (held.state, held.attempts, held.due_at) == (DeliveryState.QUEUED, (), NOON + DAY)
    [considered] = held.decision
    assert (considered.taken, considered.reason) == (False, "limit_reached")
    await texting.deliver(entry)  # kicked before its time: nobody is asked
    assert len(texting.channel.tried) == 2
    texting.now = held.due_at
    assert (await texting.deliver(entry)).state is DeliveryState.SENT


async def test_each_template_and_purpose_is_counted_by_itself(texting: Texting) -> None:
    for _ in range(2):
        await texting.deliver(await texting.put())
    other = await texting.deliver(await texting.put(notice="registered"))
    reply = await texting.deliver(await texting.put(purpose=Purpose.REPLY, notice=""))
    assert other.state is reply.state is DeliveryState.SENT


async def test_a_busy_gateway_does_not_use_up_the_limit(texting: Texting) -> None:
    texting.channel.script = {Via.SMS: [Busy(), Busy(), Busy()]}
    entry = await texting.put()
    for _ in range(4):
        now = await texting.deliver(entry)
        texting.now = max(texting.now, now.due_at)
    assert now.state is DeliveryState.SENT
    assert (await texting.deliver(await texting.put())).state is DeliveryState.SENT


async def test_after_an_opt_out_nothing_of_its_purpose_leaves(texting: Texting) -> None:
    queued = await texting.put()
    conversation = await texting.store.conversations.take(PHONE, token="t", seconds=9, now=texting.now)
    assert conversation is not None
    stopped = {Purpose.CASE_NOTICE: Stop(at=texting.now)}
    also = texting.store.conversations.facts(conversation.id, stopped=stopped)
    advance = texting.store.conversations.advance(conversation, state={}, release=True, now=texting.now, also=also)
    await texting.store.committer.commit([advance])
    failed = await texting.deliver(queued)
    assert (failed.state, failed.reason) == (DeliveryState.FAILED, "对方已退订，没有发送")
    assert [each.reason for each in failed.decision] == ["opted_out"]
    assert (await texting.deliver(await texting.put(purpose=Purpose.REPLY))).state is DeliveryState.SENT
    assert len(texting.channel.tried) == 1


async def test_broadcasts_keep_their_own_quiet_hours(texting: Texting) -> None:
    texting.now = datetime(2026, 11, 21, 11, 0, tzinfo=UTC)
    held = await texting.deliver(await texting.put(purpose=Purpose.BROADCAST))
    assert held.due_at == datetime(2026, 11, 22, 0, 0, tzinfo=UTC)
    assert [each.reason for each in held.decision] == ["quiet"]
    assert (await texting.deliver(await texting.put())).state is DeliveryState.SENT


async def test_a_gateway_of_templates_carries_notices_alone(texting: Texting) -> None:
    texting.channel.capabilities = Capabilities(
        passive=False,
        answer_within=0,
        ways=(Via.SMS,),
        text_limit=134,
        free_text=False,
        notices=frozenset({"progress"}),
    )
    assert (await texting.deliver(await texting.put())).state is DeliveryState.SENT
    for notice, reason in (("", "templates_only"), ("other", "no_template")):
        dead = await texting.deliver(await texting.put(purpose=Purpose.REPLY, notice=notice))
        assert (dead.state, dead.decision[0].reason) == (DeliveryState.DEAD, reason)
