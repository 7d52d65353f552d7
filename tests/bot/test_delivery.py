"""Deliveries from a real outbox through a scripted channel: what leaves, leaves once, by the way that is open."""

import asyncio
import random
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta

import pytest
from prometheus_client import generate_latest
from scripted import NOON, ScriptedChannel

from bot.delivery import deliverer as module
from bot.delivery import sending
from bot.delivery.backoff import Backoff
from bot.delivery.deliverer import LEASE_SECONDS, Deliverer
from bot.delivery.quiet import QuietHours
from bot.metrics import Metrics
from channels.errors import (
    AccountBroken,
    Busy,
    DailyQuotaUsed,
    HeldElsewhere,
    OutcomeUnknown,
    PayloadRejected,
    RecipientGone,
    SendFailed,
    WayShut,
)
from channels.messages import Address, Grant, Purpose, Via
from storage.errors import StorageAway
from storage.records import Conversation, DeliveryState, OutboxEntry
from storage.store import Store

PERSON = Address(channel="wechat", account="main", sender="oNobody-in-particular-0000002")
NIGHT = datetime(2026, 11, 21, 15, 30, tzinfo=UTC)
SERVICE, TEMPLATE = Via.CUSTOMER_SERVICE, Via.TEMPLATE


class Stage:
    def __init__(self, store: Store) -> None:
        self.store = store
        self.channel = ScriptedChannel()
        self.now = NOON
        self.kicked: list[str] = []
        self.metrics = Metrics()
        self.conversation: Conversation

    async def begin(self, *, grant: int | None = 5) -> None:
        taken = await self.store.conversations.take(PERSON, token="t", seconds=60, now=self.now)
        assert taken is not None
        self.conversation = taken
        advanced = self.store.conversations.advance(
            taken,
            state={},
            release=True,
            now=self.now,
            grant=Grant(messages=grant, until=self.now + timedelta(hours=48)),
            last_inbound_at=self.now - timedelta(hours=3),
        )
        await self.store.committer.commit([advanced])

    def deliverer(self, *, quiet: bool = False, tries: int = 35) -> Deliverer:
        async def kick(ids: Sequence[str]) -> bool:
            self.kicked.extend(ids)
            return True

        return Deliverer(
            store=self.store,
            channels={("wechat", "main"): self.channel},
            clock=lambda: self.now,
            chance=random.Random(1),
            backoff=Backoff(tries=tries),
            quiet=QuietHours(span=(time(22), time(7)) if quiet else None),
            kick=kick,
            metrics=self.metrics,
        )

    async def put(self, **given: object) -> OutboxEntry:
        entry = OutboxEntry(
            **{
                "id": uuid.uuid4().hex,
                "conversation_id": self.conversation.id,
                "address": PERSON,
                "purpose": Purpose.CASE_NOTICE,
                "text": "您反映的事项已受理。",
                "created_at": self.now,
                "due_at": self.now,
                "notice": "progress",
                "fields": {"number": "WF1"},
                **given,
            }
        )
        await self.store.committer.commit([self.store.outbox.put(entry)])
        return entry

    async def deliver(self, entry: OutboxEntry, **given: object) -> OutboxEntry:
        await self.deliverer(**given).deliver(entry.id)
        return await self.entry(entry)

    async def again(self, entry: OutboxEntry, **given: object) -> OutboxEntry:
        """Deliver when it is due again."""
        self.now = max(self.now, (await self.entry(entry)).due_at)
        return await self.deliver(entry, **given)

    async def entry(self, entry: OutboxEntry) -> OutboxEntry:
        found = await self.store.outbox.get(entry.id)
        assert found is not None
        return found

    async def person(self) -> Conversation:
        found = await self.store.conversations.get(self.conversation.id)
        assert found is not None
        return found


@pytest.fixture
async def stage(database, vault) -> Stage:
    stage = Stage(await Store.open(database, vault))
    await stage.begin()
    return stage


def outcomes(entry: OutboxEntry) -> list[tuple[Via | None, str]]:
    return [(attempt.via, attempt.outcome) for attempt in entry.attempts]


async def test_what_is_sent_is_recorded_with_its_way_and_the_platforms_number(stage: Stage) -> None:
    sent = await stage.deliver(await stage.put(url="https://e/r/1", buttons=(("评价", "/rate"),)))
    assert (sent.state, sent.via, sent.provider_id) == (DeliveryState.SENT, SERVICE, "p1")
    assert outcomes(sent) == [(SERVICE, "sent")]
    [message] = stage.channel.sent
    assert (message.id, message.text, message.fields) == (sent.id, sent.text, {"number": "WF1"})
    assert (message.url, message.buttons) == ("https://e/r/1", (("评价", "/rate"),))
    assert (await stage.person()).grant_left == 4
    assert b'outcome="sent",via="customer_service"} 1.0' in generate_latest(stage.metrics.registry)


async def test_a_shut_way_is_left_for_the_next_and_remembered(stage: Stage) -> None:
    stage.channel.script = {SERVICE: [WayShut(provider_code="45015")]}
    sent = await stage.deliver(await stage.put())
    assert (sent.state, sent.via) == (DeliveryState.SENT, TEMPLATE)
    assert (await stage.person()).grant_until is None
    await stage.deliver(await stage.put())
    assert stage.channel.tried == [SERVICE, TEMPLATE, TEMPLATE]


async def test_a_grant_is_counted_before_it_is_used_and_once_spent_another_way_is_taken(stage: Stage) -> None:
    entries = [await stage.put() for _ in range(7)]
    stage.channel.hold = asyncio.Event()
    under_way = [asyncio.create_task(stage.deliver(entry)) for entry in entries]
    await stage.channel.begun.wait()
    stage.channel.hold.set()
    await asyncio.gather(*under_way)
    assert sorted(message.via for message in stage.channel.sent) == sorted([SERVICE] * 5 + [TEMPLATE] * 2)
    assert (await stage.person()).grant_left == 0


async def test_a_grant_without_number_is_not_counted(database, vault) -> None:
    stage = Stage(await Store.open(database, vault))
    await stage.begin(grant=None)
    stage.channel.script = {SERVICE: [Busy()]}
    entry = await stage.put()
    await stage.deliver(entry)
    assert (await stage.again(entry)).via is SERVICE
    assert (await stage.person()).grant_left is None


async def test_a_busy_platform_is_tried_again_later_and_costs_nothing(stage: Stage) -> None:
    stage.channel.script = {SERVICE: [Busy(provider_code="-1") for _ in range(8)]}
    entry = await stage.put()
    waits = []
    for _ in range(8):
        begun = max(stage.now, (await stage.entry(entry)).due_at)
        later = await stage.again(entry)
        assert later.state is DeliveryState.QUEUED
        waits.append((later.due_at - begun).total_seconds())
    assert waits == sorted(waits)
    assert 1 <= waits[0] <= 2
    await stage.deliver(entry)
    assert len(stage.channel.tried) == 8  # not due: nobody tries
    sent = await stage.again(entry)
    assert (sent.state, sent.via, sent.maybe_twice) == (DeliveryState.SENT, SERVICE, False)
    assert outcomes(sent) == [(SERVICE, "busy")] * 8 + [(SERVICE, "sent")]
    assert (await stage.person()).grant_left == 4


async def test_the_platforms_own_wish_to_wait_is_kept(stage: Stage) -> None:
    stage.channel.script = {SERVICE: [Busy(retry_after=3600)]}
    later = await stage.deliver(await stage.put())
    assert later.due_at == NOON + timedelta(hours=1)


async def test_what_another_process_s_connection_must_send_costs_no_try(stage: Stage) -> None:
    stage.channel.script = {SERVICE: [HeldElsewhere(retry_after=0.001) for _ in range(60)]}
    entry = await stage.put()
    for _ in range(60):
        waiting = await stage.again(entry)
        assert (waiting.state, waiting.attempts) == (DeliveryState.QUEUED, ())
        assert (waiting.due_at, stage.kicked.pop()) == (stage.now, entry.id)
    sent = await stage.again(entry)
    assert (sent.state, sent.maybe_twice) == (DeliveryState.SENT, False)
    assert (await stage.person()).grant_left == 4


async def test_an_unknown_outcome_is_repeated_once_and_marked(stage: Stage) -> None:
    stage.channel.script = {SERVICE: [OutcomeUnknown(), OutcomeUnknown()]}
    entry = await stage.put()
    first = await stage.deliver(entry)
    assert (first.state, first.maybe_twice) == (DeliveryState.QUEUED, True)
    second = await stage.again(entry)
    assert (second.state, second.maybe_twice) == (DeliveryState.DEAD, True)
    assert stage.channel.tried == [SERVICE, SERVICE]
    assert (await stage.person()).grant_left == 3  # perhaps both were taken


async def test_a_repeat_after_an_unknown_outcome_may_arrive(stage: Stage) -> None:
    stage.channel.script = {SERVICE: [OutcomeUnknown()]}
    entry = await stage.put()
    await stage.deliver(entry)
    sent = await stage.again(entry)
    assert (sent.state, sent.maybe_twice) == (DeliveryState.SENT, True)


async def test_a_channel_that_hangs_is_an_unknown_outcome(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "SEND_SECONDS", 0.05)
    stage.channel.hold = asyncio.Event()
    later = await stage.deliver(await stage.put())
    assert outcomes(later) == [(SERVICE, "outcome_unknown")]


async def test_somebody_gone_is_not_tried_again(stage: Stage) -> None:
    stage.channel.script = {SERVICE: [RecipientGone()]}
    failed = await stage.deliver(await stage.put())
    assert (failed.state, failed.reason) == (DeliveryState.FAILED, RecipientGone.sentence)
    assert (await stage.person()).reachable is False
    next_one = await stage.deliver(await stage.put())
    assert (next_one.state, stage.channel.tried) == (DeliveryState.DEAD, [SERVICE])
    assert "已取消关注" in next_one.reason


@pytest.mark.parametrize("failure", [PayloadRejected(), WayShut(), ValueError("oNobody-in-particular-0000002")])
async def test_what_can_never_go_is_dead_for_staff_to_see(stage: Stage, failure: Exception, capsys) -> None:
    """A fault of our own as well: an entry that broke its sender would else be claimed again for ever."""
    stage.channel.script = {SERVICE: [failure]}
    dead = await stage.deliver(await stage.put(notice=""))
    assert dead.state is DeliveryState.DEAD
    assert [entry.id for entry in await stage.store.outbox.dead(10)] == [dead.id]
    assert PERSON.sender not in "".join(capsys.readouterr())


async def test_given_up_after_so_many_tries_and_replayed_with_as_many_anew(stage: Stage) -> None:
    stage.channel.script = {SERVICE: [Busy() for _ in range(5)]}
    entry = await stage.put()
    for _ in range(2):
        await stage.again(entry, tries=3)
    dead = await stage.again(entry, tries=3)
    assert (dead.state, dead.reason) == (DeliveryState.DEAD, Busy.sentence)
    await stage.store.outbox.replay(entry.id, stage.now)
    for _ in range(2):
        assert (await stage.again(entry, tries=3)).state is DeliveryState.QUEUED
    sent = await stage.again(entry, tries=3)
    assert sent.state is DeliveryState.SENT
    assert [outcome for _, outcome in outcomes(sent)] == [*["busy"] * 3, "replayed", *["busy"] * 2, "sent"]


async def test_a_way_that_opens_tomorrow_outweighs_one_that_is_shut(stage: Stage) -> None:
    stage.channel.script = {SERVICE: [DailyQuotaUsed(retry_after=600)], TEMPLATE: [WayShut()]}
    later = await stage.deliver(await stage.put())
    assert (later.state, later.due_at) == (DeliveryState.QUEUED, NOON + timedelta(seconds=600))
    assert (await stage.person()).grant_left == 5


async def test_a_broken_account_is_waited_for(stage: Stage) -> None:
    stage.channel.script = {SERVICE: [AccountBroken()]}
    assert (await stage.deliver(await stage.put())).state is DeliveryState.QUEUED


async def test_an_account_that_is_gone_from_the_settings_leaves_it_dead(stage: Stage) -> None:
    other = Address(channel="wechat", account="old", sender=PERSON.sender)
    dead = await stage.deliver(await stage.put(address=other))
    assert (dead.state, dead.reason) == (DeliveryState.DEAD, "设置里没有这个渠道账号")


async def test_two_workers_never_send_one_entry(stage: Stage) -> None:
    entry = await stage.put()
    stage.channel.hold = asyncio.Event()
    workers = [asyncio.create_task(stage.deliver(entry)) for _ in range(8)]
    await stage.channel.begun.wait()
    stage.channel.hold.set()
    await asyncio.gather(*workers)
    assert len(stage.channel.tried) == 1


async def test_killed_between_claim_and_record_it_is_sent_once_more_and_marked(stage: Stage) -> None:
    entry = await stage.put()
    stage.channel.hold = asyncio.Event()
    dying = asyncio.create_task(stage.deliver(entry))
    await stage.channel.begun.wait()
    dying.cancel()
    await asyncio.gather(dying, return_exceptions=True)
    stage.channel.hold = None
    assert (await stage.deliver(entry)).state is DeliveryState.SENDING  # its lease still holds
    stage.now += timedelta(seconds=LEASE_SECONDS)
    sent = await stage.deliver(entry)
    assert (sent.state, sent.maybe_twice) == (DeliveryState.SENT, True)


async def test_a_worker_that_wakes_up_late_changes_nothing(stage: Stage) -> None:
    entry = await stage.put()
    stage.channel.hold = asyncio.Event()
    stage.channel.script = {SERVICE: [Busy()]}
    slow = asyncio.create_task(stage.deliver(entry))
    await stage.channel.begun.wait()
    stage.now += timedelta(seconds=LEASE_SECONDS)
    other = await stage.store.outbox.claim(entry.id, token="other", seconds=LEASE_SECONDS, now=stage.now)
    assert other is not None
    stage.channel.hold.set()
    stays = await slow
    assert (stays.state, stays.lease_token, outcomes(stays)) == (DeliveryState.SENDING, "other", [])


async def test_a_storage_that_stumbles_after_the_sending_is_told_again(stage: Stage, monkeypatch) -> None:
    monkeypatch.setattr(module, "_RECORD_AGAIN_S", (0.0, 0.0))
    record, failing = stage.store.outbox.record_sent, [StorageAway("x"), StorageAway("x")]

    async def stumble(*given, **named):
        if failing:
            raise failing.pop()
        await record(*given, **named)

    monkeypatch.setattr(stage.store.outbox, "record_sent", stumble)
    sent = await stage.deliver(await stage.put())
    assert (sent.state, len(stage.channel.sent)) == (DeliveryState.SENT, 1)


async def test_a_notice_waits_for_the_morning_without_counting_as_a_try(stage: Stage) -> None:
    stage.now = NIGHT
    held = await stage.deliver(await stage.put(), quiet=True)
    assert (held.state, held.attempts, held.maybe_twice) == (DeliveryState.QUEUED, (), False)
    assert held.due_at == datetime(2026, 11, 21, 23, 0, tzinfo=UTC)
    reply = await stage.deliver(await stage.put(purpose=Purpose.REPLY), quiet=True)
    assert reply.state is DeliveryState.SENT
    sent = await stage.again(held, quiet=True)
    assert (sent.state, sent.maybe_twice) == (DeliveryState.SENT, False)


async def parts_of_one_answer(stage: Stage, first: dict[str, object]) -> list[OutboxEntry]:
    given = [first, {}, {}]
    return [
        await stage.put(
            **{
                "purpose": Purpose.REPLY,
                "notice": "",
                "reply_to": "arrived-1",
                "text": f"第{place}段",
                "created_at": stage.now + timedelta(milliseconds=place),
                **each,
            }
        )
        for place, each in enumerate(given, start=1)
    ]


async def test_parts_of_one_answer_arrive_in_order_though_the_first_had_to_wait(stage: Stage) -> None:
    stage.channel.script = {SERVICE: [Busy()]}
    first, second, third = await parts_of_one_answer(stage, {})
    postponed = await stage.deliver(first)
    for behind in (third, second):
        held = await stage.deliver(behind)
        assert (held.state, held.attempts) == (DeliveryState.QUEUED, ())
    assert (await stage.entry(second)).due_at == postponed.due_at
    assert stage.kicked == []
    await stage.again(first)
    assert stage.kicked == [second.id]
    await stage.deliver(second)
    assert stage.kicked == [second.id, third.id]
    await stage.deliver(third)
    assert [message.text for message in stage.channel.sent] == ["第1段", "第2段", "第3段"]


async def test_the_second_part_waits_until_the_webhook_gave_the_first(stage: Stage) -> None:
    leased = {"state": DeliveryState.SENDING, "via": Via.PASSIVE, "lease_until": stage.now + timedelta(seconds=16)}
    first, second, _ = await parts_of_one_answer(stage, leased)
    assert (await stage.deliver(second)).state is DeliveryState.QUEUED
    await stage.store.outbox.passive_sent([first.id], at=stage.now)
    assert (await stage.deliver(second)).state is DeliveryState.SENT


async def test_a_part_given_up_does_not_hold_back_the_rest(stage: Stage) -> None:
    stage.channel.script = {SERVICE: [PayloadRejected()]}
    first, second, _ = await parts_of_one_answer(stage, {})
    assert (await stage.deliver(first)).state is DeliveryState.DEAD
    assert stage.kicked == [second.id]
    assert (await stage.deliver(second)).state is DeliveryState.SENT


@pytest.mark.parametrize("failure", [Busy, DailyQuotaUsed, AccountBroken, PayloadRejected, RecipientGone])
async def test_nothing_is_counted_for_what_the_platform_did_not_take(stage: Stage, failure: type[SendFailed]) -> None:
    stage.channel.script = {SERVICE: [failure()]}
    await stage.deliver(await stage.put(notice=""))
    assert (await stage.person()).grant_left == 5
