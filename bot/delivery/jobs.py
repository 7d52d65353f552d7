"""The job engine's side: kicking deliveries, running them, and the clock that sweeps what was missed."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Iterator, Sequence
from typing import Any

import structlog
from redis.exceptions import RedisError
from taskiq import AsyncBroker
from taskiq.acks import AcknowledgeType
from taskiq.exceptions import TaskiqError
from taskiq.kicker import AsyncKicker
from taskiq.receiver import Receiver

from bot.delivery.broker import ReliableStreamBroker
from bot.delivery.deliverer import LEASE_SECONDS
from bot.faults import frames_of
from bot.periodic import stopped_within
from storage.errors import StorageError

QUEUE_NAME = "out:normal"
_DELIVER = "deliver"
_SWEEP = "sweep"
_FETCH = "fetch"
_KICK_TIMEOUT_S = 0.5
_KICK_EACH_S = 0.005
_SLOW_S = 0.25
_REST_S = 1.0
"""After a failure that was slow nobody tries again for so long: each try holds up whoever kicks."""
_SWEEP_EVERY_S = 5.0
_TASKS = 50
_END_S = 1.0


def make_broker(redis_url: str) -> ReliableStreamBroker:
    """The broker of this service; a reclaimed job is one whose claim is over as well."""
    return ReliableStreamBroker(redis_url, queue_name=QUEUE_NAME, idle_seconds=LEASE_SECONDS + 5)


class DeliveryQueue:
    """Tells the workers that entries are due. Losing what it carries costs seconds: the sweeper finds them.

    ``broker`` None: there is no queue, and only the sweeper finds them.
    """

    def __init__(self, broker: AsyncBroker | None) -> None:
        self._broker = broker
        self._away = False
        self._rest_until = 0.0

    async def kick(self, entry_ids: Sequence[str]) -> bool:
        """Queue deliveries; False where the queue is away (the sweeper will do it)."""
        return await self._kick(_DELIVER, *[(entry_id,) for entry_id in entry_ids])

    async def kick_fetch(self, attachment_ids: Sequence[str]) -> bool:
        """Queue the fetching of attachments; False where the queue is away (the sweeper will do it)."""
        return await self._kick(_FETCH, *[(attachment_id,) for attachment_id in attachment_ids])

    async def kick_sweep(self) -> bool:
        """Queue one sweep."""
        return await self._kick(_SWEEP, ())

    async def _kick(self, task_name: str, *argument_lists: tuple[str, ...]) -> bool:
        loop = asyncio.get_running_loop()
        if self._broker is None or loop.time() < self._rest_until:
            return False
        begun = loop.time()
        try:
            async with asyncio.timeout(_KICK_TIMEOUT_S + _KICK_EACH_S * len(argument_lists)):
                for arguments in argument_lists:
                    kicker: AsyncKicker[Any, Any] = AsyncKicker(task_name=task_name, broker=self._broker, labels={})
                    await kicker.kiq(*arguments)
        except (TimeoutError, RedisError, OSError, TaskiqError) as error:
            if loop.time() - begun > _SLOW_S:
                self._rest_until = loop.time() + _REST_S
            self._note(away=True, error=type(error.__cause__ or error).__name__)
            return False
        self._note(away=False)
        return True

    def _note(self, *, away: bool, error: str = "") -> None:
        if away and not self._away:
            structlog.get_logger().warning("queue.kick_failed", error=error)
        self._away = away


class _UnderWay:
    """The jobs that run now, so that none outlives the parts it works with."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[Any]] = set()
        self._ending = False

    @contextlib.contextmanager
    def one(self, job: str) -> Iterator[None]:
        """Nothing that fails in it reaches the job engine, whose log would quote it."""
        task = asyncio.current_task()
        if task is not None:
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        try:
            yield
        except asyncio.CancelledError:
            if not self._ending:
                raise
            # ``end`` cut it short, and told so: the engine ends the job either way, and would log its frames.
        except StorageError as error:
            structlog.get_logger().warning("job.storage_error", job=job, error=error.code)
        except Exception as error:  # noqa: BLE001 - the entry's lease ends, and it is taken up again
            _log_broken(job, error)

    async def end(self) -> None:
        """Cancel what runs still: its entries are taken up when their leases end."""
        late, self._ending = list(self._tasks), True
        if late:
            structlog.get_logger().warning("jobs.cut_short", jobs=len(late))
            await _ended(*late)


async def serve(
    broker: AsyncBroker,
    *,
    deliver: Callable[[str], Awaitable[None]],
    sweep: Callable[[], Awaitable[None]],
    fetch: Callable[[str], Awaitable[None]],
    stop: asyncio.Event,
    drain_seconds: float,
) -> None:
    """Run jobs until ``stop``; those under way get ``drain_seconds`` to end, then they are cancelled."""
    under_way = _UnderWay()

    async def run_delivery(entry_id: str) -> None:
        with under_way.one(_DELIVER):
            await deliver(entry_id)

    async def run_sweep() -> None:
        with under_way.one(_SWEEP):
            await sweep()

    async def run_fetch(attachment_id: str) -> None:
        with under_way.one(_FETCH):
            await fetch(attachment_id)

    broker.register_task(run_fetch, task_name=_FETCH)
    broker.register_task(run_delivery, task_name=_DELIVER)
    broker.register_task(run_sweep, task_name=_SWEEP)
    broker.is_worker_process = True
    receiver = Receiver(
        broker,
        run_startup=False,
        max_async_tasks=_TASKS,
        max_prefetch=10,
        ack_type=AcknowledgeType.WHEN_EXECUTED,
        wait_tasks_timeout=drain_seconds,
    )
    try:
        await _until_stopped(receiver.listen(stop), stop, drain_seconds)
    finally:
        await under_way.end()


async def tick(
    queue: DeliveryQueue, sweep: Callable[[], Awaitable[None]], stop: asyncio.Event, *, drain_seconds: float
) -> None:
    """The clock: every five seconds a sweep goes through the queue, or is done here where the queue is away.

    Several workers may tick: sweeps are idempotent, and every claim is decided in MongoDB. A sweep under way gets
    ``drain_seconds`` after ``stop``.
    """
    while not stop.is_set():
        await stopped_within(stop, _SWEEP_EVERY_S)
        if stop.is_set() or await queue.kick_sweep():
            continue
        try:
            await _until_stopped(sweep(), stop, drain_seconds)
        except Exception as error:  # noqa: BLE001 - the clock goes on
            _log_broken(_SWEEP, error)


async def _until_stopped(work: Awaitable[None], stop: asyncio.Event, seconds: float) -> None:
    """Await ``work`` to its end, or until ``seconds`` after ``stop``; then it is cancelled."""
    working = asyncio.ensure_future(work)
    stopping = asyncio.create_task(stop.wait())
    try:
        await asyncio.wait({working, stopping}, return_when=asyncio.FIRST_COMPLETED)
        await asyncio.wait({working}, timeout=seconds)
    finally:
        in_time = working.done()
        await _ended(working, stopping)
    if in_time:
        working.result()


async def _ended(*tasks: asyncio.Future[Any]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks, timeout=_END_S)


def _log_broken(job: str, error: Exception) -> None:
    structlog.get_logger().error("job.broke", job=job, error=type(error).__name__, frames=frames_of(error))
