"""The job engine's side: kicking deliveries, running them, and the clock that sweeps what was missed."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import structlog
from redis.exceptions import RedisError
from taskiq import AsyncBroker
from taskiq.acks import AcknowledgeType
from taskiq.kicker import AsyncKicker
from taskiq.receiver import Receiver

from bot.delivery.broker import ReliableStreamBroker
from bot.delivery.deliverer import LEASE_SECONDS

QUEUE_NAME = "out:normal"
_DELIVER = "deliver"
_SWEEP = "sweep"
_KICK_TIMEOUT_S = 0.5
_SWEEP_EVERY_S = 5.0
_TASKS = 50


def make_broker(redis_url: str) -> ReliableStreamBroker:
    """The broker of this service; a reclaimed job is one whose claim is over as well."""
    return ReliableStreamBroker(redis_url, queue_name=QUEUE_NAME, idle_seconds=LEASE_SECONDS + 5)


class DeliveryQueue:
    """Tells the workers that entries are due. Losing what it carries costs seconds: the sweeper finds them."""

    def __init__(self, broker: AsyncBroker) -> None:
        self._broker = broker

    async def kick(self, entry_ids: Sequence[str]) -> bool:
        """Queue deliveries; False where the queue is away (the sweeper will do it)."""
        return await self._kick(_DELIVER, *[(entry_id,) for entry_id in entry_ids])

    async def kick_sweep(self) -> bool:
        """Queue one sweep."""
        return await self._kick(_SWEEP, ())

    async def _kick(self, task_name: str, *argument_lists: tuple[str, ...]) -> bool:
        try:
            async with asyncio.timeout(_KICK_TIMEOUT_S):
                for arguments in argument_lists:
                    kicker: AsyncKicker[Any, Any] = AsyncKicker(task_name=task_name, broker=self._broker, labels={})
                    await kicker.kiq(*arguments)
        except (TimeoutError, RedisError, OSError) as error:
            structlog.get_logger().warning("queue.kick_failed", task=task_name, error=type(error).__name__)
            return False
        except Exception as error:  # noqa: BLE001 - taskiq wraps what its broker raises; the outbox holds the truth
            structlog.get_logger().warning("queue.kick_failed", task=task_name, error=type(error).__name__)
            return False
        return True


async def serve(
    broker: AsyncBroker,
    *,
    deliver: Callable[[str], Awaitable[None]],
    sweep: Callable[[], Awaitable[None]],
    stop: asyncio.Event,
    drain_seconds: float,
) -> None:
    """Run jobs until ``stop``; those under way get ``drain_seconds`` to end."""

    async def run_delivery(entry_id: str) -> None:
        await deliver(entry_id)

    async def run_sweep() -> None:
        await sweep()

    broker.register_task(run_delivery, task_name=_DELIVER)
    broker.register_task(run_sweep, task_name=_SWEEP)
    broker.is_worker_process = True
    with ThreadPoolExecutor(max_workers=1) as executor:
        receiver = Receiver(
            broker,
            executor=executor,
            run_startup=False,
            max_async_tasks=_TASKS,
            max_prefetch=10,
            ack_type=AcknowledgeType.WHEN_EXECUTED,
            wait_tasks_timeout=drain_seconds,
        )
        await receiver.listen(stop)


async def tick(queue: DeliveryQueue, sweep: Callable[[], Awaitable[None]], stop: asyncio.Event) -> None:
    """The clock: every five seconds a sweep goes through the queue, or is done here where the queue is away.

    Several workers may tick: sweeps are idempotent, and every claim is decided in MongoDB.
    """
    while not stop.is_set():
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_SWEEP_EVERY_S):
                await stop.wait()
        if not stop.is_set() and not await queue.kick_sweep():
            await sweep()
