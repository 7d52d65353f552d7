"""A time limit that costs nothing where nothing is waited for, as in most actions."""

import asyncio
from collections.abc import Coroutine, Generator
from functools import partial
from typing import Any, Generic, TypeVar

_Result = TypeVar("_Result")


async def within(seconds: float, work: Coroutine[Any, Any, _Result]) -> _Result:
    """The result of ``work``, whose time is counted from where it first waits for something.

    Raises:
        TimeoutError: it was not there in ``seconds``.
    """
    try:
        awaited = work.send(None)
    except StopIteration as done:
        result: _Result = done.value
        return result
    async with asyncio.timeout(seconds):
        return await _Begun(work, awaited)


class _Begun(Generic[_Result]):
    """A coroutine after its first step: to await it is to go on from what it ``awaited``."""

    def __init__(self, work: Coroutine[Any, Any, _Result], awaited: Any) -> None:
        self._work = work
        self._awaited = awaited

    def __await__(self) -> Generator[Any, Any, _Result]:
        awaited = self._awaited
        while True:
            try:
                goes_on = partial(self._work.send, (yield awaited))
            except BaseException as error:  # noqa: BLE001 - a cancellation, too, is the work's to hear
                goes_on = partial(self._work.throw, error)
            try:
                awaited = goes_on()
            except StopIteration as done:
                result: _Result = done.value
                return result
