"""Broadcasts under way: everybody exactly once, whoever dies; what staff say is heeded at once; trouble stops it."""

import os
import signal
import subprocess
import sys
from collections import Counter
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

from broadcast_kit import AUTHOR, approved, now, phone, started, state_of, texters
from waiting import quicker_than, soon

from bot.broadcasts import sending
from bot.broadcasts.pace import Rates
from bot.delivery.backoff import Backoff
from bot.delivery.quiet import QuietHours
from channels.errors import AccountBroken, Busy, OutcomeUnknown, RecipientGone
from channels.messages import Purpose, Receipt, ReceiptState
from storage.broadcast_records import BroadcastState, Counts, RecipientState, Segment
from storage.leases import Leases
from storage.records import Stop

CHILD = Path(__file__).parents[2] / "tools" / "broadcast_child.py"
DONE, PAUSED = BroadcastState.DONE, BroadcastState.PAUSED


async def ended(store, broadcast, state=DONE):
    async def there():
        return await state_of(store, broadcast) is state

    await soon(there, f"the broadcast is {state}")


def reported(message_id, state=ReceiptState.DELIVERED):
    return Receipt(channel="sms", account="main", state=state, at=now(), message_id=message_id)


async def test_everybody_is_told_once_and_it_is_done(store, office, phones, worker):
    await texters(store, range(603))
    broadcast = await started(office)
    async with worker():
        await ended(store, broadcast)
    assert Counter(phones.taken()) == {phone(number): 1 for number in range(603)}
    assert await store.ledger.counts(broadcast.id) == Counts(total=603, sent=603)
    kept = await store.broadcasts.get(broadcast.id)
    assert (kept.counts.sent, kept.finished_at is not None, kept.prepared_at is not None) == (603, True, True)


async def test_two_workers_tell_everybody_once(store, office, phones, worker):
    await texters(store, range(300))
    broadcast = await started(office)
    async with worker(), worker():
        await ended(store, broadcast)
    assert Counter(phones.taken()) == {phone(number): 1 for number in range(300)}


async def test_a_killed_worker_s_recipients_are_told_exactly_once_by_the_next(store, office, phones, servers, tmp_path):
    """The next takes over when the lease is over; of those in doubt the network's reports tell."""
    await texters(store, range(600))
    broadcast = await started(office)

    def begin(*most):
        known = [str(CHILD.parent), str(CHILD.parents[2])]
        return subprocess.Popen(
            [
                sys.executable,
                CHILD,
                servers.mongodb_uri,
                store.database.name,
                tmp_path / "keys" / "master.key",
                phones.log,
                *most,
            ],
            env={**os.environ, "PYTHONPATH": os.pathsep.join(known)},
        )

    first = begin("200")
    try:
        await soon(lambda: len(phones.taken()) >= 200, "some are told")
    finally:
        first.send_signal(signal.SIGKILL)
        first.wait()
    assert len(phones.taken()) < 600
    for message_id in phones.ids():  # the network reports to the web process, which lives
        await store.outbox.apply_receipt(reported(message_id))
    second = begin()
    try:
        await ended(store, broadcast)
    finally:
        second.kill()
        second.wait()
    assert Counter(phones.taken()) == {phone(number): 1 for number in range(600)}
    counts = await store.ledger.counts(broadcast.id)
    assert (counts.total, counts.queued, counts.failed, counts.sent + counts.delivered) == (600, 0, 0, 600)


async def test_where_the_network_reports_nothing_nobody_in_doubt_is_told_twice(store, office, phones, worker):
    await texters(store, range(3))
    phones.trouble = {phone(1): [OutcomeUnknown()]}
    broadcast = await started(office)
    async with worker():
        await ended(store, broadcast)
    assert sorted(phones.taken()) == [phone(0), phone(2)]
    [left] = (await store.ledger.list(broadcast.id, states=[RecipientState.FAILED])).items
    assert (left.reason, left.doubtful, left.address.sender) == ("unknown", True, phone(1))
    await store.outbox.apply_receipt(reported(left.id))
    assert (await store.ledger.counts(broadcast.id)).delivered == 1


async def test_pause_resume_and_cancel_are_heeded_at_once(store, office, phones, worker):
    numbers = [phone(number) for number in range(3_000)]
    broadcast = await started(office, segment=Segment(listed=True), numbers=numbers)

    async def rests():
        return not await Leases(store.database).noted([f"broadcast:{broadcast.id}"])

    async def stopped():
        """The run has ended: how many had been told."""
        with quicker_than(10, "stopping"):  # the rest would take half a minute
            await soon(rests, "the run ends")
        return len(phones.taken())

    async with worker(rates=Rates(per_second={"sms": 100})):
        await soon(lambda: len(phones.taken()) > 20, "some are told")
        await office.pause(await store.broadcasts.get(broadcast.id), by=AUTHOR)
        when_paused = await stopped()
        paused = await store.broadcasts.get(broadcast.id)
        assert (paused.state, paused.reason) == (PAUSED, "孙丽 暂停了发送")
        assert await store.broadcasts.due(now()) == []
        assert len(phones.taken()) == when_paused < len(numbers)
        await office.resume(paused, by=AUTHOR)
        await soon(lambda: len(phones.taken()) > when_paused, "it goes on")
        await office.cancel(await store.broadcasts.get(broadcast.id), by=AUTHOR, reason="改期")
        when_cancelled = await stopped()
    counts = await store.ledger.counts(broadcast.id)
    assert counts.sent == when_cancelled == len(set(phones.taken())) == len(phones.taken())
    assert counts.queued == len(numbers) - when_cancelled


async def test_one_recipient_s_error_never_stops_the_rest(store, office, phones, worker):
    await texters(store, range(40))
    phones.trouble = {phone(3): [RecipientGone()], phone(4): [Busy(), Busy()], phone(5): [ValueError("x")]}
    broadcast = await started(office)
    async with worker():
        await ended(store, broadcast)
    assert Counter(phones.taken()) == {phone(number): 1 for number in range(40) if number not in {3, 5}}
    failed = (await store.ledger.list(broadcast.id, states=[RecipientState.FAILED])).items
    assert {each.address.sender: each.reason for each in failed} == {
        phone(3): "recipient_gone",
        phone(5): "delivery_broke",
    }


async def test_too_many_errors_pause_it_and_say_why(store, office, phones, worker):
    await texters(store, range(400))
    phones.trouble = {phone(number): [RecipientGone()] for number in range(0, 400, 2)}
    broadcast = await started(office)
    async with worker():
        await ended(store, broadcast, PAUSED)
    paused = await store.broadcasts.get(broadcast.id)
    assert "人没有发成，已自动暂停" in paused.reason
    assert "号码有误" in paused.reason
    assert (await store.ledger.counts(broadcast.id)).queued > 0


async def test_an_account_that_is_broken_pauses_it_and_costs_nobody_the_notice(store, office, phones, worker):
    await texters(store, range(30))
    phones.trouble = {"*": [AccountBroken()]}
    broadcast = await started(office)
    async with worker():
        await ended(store, broadcast, PAUSED)
        paused = await store.broadcasts.get(broadcast.id)
        assert "需要管理员处理" in paused.reason
        await office.resume(paused, by=AUTHOR)
        await ended(store, broadcast)
    assert Counter(phones.taken()) == {phone(number): 1 for number in range(30)}


async def test_a_platform_that_stays_busy_is_given_up_for_each_after_so_many_tries(store, office, phones, worker):
    await texters(store, range(2))
    phones.trouble = {phone(0): [Busy()] * 9}
    broadcast = await started(office)
    async with worker(backoff=Backoff(first_seconds=0.01, longest_seconds=0.02, tries=3)):
        await ended(store, broadcast)
    [failed] = (await store.ledger.list(broadcast.id, states=[RecipientState.FAILED])).items
    assert (failed.reason, failed.tries) == ("busy", 2)


async def test_who_opted_out_or_left_is_in_the_ledger_and_told_nothing(store, office, phones, worker):
    ids = await texters(store, range(4))
    for key in ids[:1]:
        stops = {Purpose.BROADCAST: Stop(at=now())}
        facts = store.conversations.facts(key, stopped=stops)
        await store.database["conversations"].update_one({"_id": key}, {"$set": facts})
    tally = await office.tried(await approved(office))
    assert (tally.sending, tally.excluded) == (3, {("sms", "opted_out"): 1})
    broadcast = await started(office)
    async with worker():
        await ended(store, broadcast)
    assert sorted(phones.taken()) == [phone(1), phone(2), phone(3)]
    assert await store.ledger.counts(broadcast.id) == Counts(total=4, excluded=1, sent=3)
    assert await store.ledger.reasons(broadcast.id) == {(RecipientState.EXCLUDED, "opted_out"): 1}


async def test_who_opts_out_while_it_runs_is_left_out(store, office, phones, worker):
    ids = await texters(store, range(3))
    broadcast = await approved(office)
    people = [each async for portion in office.people.of(broadcast) for each in portion]
    await store.ledger.write(broadcast.id, people, now=now())
    stops = store.conversations.facts(ids[0], stopped={Purpose.BROADCAST: Stop(at=now())})
    await store.database["conversations"].update_one({"_id": ids[0]}, {"$set": stops})
    await office.start(broadcast, by=AUTHOR)
    async with worker():
        await ended(store, broadcast)
    assert phone(0) not in phones.taken()
    assert (await store.ledger.counts(broadcast.id)) == Counts(total=3, excluded=1, sent=2)


async def test_nobody_is_woken_at_night(store, office, phones, worker):
    await texters(store, range(2))
    broadcast = await started(office)
    night = [datetime(2026, 11, 21, 15, 30, tzinfo=UTC)]
    quiet = QuietHours(span=None, broadcasts=(time(22), time(8)))
    async with worker(quiet=quiet, clock=lambda: night[0]):

        async def held():
            return (await store.broadcasts.get(broadcast.id)).held_until

        assert await soon(held, "it waits") == datetime(2026, 11, 22, 0, 0, tzinfo=UTC)
        assert phones.taken() == []
        night[0] = datetime(2026, 11, 22, 0, 1, tzinfo=UTC)
        await ended(store, broadcast)
    assert len(phones.taken()) == 2


async def test_the_day_s_quota_holds_the_rest_until_tomorrow(store, office, phones, worker):
    await texters(store, range(10))
    broadcast = await started(office)
    day = [datetime(2026, 11, 21, 4, 0, tzinfo=UTC)]
    async with worker(rates=Rates(per_day={"sms": 7}, at_once=5), clock=lambda: day[0]):

        async def held():
            return (await store.broadcasts.get(broadcast.id)).reason

        assert "额度已用完" in await soon(held, "it waits")
        assert len(phones.taken()) == 7
        day[0] += timedelta(days=1)
        await ended(store, broadcast)
    assert Counter(phones.taken()) == {phone(number): 1 for number in range(10)}


async def test_a_day_that_ends_while_its_quota_is_asked_for_costs_no_second_day(
    store, office, phones, worker, monkeypatch
):
    await texters(store, range(3))
    broadcast = await started(office)
    day = [datetime(2026, 11, 21, 4, 0, tzinfo=UTC)]
    spend_some = store.daily.spend_some

    async def spend_at_midnight(*args, **options):
        given = await spend_some(*args, **options)
        day[0] += timedelta(days=0 if given else 1)
        return given

    monkeypatch.setattr(
        type(store.daily), "spend_some", lambda _self, *args, **options: spend_at_midnight(*args, **options)
    )
    async with worker(rates=Rates(per_day={"sms": 2}, at_once=5), clock=lambda: day[0]):
        await ended(store, broadcast)
    assert Counter(phones.taken()) == {phone(number): 1 for number in range(3)}


async def test_it_starts_at_its_time_and_not_before(store, office, phones, worker):
    await texters(store, range(2))
    clock = [now()]
    broadcast = await started(office, send_at=clock[0] + timedelta(hours=2))
    assert broadcast.state is BroadcastState.SCHEDULED
    assert await store.broadcasts.due(clock[0]) == []
    async with worker(clock=lambda: clock[0]):
        clock[0] += timedelta(hours=2, seconds=1)
        await ended(store, broadcast)
    assert len(phones.taken()) == 2


async def test_an_uploaded_list_reaches_who_never_wrote_to_us_each_once(store, office, phones, worker):
    numbers = [phone(number) for number in range(600)]
    broadcast = await started(office, segment=Segment(listed=True), numbers=numbers)
    async with worker():
        await ended(store, broadcast)
    assert Counter(phones.taken()) == dict.fromkeys(numbers, 1)
    assert await store.conversations.find("sms", "main", phone(1)) is None


async def test_a_notice_for_nobody_says_so(store, office, worker):
    broadcast = await started(office, segment=Segment(district="潍城区"))
    async with worker():
        await ended(store, broadcast, BroadcastState.FAILED)
    assert (await store.broadcasts.get(broadcast.id)).reason == "没有符合条件的人"


async def test_reports_raise_what_became_of_each_in_whatever_order(store, office, phones, worker):
    await texters(store, range(3))
    broadcast = await approved(office)
    keys = await texters(store, range(3))
    early = store.ledger.recipient_id(broadcast.id, keys[0])
    await store.outbox.apply_receipt(
        Receipt(channel="sms", account="main", state=ReceiptState.DELIVERED, at=now(), provider_id=f"p-{early}")
    )
    await office.start(broadcast, by=AUTHOR)
    async with worker():
        await ended(store, broadcast)
    assert (await store.ledger.counts(broadcast.id)).delivered == 1
    late = store.ledger.recipient_id(broadcast.id, keys[1])
    await store.outbox.apply_receipt(reported(late))
    await store.outbox.apply_receipt(reported(late, ReceiptState.FAILED))
    assert await store.ledger.counts(broadcast.id) == Counts(total=3, sent=1, delivered=2)


async def test_a_fault_of_ours_pauses_it_and_what_was_sent_is_recorded(store, office, phones, worker, monkeypatch):
    await texters(store, range(12))
    rightly = sending.entry_of

    def wrongly(broadcast, address, **how):
        if address.sender == phone(5):
            raise ZeroDivisionError
        return rightly(broadcast, address, **how)

    monkeypatch.setattr(sending, "entry_of", wrongly)
    broadcast = await started(office)
    async with worker():
        await ended(store, broadcast, PAUSED)
        assert "发送程序出错" in (await store.broadcasts.get(broadcast.id)).reason
        assert (await store.ledger.counts(broadcast.id)).sent == len(phones.taken())
        monkeypatch.setattr(sending, "entry_of", rightly)
        await office.resume(await store.broadcasts.get(broadcast.id), by=AUTHOR)
        await ended(store, broadcast)
    assert Counter(phones.taken()) == {phone(number): 1 for number in range(12) if number != 5}
