"""MongoDB away: what arrives is acknowledged from the spool, nobody is overtaken, and one turn comes of each message."""

import asyncio
import os
import signal
import time
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from stage import PERSON, Process, Stage, message
from waiting import WaitedTooLong, quicker_than, soon

from bot.assembly.spooling import takes_writes
from bot.intake import Intake
from bot.metrics import Metrics
from bot.spooling.calm import Calm
from bot.spooling.disk import Disk, Limits
from bot.spooling.door import Door
from bot.spooling.draining import Drainer
from bot.spooling.keeper import Keeper, Way, recorded
from bot.spooling.reassurance import SENTENCE, Reassurance
from channels.base import Arrival, Capabilities, WebhookRequest, WebhookResponse
from channels.messages import Address, Event, EventName, Inbound, Kind, MessagePart, Outbound, Receipt, ReceiptState
from storage.driver import Database, connect
from storage.errors import SpoolFull, StorageError
from storage.leases import Leases
from storage.personal_data import Vault
from storage.records import DeliveryState
from storage.spool import folders, set_aside_files
from storage.stamps import Stamps
from storage.store import Store

TEN_MINUTES = timedelta(minutes=10)
ROOMY = Limits(max_bytes=10_000_000, max_count=10_000)


@dataclass
class Channel:
    """Gives what it is told; answers with the reply's text, or "ack"."""

    passive: bool = True
    answer_within: float = 2.5
    arrivals: list[Arrival] = field(default_factory=list)
    name: str = "wechat"
    account: str = "main"

    @property
    def capabilities(self) -> Capabilities:
        return Capabilities(passive=self.passive, answer_within=self.answer_within, ways=(), text_limit=600)

    def receive(self, request: WebhookRequest) -> Arrival:
        return self.arrivals.pop(0)

    def respond(self, arrival: Arrival, reply: Outbound | None) -> WebhookResponse:
        return WebhookResponse(body=(reply.text if reply else "ack").encode())


class Office:
    """One process: its turns, its spool, its intake."""

    def __init__(self, stage: Stage, process: Process, disk: Disk, calm: Calm) -> None:
        self.stage = stage
        self.process = process
        self.disk = disk
        self.metrics = Metrics()
        self.door = Door(disk, self.metrics)
        leases = Leases(stage.store.database)
        self.keeper = Keeper(store=stage.store, clock=now, door=self.door, probe=lambda: takes_writes(leases))
        self.drainer = Drainer(
            self.keeper,
            self.door,
            probe=lambda: takes_writes(leases),
            resume=process.turns.resume,
            metrics=self.metrics,
        )
        self.intake = Intake(store=stage.store, turns=process.turns, clock=now, keeper=self.keeper)
        self.slowest = 0.0
        calm.bring = self.drainer.neighbours.bring

    async def call(self, *messages: Inbound, passive: bool = True, within: float = 2.5, **more: Any) -> str:
        channel = Channel(passive=passive, answer_within=within, arrivals=[Arrival(messages=messages, **more)])
        request = WebhookRequest(method="POST", path="", query={}, headers={}, body=b"", received_at=now())
        begun = time.monotonic()
        answer = await self.intake.handle(channel, request)
        self.slowest = max(self.slowest, time.monotonic() - begun)
        return answer.response.body.decode()

    def was_in_time(self) -> None:
        if self.slowest >= 4.9:
            raise WaitedTooLong(f"a call took {self.slowest:.2f} s; the platform hangs up after five")

    async def say(self, text: str, *, address: Address = PERSON, id: str = "", within: float = 2.5) -> str:  # noqa: A002
        return await self.call(message(text, id or uuid.uuid4().hex, address), within=within)

    async def drained(self) -> None:
        await soon(lambda: self.keeper.way is Way.DIRECT and self.disk.empty, "drained")

    def counted(self, outcome: str) -> float:
        return self.metrics.registry.get_sample_value("petition_spooled_calls_total", {"outcome": outcome}) or 0.0


def now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
async def impatient(database: Database, vault: Vault, servers: Any) -> AsyncIterator[Store]:
    await Store.open(database, vault)  # makes the indexes, which takes its time on a busy machine
    made = await connect(servers.mongodb_uri, timeout_ms=800, name=database.name)
    yield await Store.open(made, vault)
    await made.close()


@pytest.fixture
async def stage(impatient: Store) -> AsyncIterator[Stage]:
    made = Stage(impatient, "")
    yield made
    await made.close()


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "spool"


@asynccontextmanager
async def working(stage: Stage, root: Path, limits: Limits = ROOMY) -> AsyncIterator[Office]:
    """A process from its start to an orderly end."""
    disk = await Disk.open(root, stage.store.vault.master, limits)
    calm = Calm(root)
    process = stage.process(calm=calm)
    office = Office(stage, process, disk, calm)
    draining = asyncio.create_task(office.drainer.run())
    try:
        yield office
    finally:
        draining.cancel()
        with suppress(asyncio.CancelledError):
            await draining
        await process.turns.drain(5)
        await disk.aclose()


@pytest.fixture
async def office(stage: Stage, root: Path) -> AsyncIterator[Office]:
    async with working(stage, root) as made:
        yield made


class Mongod:
    """The server, to be frozen."""

    def __init__(self, pid: int) -> None:
        self._pid = pid

    def freeze(self) -> None:
        os.kill(self._pid, signal.SIGSTOP)

    def thaw(self) -> None:
        os.kill(self._pid, signal.SIGCONT)


@pytest.fixture
def mongod(servers: Any, stage: Stage) -> Any:
    made = Mongod(servers.pids["mongodb"])
    yield made
    made.thaw()


def batches(root: Path) -> list[Path]:
    return sorted(root.rglob("*.batch"))


async def heard(stage: Stage, count: int) -> list[str]:
    """What was answered, once each, in the order in which the dialog heard it first; ``count`` messages are awaited.

    A turn that a slow store could not commit is made again; its effect is one.
    """

    async def all_answered() -> list[str]:
        answers = await answered(stage)
        return answers if len(answers) >= count else []

    answers = await soon(all_answered, f"{count} answers")
    said = list(dict.fromkeys(text for texts in stage.script.heard for text in texts))
    assert sorted(answers) == sorted(f"听到：{text}" for text in said)
    return said


async def answered(stage: Stage) -> list[str]:
    with suppress(StorageError):
        conversations = (await stage.store.conversations.list(limit=10)).items
        entries = [entry for one in conversations for entry in await stage.store.outbox.history(one.id, limit=100)]
        return [entry.text for entry in entries]
    return []


async def test_with_mongodb_there_nothing_goes_to_the_disk(office: Office) -> None:
    assert await office.say("路灯坏了") == "听到：路灯坏了"
    assert office.counted("kept") == 0
    assert office.keeper.said() == "ok"


async def test_mongodb_away_messages_are_acknowledged_in_time_and_processed_in_order_afterwards(
    office: Office, stage: Stage, mongod: Mongod
) -> None:
    mongod.freeze()
    ids = [uuid.uuid4().hex for _ in range(12)]
    answers = [await office.say(f"第{place}句", id=each, within=4.5) for place, each in enumerate(ids[:2])]
    answers += await asyncio.gather(*(office.say(f"第{place}句", id=ids[place]) for place in range(2, 12)))
    assert answers == [SENTENCE] + ["ack"] * 11, "an honest sentence, once"
    office.was_in_time()
    with quicker_than(1.5, "who comes later does not wait for it again: the call"):
        await office.say("第12句")
    assert office.keeper.said().startswith("away: 13")
    mongod.thaw()
    assert await heard(stage, 13) == [f"第{place}句" for place in range(13)]
    await office.drained()
    await office.process.turns.drain(10)
    assert len(await answered(stage)) == 13, "one turn each"
    assert batches(office.disk.root) == []


async def test_the_answer_takes_another_way_where_the_call_was_answered(
    office: Office, stage: Stage, mongod: Mongod
) -> None:
    mongod.freeze()
    assert await office.say("路灯坏了", id="m1") == SENTENCE
    mongod.thaw()
    await heard(stage, 1)
    await office.process.turns.drain(10)
    [conversation] = (await stage.store.conversations.list(limit=10)).items
    [entry] = await stage.store.outbox.history(conversation.id, limit=10)
    assert (entry.state, entry.text, entry.via) == (DeliveryState.QUEUED, "听到：路灯坏了", None)
    assert await office.say("路灯坏了", id="m1") == "ack", "the platform's late repeat"
    assert len(await answered(stage)) == 1


async def test_a_short_stall_costs_nobody_their_answer(office: Office, stage: Stage, mongod: Mongod) -> None:
    mongod.freeze()
    asking = asyncio.create_task(office.say("路灯坏了", within=4.5))
    await soon(lambda: office.counted("kept") > 0, "on the disk")
    mongod.thaw()
    assert await asking == "听到：路灯坏了"
    office.was_in_time()


async def test_repeats_are_known_in_the_spool_as_well(office: Office, stage: Stage, mongod: Mongod) -> None:
    mongod.freeze()
    answers = await asyncio.gather(*(office.say("重复", id="m1") for _ in range(3)))
    answers.append(await office.say("重复", id="m1"))
    assert answers == [SENTENCE] * 4, "the same answer to each repeat"
    assert office.disk.count == 1
    mongod.thaw()
    assert await heard(stage, 1) == ["重复"]
    await office.drained()
    assert await office.say("重复", id="m1") == "ack"
    assert len(await answered(stage)) == 1


async def test_a_write_that_timed_out_and_took_effect_all_the_same_is_one_message(
    office: Office, stage: Stage, mongod: Mongod
) -> None:
    """A frozen server has often read the insert already: thawed, it applies it beside the spool's."""
    for place in range(2):
        mongod.freeze()
        await office.say(f"第{place}句")
        mongod.thaw()
        assert await heard(stage, place + 1) == ["第0句", "第1句"][: place + 1]
        await office.process.turns.drain(10)
    [conversation] = (await stage.store.conversations.list(limit=10)).items
    assert len(await stage.store.inbox.history(conversation.id, limit=10)) == 2


async def test_until_the_spool_is_drained_nobody_is_overtaken(office: Office, stage: Stage, mongod: Mongod) -> None:
    mongod.freeze()
    said = [f"第{place}句" for place in range(60)]
    for text in said[:30]:
        await office.say(text)
    mongod.thaw()
    for text in said[30:]:
        await office.call(message(text, uuid.uuid4().hex), passive=False)
    assert await heard(stage, 60) == said


async def test_order_holds_between_processes_by_the_clock_of_arrival(
    office: Office, stage: Stage, mongod: Mongod, root: Path
) -> None:
    async with working(stage, root) as other:
        mongod.freeze()
        said = [f"第{place}句" for place in range(30)]
        for place, text in enumerate(said):
            await (office, other)[place % 2].say(text)
        mongod.thaw()
        assert await heard(stage, 30) == said


async def test_what_a_process_cut_off_alone_took_is_brought_by_the_others_and_heard_first(
    office: Office, stage: Stage, root: Path
) -> None:
    """It lives, so its spool is not adopted; and it cannot drain it."""
    cut_off = await Disk.open(root, stage.store.vault.master, ROOMY)
    door, stamps = Door(cut_off, Metrics()), Stamps()
    said = [message(f"第{place}句", uuid.uuid4().hex) for place in range(4)]
    await door.take(recorded(Arrival(messages=[said[0]]), stamps))
    assert await office.call(said[1], within=9.0) == "听到：第1句"
    assert await heard(stage, 2) == ["第0句", "第1句"]
    await door.take(recorded(Arrival(messages=[said[2]]), stamps))
    assert await office.call(said[3], within=9.0) == "听到：第3句"
    assert await heard(stage, 4) == [f"第{place}句" for place in range(4)]
    assert len(batches(root)) == 2, "they are its own to remove"
    alone = Address(channel="wechat", account="main", sender="o-who-wrote-to-that-one-alone")
    await door.take(recorded(Arrival(messages=[message("还有我", "m9", alone)]), stamps))
    assert "还有我" in await heard(stage, 5), "also where nobody else writes"
    await cut_off.aclose()
    await office.drained()


async def test_receipts_and_parts_of_long_texts_wait_as_well(office: Office, stage: Stage, mongod: Mongod) -> None:
    phone = Address(channel="wechat", account="main", sender="13800138000")
    entry_id = uuid.uuid4().hex
    receipt = Receipt(channel="wechat", account="main", state=ReceiptState.DELIVERED, at=now(), message_id=entry_id)
    parts = [
        MessagePart(inbound=message(text, uuid.uuid4().hex, phone), reference="7", number=number, total=2)
        for number, text in enumerate(("东风东街", "路灯坏了"), start=1)
    ]
    mongod.freeze()
    assert await office.call(receipts=[receipt], passive=False) == "ack"
    for part in parts:
        assert await office.call(parts=[part], passive=False) == "ack"
    await office.intake.take(Arrival(messages=[message("后来的一句", uuid.uuid4().hex, phone)]))
    assert office.disk.count == 4
    mongod.thaw()
    assert await heard(stage, 2) == ["东风东街路灯坏了", "后来的一句"]
    parked = await stage.store.database["parked_receipts"].find({}, limit=10)
    assert [each["key"] for each in parked] == [f"id:{entry_id}"]


async def test_a_full_spool_acknowledges_nothing(stage: Stage, root: Path, mongod: Mongod) -> None:
    async with working(stage, root, Limits(max_bytes=10_000_000, max_count=2)) as office:
        mongod.freeze()
        assert [await office.say("一"), await office.say("二")] == [SENTENCE, "ack"]
        for _ in range(2):
            with pytest.raises(SpoolFull):
                await office.say("三", id="m3")
        assert office.counted("spool_full") == 2
        mongod.thaw()
        assert await heard(stage, 2) == ["一", "二"]
        await office.drained()
        assert await office.say("三", id="m3") == "听到：三"


async def test_what_a_dead_process_left_ten_minutes_ago_is_heard_first_by_whoever_starts_next(
    stage: Stage, root: Path
) -> None:
    dying = await Disk.open(root, stage.store.vault.master, ROOMY)
    door, stamps = Door(dying, Metrics()), Stamps(lambda: time.time_ns() - 600_000_000_000)
    for place in range(2):
        said = message(f"第{place}句", uuid.uuid4().hex)
        then = {"received_at": said.received_at - TEN_MINUTES, "reply_until": said.received_at - TEN_MINUTES}
        await door.take(recorded(Arrival(messages=[replace(said, **then)]), stamps))
    assert dying._own is not None
    os.close(dying._own._lock)  # as the kernel does when it dies
    async with working(stage, root) as next_process:
        await next_process.say("第2句")
        assert await heard(stage, 3) == ["第0句", "第1句", "第2句"]
        [conversation] = (await stage.store.conversations.list(limit=10)).items
        arrived = await stage.store.inbox.onward(conversation.id, limit=10)
        assert now() - arrived[0].arrived_at > TEN_MINUTES, "it keeps the moment at which it came"
        await next_process.drained()
        assert len(folders(root)) == 1


async def test_a_damaged_file_is_set_aside_and_all_others_are_heard(
    office: Office, stage: Stage, mongod: Mongod, root: Path
) -> None:
    mongod.freeze()
    for text in ("一", "二", "三"):
        await office.say(text)
    damaged = batches(root)[1]
    damaged.write_bytes(damaged.read_bytes()[:-1])
    mongod.thaw()
    assert await heard(stage, 2) == ["一", "三"]
    [aside] = set_aside_files(root)
    assert aside.name.endswith(damaged.name)
    assert office.metrics.registry.get_sample_value("petition_spool_set_aside_total") == 1


async def test_what_the_store_refuses_is_set_aside_and_holds_up_nobody(
    office: Office, stage: Stage, mongod: Mongod, root: Path
) -> None:
    mongod.freeze()
    await office.say("一")
    await office.say("半个字\ud83d")  # no UTF-8: it cannot be sealed
    await office.say("三")
    mongod.thaw()
    assert await heard(stage, 2) == ["一", "三"]
    await office.drained()
    assert len(set_aside_files(root)) == 1


async def test_where_the_spool_cannot_be_made_calls_go_unacknowledged(stage: Stage, mongod: Mongod) -> None:
    intake = Intake(store=stage.store, turns=stage.process().turns, clock=now)
    channel = Channel(arrivals=[Arrival(messages=[message("一", "m1")])])
    request = WebhookRequest(method="POST", path="", query={}, headers={}, body=b"", received_at=now())
    mongod.freeze()
    with quicker_than(4.9, "the call"), pytest.raises(StorageError):
        await intake.handle(channel, request)


def test_a_person_is_reassured_once_in_a_while_and_events_are_not_answered() -> None:
    times = iter(range(0, 10_000, 100))
    reassurance = Reassurance(monotonic=lambda: next(times))

    def told(id: str, address: Address = PERSON, **given: Any) -> bool:  # noqa: A002
        return reassurance.about([replace(message("话", id, address), **given)]) is not None

    other = Address(channel="wechat", account="main", sender="o-another")
    assert [told("1"), told("2"), told("2"), told("1", other), told("3"), told("4")] == [
        True, False, False, True, True, False
    ]  # fmt: skip
    assert told("4") is False
    event = Event(name=EventName.UNSUBSCRIBED)
    assert told("9", Address(channel="wechat", account="main", sender="o3"), kind=Kind.EVENT, event=event) is False
