"""The job engine on a real server: what it carries is done, or found again, whatever becomes of server and worker."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError
from waiting import PATIENCE_S, awaited, quicker_than, soon, within

from bot.delivery import jobs
from bot.delivery.broker import ReliableStreamBroker
from bot.delivery.jobs import DeliveryQueue
from storage.errors import StorageAway

IDLE_S = 0.3
AWAY = "redis://127.0.0.1:1"
LIMITS = {name: getattr(jobs, name) for name in ("_KICK_TIMEOUT_S", "_SLOW_S")}


@pytest.fixture(autouse=True)
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that is there is not taken to be away because the machine is busy."""
    for name in LIMITS:
        monkeypatch.setattr(jobs, name, PATIENCE_S)


@pytest.fixture
def hurried(unhurried: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the service's own limits."""
    for name, seconds in LIMITS.items():
        monkeypatch.setattr(jobs, name, seconds)


class Worker:
    """One worker's job engine; ``done`` wakes whoever waits for a job."""

    def __init__(self, broker: ReliableStreamBroker, deliver: Callable[[str], Awaitable[None]] | None = None) -> None:
        self.broker = broker
        self.delivered: list[str] = []
        self.sweeps = 0
        self.stop = asyncio.Event()
        self.drain_seconds = 2.0
        self._deliver = deliver
        self._news = asyncio.Condition()

    async def deliver(self, entry_id: str) -> None:
        if self._deliver is not None:
            await self._deliver(entry_id)
        self.delivered.append(entry_id)
        async with self._news:
            self._news.notify_all()

    async def sweep(self) -> None:
        self.sweeps += 1

    async def serve(self) -> None:
        await jobs.serve(
            self.broker,
            deliver=self.deliver,
            sweep=self.sweep,
            fetch=self.deliver,
            stop=self.stop,
            drain_seconds=self.drain_seconds,
        )

    async def has_delivered(self, *entry_ids: str) -> None:
        async with within(f"the delivery of {entry_ids}"), self._news:
            await self._news.wait_for(lambda: set(entry_ids) <= set(self.delivered))

    @asynccontextmanager
    async def running(self) -> AsyncIterator[asyncio.Task[None]]:
        serving = asyncio.create_task(self.serve())
        try:
            yield serving
        finally:
            self.stop.set()
            await serving


@pytest.fixture
async def make_broker(own_redis: Any) -> AsyncIterator[Callable[..., Awaitable[ReliableStreamBroker]]]:
    made: list[ReliableStreamBroker] = []

    async def make(url: str = own_redis.url, *, started: bool = True) -> ReliableStreamBroker:
        broker = ReliableStreamBroker(url, queue_name="out:test", idle_seconds=IDLE_S)
        made.append(broker)
        if started:
            await broker.startup()
        return broker

    yield make
    for broker in made:
        await broker.shutdown()


@pytest.fixture
async def server(own_redis: Any) -> AsyncIterator[Redis]:
    client: Redis = Redis.from_url(own_redis.url)
    yield client
    await client.aclose()


async def stuck(_entry_id: str) -> None:
    await asyncio.Event().wait()


async def test_what_is_kicked_is_delivered_and_leaves_nothing_behind(make_broker, server: Redis) -> None:
    worker = Worker(await make_broker())
    queue = DeliveryQueue(await make_broker())
    ids = [f"e{number}" for number in range(60)]
    assert await queue.kick(ids)
    assert await queue.kick_sweep()
    async with worker.running():
        await worker.has_delivered(*ids)
        await queue.kick(["last"])
        await worker.has_delivered("last")
    assert sorted(worker.delivered) == sorted([*ids, "last"])
    assert worker.sweeps == 1
    assert await server.xlen("out:test") == 0
    assert (await server.xpending("out:test", "taskiq"))["pending"] == 0


async def test_the_job_of_a_worker_that_died_is_taken_up_by_another(make_broker) -> None:
    dead = await make_broker()
    assert await DeliveryQueue(await make_broker()).kick(["e1"])
    taking = dead.listen()
    await anext(taking)
    await taking.aclose()  # taken, and never acknowledged
    worker = Worker(await make_broker())
    async with worker.running():
        await worker.has_delivered("e1")  # without any new traffic


async def test_what_waits_in_the_queue_before_the_first_worker_is_not_skipped(make_broker) -> None:
    assert await DeliveryQueue(await make_broker(started=False)).kick(["early"])
    worker = Worker(await make_broker())
    async with worker.running():
        await worker.has_delivered("early")


async def test_a_server_that_comes_back_empty_is_served_on(make_broker, server: Redis) -> None:
    worker = Worker(await make_broker())
    queue = DeliveryQueue(await make_broker())
    async with worker.running():
        await queue.kick(["before"])
        await worker.has_delivered("before")
        await server.flushall()
        await queue.kick(["after"])
        await worker.has_delivered("after")


async def test_a_server_that_is_away_at_the_start_and_later_is_waited_for(make_broker, own_redis: Any, capsys) -> None:
    await own_redis.kill()
    worker = Worker(await make_broker(started=False))
    queue = DeliveryQueue(await make_broker(started=False))
    async with worker.running():
        assert not await queue.kick(["lost"])
        await own_redis.start()
        assert await queue.kick(["first"])
        await worker.has_delivered("first")
        await own_redis.kill()
        assert not await queue.kick(["lost"])
        await asyncio.sleep(0.6)
        await own_redis.start()
        assert await queue.kick(["second"])
        await worker.has_delivered("second")
    logged = "".join(capsys.readouterr())
    assert 1 <= logged.count("queue.away") <= 2  # not once for each look
    assert logged.count("queue.kick_failed") == 2


async def test_a_server_that_is_away_holds_up_no_start(make_broker, own_redis: Any) -> None:
    await own_redis.kill()
    broker = await make_broker(started=False)
    with quicker_than(4, "the start"), pytest.raises(RedisError):
        await broker.startup()


@pytest.mark.usefixtures("hurried")
async def test_a_kick_never_keeps_a_webhook_waiting(make_broker, own_redis: Any) -> None:
    own_redis.freeze()
    with quicker_than(4, "three kicks"):
        assert not await DeliveryQueue(await make_broker(started=False)).kick(["e1"])
        assert not await DeliveryQueue(ReliableStreamBroker(AWAY, queue_name="q", idle_seconds=1)).kick(["e1"])
        assert not await DeliveryQueue(None).kick(["e1"])
    own_redis.thaw()


@pytest.mark.usefixtures("hurried")
async def test_a_frozen_server_holds_up_one_kick_and_not_each(make_broker, own_redis: Any) -> None:
    queue = DeliveryQueue(await make_broker(started=False))
    own_redis.freeze()
    with quicker_than(4, "twenty kicks, of which the first waits"):
        assert not any([await queue.kick(["e1"]) for _ in range(20)])
    own_redis.thaw()
    await soon(lambda: queue.kick(["e2"]), "tried again")


@pytest.mark.parametrize("away", [False, True])
async def test_a_worker_that_does_nothing_stops_at_once(make_broker, own_redis: Any, away: bool) -> None:
    worker = Worker(await make_broker())
    worker.drain_seconds = 30.0
    async with worker.running() as serving:
        await DeliveryQueue(worker.broker).kick(["e1"])
        await worker.has_delivered("e1")
        if away:
            await own_redis.kill()
        with quicker_than(15, "the end"):
            worker.stop.set()
            await serving


@pytest.mark.parametrize("frozen", [False, True])
async def test_a_worker_that_is_stuck_stops_in_its_time(make_broker, own_redis: Any, frozen: bool) -> None:
    begun = asyncio.Event()
    ended: list[str] = []

    async def never(entry_id: str) -> None:
        begun.set()
        try:
            await stuck(entry_id)
        finally:
            ended.append(entry_id)

    worker = Worker(await make_broker(), never)
    worker.drain_seconds = 0.3
    ids = [f"e{number}" for number in range(60)]
    async with worker.running() as serving:
        assert await DeliveryQueue(worker.broker).kick(ids)
        await begun.wait()
        if frozen:
            own_redis.freeze()
        worker.stop.set()
        await awaited(serving, "it ends though it is stuck", 30)
    own_redis.thaw()
    assert ended  # nothing runs on behind the worker's back
    assert worker.delivered == []


async def test_what_a_stop_cuts_short_is_no_error_of_the_job_engines_log(
    make_broker, caplog: pytest.LogCaptureFixture
) -> None:
    begun = asyncio.Event()

    async def never(entry_id: str) -> None:
        begun.set()
        await stuck(entry_id)

    worker = Worker(await make_broker(), never)
    worker.drain_seconds = 0.1
    with structlog.testing.capture_logs() as told:
        async with worker.running():
            assert await DeliveryQueue(worker.broker).kick(["e1"])
            await awaited(begun.wait(), "the job begins")
    assert [each["event"] for each in told] == ["jobs.cut_short"]
    assert [each.getMessage() for each in caplog.records if each.levelno >= logging.ERROR] == []


async def test_a_delivery_under_way_may_end(make_broker) -> None:
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def slow(_entry_id: str) -> None:
        begun.set()
        await go_on.wait()

    worker = Worker(await make_broker(), slow)
    async with worker.running() as serving:
        await DeliveryQueue(worker.broker).kick(["e1"])
        await begun.wait()
        worker.stop.set()
        await asyncio.sleep(0)
        go_on.set()
        await serving
    assert worker.delivered == ["e1"]


@pytest.mark.parametrize("failure", [StorageAway("x"), ValueError("13800138000 路灯坏了")])
async def test_a_job_that_fails_is_told_without_what_it_says_and_the_next_is_done(
    make_broker, failure: Exception, capsys
) -> None:
    async def fail_first(entry_id: str) -> None:
        if entry_id == "e1":
            raise failure

    worker = Worker(await make_broker(), fail_first)
    async with worker.running():
        await DeliveryQueue(worker.broker).kick(["e1", "e2"])
        await worker.has_delivered("e2")
    logged = "".join(capsys.readouterr())
    assert "job." in logged
    assert "路灯" not in logged


class Queue:
    """A queue that is there, or not; ``enough``: it was told three times."""

    def __init__(self, *, there: bool) -> None:
        self.there = there
        self.kicked = 0
        self.enough = asyncio.Event()

    async def kick_sweep(self) -> bool:
        self.kicked += 1
        if self.kicked == 3:
            self.enough.set()
        return self.there


async def ticked(queue: Queue, sweep: Callable[[], Awaitable[None]], stop: asyncio.Event) -> None:
    async with within("the clock stops"):
        await jobs.tick(queue, sweep, stop, drain_seconds=0.2)


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "_SWEEP_EVERY_S", 0.01)


@pytest.mark.usefixtures("quick")
async def test_the_clock_sweeps_itself_only_where_the_queue_is_away() -> None:
    for there in (True, False):
        queue, swept = Queue(there=there), []
        stop = queue.enough if there else asyncio.Event()

        async def sweep(queue=queue, stop=stop, swept=swept) -> None:
            swept.append(queue.kicked)
            if len(swept) == 3:
                stop.set()

        await ticked(queue, sweep, stop)
        assert len(swept) == (0 if there else 3)
        assert queue.kicked >= 3


@pytest.mark.usefixtures("quick")
async def test_the_clock_goes_on_after_a_sweep_that_broke() -> None:
    stop, swept = asyncio.Event(), []

    async def sweep() -> None:
        swept.append(1)
        if len(swept) == 2:
            stop.set()
        raise ValueError

    await ticked(Queue(there=False), sweep, stop)
    assert len(swept) == 2


@pytest.mark.usefixtures("quick")
async def test_the_clock_stops_in_the_middle_of_a_long_sweep() -> None:
    stop, begun = asyncio.Event(), asyncio.Event()

    async def sweep() -> None:
        begun.set()
        await stuck("")

    ticking = asyncio.create_task(ticked(Queue(there=False), sweep, stop))
    await begun.wait()
    stop.set()
    await ticking


async def test_a_worker_that_is_cancelled_ends(make_broker) -> None:
    begun = asyncio.Event()

    async def begins(entry_id: str) -> None:
        begun.set()
        await stuck(entry_id)

    worker = Worker(await make_broker(), begins)
    serving = asyncio.create_task(worker.serve())
    await DeliveryQueue(worker.broker).kick(["e1"])
    await awaited(begun.wait(), "it is delivering")
    serving.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await awaited(serving, "it ends")
    assert serving.cancelled()
