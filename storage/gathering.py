"""Group commit for reads of one shape: what several callers ask for at once is done in one call.

Who comes alone goes at once; who comes while a call is under way waits for it and then shares the next one.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from storage.errors import StorageAway, StorageError

T = TypeVar("T")
R = TypeVar("R")

GROUP_LIMIT = 64
WAITING_LIMIT = 4_096


@dataclass(frozen=True, slots=True, eq=False)
class _Waiting(Generic[T, R]):
    items: tuple[T, ...]
    done: asyncio.Future[Sequence[R]]


class Gatherer(Generic[T, R]):
    """Turns concurrent ``submit``s into few calls of ``work``, which gives one result for each item."""

    def __init__(self, work: Callable[[Sequence[T]], Awaitable[Sequence[R]]], *, name: str) -> None:
        self._work = work
        self._name = name
        self._waiting: deque[_Waiting[T, R]] = deque()
        self._worker: asyncio.Task[None] | None = None

    async def submit(self, items: Sequence[T]) -> Sequence[R]:
        """Have ``items`` done; a caller that is cancelled leaves the others alone.

        Raises:
            StorageAway: too many wait already, or what ``work`` raised.
        """
        if len(self._waiting) >= WAITING_LIMIT:
            msg = f"{self._name}: too many are waiting"
            raise StorageAway(msg)
        waiting: _Waiting[T, R] = _Waiting(tuple(items), asyncio.get_running_loop().create_future())
        self._waiting.append(waiting)
        if self._worker is None:
            self._worker = asyncio.create_task(self._run(), name=self._name)
        return await waiting.done

    async def _run(self) -> None:
        try:
            while group := self._next_group():
                await self._settle(group)
        finally:
            self._worker = None
            while self._waiting:  # only where this task was cancelled
                _fail([self._waiting.popleft()], StorageAway(f"{self._name}: stopping"))

    def _next_group(self) -> list[_Waiting[T, R]]:
        group: list[_Waiting[T, R]] = []
        while self._waiting and len(group) < GROUP_LIMIT:
            group.append(self._waiting.popleft())
        return group

    async def _settle(self, group: Sequence[_Waiting[T, R]]) -> None:
        try:
            results = await self._work([item for each in group for item in each.items])
        except StorageError as error:
            if error.retryable or len(group) == 1:
                _fail(group, error)
                return
            for each in group:  # so that one bad item fails its own caller only
                await self._settle([each])
        except BaseException:
            _fail(group, StorageAway(f"{self._name}: broken off"))
            raise
        else:
            _share(group, results)


def _share(group: Sequence[_Waiting[T, R]], results: Sequence[R]) -> None:
    start = 0
    for each in group:
        end = start + len(each.items)
        if not each.done.done():
            each.done.set_result(results[start:end])
        start = end


def _fail(group: Sequence[_Waiting[T, R]], error: StorageError) -> None:
    for each in group:
        if not each.done.done():
            each.done.set_exception(error)
