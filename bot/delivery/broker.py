"""A stream broker whose jobs are never stranded.

taskiq-redis reclaims the jobs of a dead worker only after new traffic has come, and never deletes what is done
(docs/decisions/0009). This one reclaims on a timer, deletes with the acknowledgement, and outlives a Redis that
goes away and comes back empty.
"""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable
from typing import Any

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError, ResponseError
from taskiq import AckableMessage
from taskiq_redis import RedisStreamBroker

from bot.shared_state import stop_if_cancelled

_READ_BLOCK_MS = 500
_RECLAIM_EVERY_S = 1.0
_RECONNECT_AFTER_S = 0.5
_ANSWER_S = 2.0
"""Longer than a read blocks."""


class ReliableStreamBroker(RedisStreamBroker):
    """taskiq's stream broker with timed reclaiming.

    ``idle_seconds`` must exceed the longest job: a reclaim cannot know that its owner still lives. A job done
    twice is harmless here, because the claim of the outbox entry decides.
    """

    def __init__(self, url: str, *, queue_name: str, idle_seconds: float) -> None:
        super().__init__(
            url,
            queue_name=queue_name,
            consumer_id="0",
            idle_timeout=int(idle_seconds * 1000),
            xread_count=10,
            xread_block=_READ_BLOCK_MS,
            maxlen=100_000,
            socket_timeout=_ANSWER_S,
            socket_connect_timeout=0.5,
        )
        self._reclaimed_at = 0.0
        self._away = False

    def _ack_generator(self, id: str, queue_name: str) -> Callable[[], Awaitable[None]]:  # noqa: A002 - theirs
        async def acknowledge() -> None:
            try:
                async with Redis(connection_pool=self.connection_pool) as redis, redis.pipeline() as pipe:
                    pipe.xack(queue_name, self.consumer_group_name, id)
                    pipe.xdel(queue_name, id)
                    await pipe.execute()
            except (RedisError, OSError) as error:
                # The job is done once more later, which its claim makes harmless.
                structlog.get_logger().warning("queue.not_acknowledged", error=type(error).__name__)

        return acknowledge

    async def listen(self) -> AsyncGenerator[AckableMessage, None]:
        """Yield jobs for ever; a Redis that is away is asked again every half second."""
        while True:
            stop_if_cancelled()
            try:
                async with Redis(connection_pool=self.connection_pool) as redis:
                    messages = await self._next(redis)
            except ResponseError as error:
                # Usually the group is gone: Redis came back empty. What it held is in the outbox still.
                await self._begin_again(error)
                continue
            except (RedisError, OSError) as error:
                await self._rest(error)
                continue
            self._note_back()
            for message in messages:
                yield message

    async def _begin_again(self, error: ResponseError) -> None:
        try:
            await self._declare_consumer_group()
        except (RedisError, OSError) as away:
            await self._rest(away)
        else:
            structlog.get_logger().warning("queue.declared_again", error=type(error).__name__)
            # Where it was something else (no permission, another kind of key), it is not asked without end.
            await asyncio.sleep(_RECONNECT_AFTER_S / 5)

    async def _rest(self, error: Exception) -> None:
        if not self._away:
            self._away = True
            structlog.get_logger().warning("queue.away", error=type(error).__name__)
        await asyncio.sleep(_RECONNECT_AFTER_S)

    def _note_back(self) -> None:
        if self._away:
            self._away = False
            structlog.get_logger().info("queue.back")

    async def _next(self, redis: Redis) -> list[AckableMessage]:
        now = asyncio.get_running_loop().time()
        if now - self._reclaimed_at >= _RECLAIM_EVERY_S:
            self._reclaimed_at = now
            reclaimed = await redis.xautoclaim(
                self.queue_name,
                self.consumer_group_name,
                self.consumer_name,
                min_idle_time=self.idle_timeout,
                count=self.unacknowledged_batch_size,
            )
            if reclaimed[1]:
                return self._messages(reclaimed[1])
        fetched: Any = await redis.xreadgroup(
            self.consumer_group_name,
            self.consumer_name,
            {self.queue_name: ">"},
            block=self.block,
            count=self.count,
        )
        return self._messages(entry for _, entries in fetched or [] for entry in entries)

    def _messages(self, entries: Iterable[tuple[str, dict[bytes, bytes] | None]]) -> list[AckableMessage]:
        return [
            AckableMessage(data=fields[b"data"], ack=self._ack_generator(id=entry_id, queue_name=self.queue_name))
            for entry_id, fields in entries
            if fields  # an entry deleted meanwhile is reclaimed empty
        ]
