"""Finding what was left: entries due that nobody was told of, messages whose turn never came."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import structlog

from bot.delivery.deliverer import GRACE
from bot.delivery.jobs import DeliveryQueue
from bot.faults import frames_of
from channels.base import Clock
from storage.errors import StorageError
from storage.store import Store

_ENTRIES = 500
_CONVERSATIONS = 100
_PARTED = 100
_FETCHED = 50
_DROPPED = 50
_LEFT = 20
_AT_ONCE = 8
UNCLAIMED_AFTER = timedelta(seconds=20)
"""When a kept message counts as left behind: the platform's own repeats (16 s) are over by then."""


async def _fetched_by_nobody(_ids: list[str]) -> None:
    return


class Sweeper:
    """One sweep looks once, in bounded portions; the next follows in seconds."""

    def __init__(
        self,
        *,
        store: Store,
        queue: DeliveryQueue,
        deliver: Callable[[str], Awaitable[None]],
        resume: Callable[[str], Awaitable[None]],
        clock: Clock,
        fetch: Callable[[list[str]], Awaitable[object]] = _fetched_by_nobody,
        left_kept: timedelta = timedelta(days=30),
    ) -> None:
        """``left_kept``: how long the talk of whoever left is kept."""
        self._store = store
        self._fetch = fetch
        self._queue = queue
        self._deliver = deliver
        self._resume = resume
        self._clock = clock
        self._left_kept = left_kept
        self._sweeping = False

    async def sweep(self) -> None:
        """Take up what is due; a storage that is away is left to the next sweep.

        One at a time in a process: a sweep that takes long is not joined by the next ones.
        """
        if self._sweeping:
            return
        self._sweeping = True
        try:
            await self._sweep_deliveries()
            await self._sweep_turns()
            await self._sweep_parts()
            await self._sweep_attachments()
            await self._sweep_left()
        except StorageError as error:
            structlog.get_logger().warning("sweep.storage_error", error=error.code)
        finally:
            self._sweeping = False

    async def _sweep_deliveries(self) -> None:
        entry_ids = await self._store.outbox.due(self._clock() - GRACE, limit=_ENTRIES)
        if entry_ids and not await self._queue.kick(entry_ids):
            await _each(self._deliver, entry_ids)

    async def _sweep_parts(self) -> None:
        """Have heard what there is of messages whose other parts never came."""
        left = await self._store.parts.due(self._clock(), limit=_PARTED)
        conversations = []
        for whole in left:
            [kept] = await self._store.inbox.add([whole.message])
            await self._store.parts.delivered(whole.id, now=self._clock())
            structlog.get_logger().info("message.joined_late", arrived=kept.arrived.id)
            conversations.append(kept.arrived.conversation_id)
        await _each(self._resume, list(dict.fromkeys(conversations)))

    async def _sweep_attachments(self) -> None:
        """Have fetched what is due, and drop what no case was filed with in time."""
        due = await self._store.attachments.due(self._clock() - GRACE, limit=_FETCHED)
        if due:
            await self._fetch(due)
        dropped = await self._store.attachments.drop_expired(self._clock(), limit=_DROPPED)
        if dropped:
            structlog.get_logger().info("media.dropped", attachments=dropped)

    async def _sweep_left(self) -> None:
        """Erase the talk of whoever left long ago and has no case."""
        now = self._clock()
        erased = await self._store.leaving.erase_left(before=now - self._left_kept, now=now, limit=_LEFT)
        if erased:
            structlog.get_logger().info("conversation.erased", conversations=erased)

    async def _sweep_turns(self) -> None:
        left = await self._store.inbox.waiting(older_than=self._clock() - UNCLAIMED_AFTER, limit=_CONVERSATIONS)
        if left:
            structlog.get_logger().info("sweep.turns", conversations=len(left))
        await _each(self._resume, left)


async def _each(act: Callable[[str], Awaitable[None]], keys: list[str]) -> None:
    places = asyncio.Semaphore(_AT_ONCE)

    async def one(key: str) -> None:
        async with places:
            try:
                await act(key)
            except StorageError as error:
                structlog.get_logger().warning("sweep.skipped", key=key, error=error.code)
            except Exception as error:  # noqa: BLE001 - one that breaks must not keep the others waiting
                structlog.get_logger().error(
                    "sweep.broke", key=key, error=type(error).__name__, frames=frames_of(error)
                )

    async with asyncio.TaskGroup() as group:
        for key in keys:
            group.create_task(one(key))
