"""Waiting in tests: for the very state that is asserted, long enough for a busy machine, with one error for all.

A wait that runs out says that the machine was slow or that something never came; nobody can tell which at once. Hence it is
an error of its own, ``WaitedTooLong``: such a test is tried once more (docs/decisions/0029), a wrong result never is.
"""

import asyncio
import contextlib
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, TypeVar

PATIENCE_S = 60.0
"""What never comes is noticed so late; what comes is noticed at once, however busy the machine is."""
_LOOK_AGAIN_S = 0.02
_Result = TypeVar("_Result")


class WaitedTooLong(AssertionError):
    """Something did not come, or did not end, in time."""


def until(holds: Callable[[], Any], what: str, seconds: float = PATIENCE_S) -> Any:
    """Look until ``holds`` gives something true, and give that."""
    end = time.monotonic() + seconds
    while not (found := holds()):
        if time.monotonic() > end:
            raise _ran_out(what, seconds, sys.exception())
        time.sleep(_LOOK_AGAIN_S)
    return found


async def soon(holds: Callable[[], Any], what: str, seconds: float = PATIENCE_S) -> Any:
    """As ``until``, while the event loop goes on; ``holds`` may be a coroutine function."""
    async with within(what, seconds):
        while not (found := await _value(holds())):  # noqa: ASYNC110 - for what tells nobody
            await asyncio.sleep(_LOOK_AGAIN_S)
    return found


async def _value(found: Any) -> Any:
    return await found if isinstance(found, Awaitable) else found


async def awaited(coming: Awaitable[_Result], what: str, seconds: float = PATIENCE_S) -> _Result:
    """What ``coming`` gives."""
    async with within(what, seconds):
        return await coming


@contextlib.asynccontextmanager
async def within(what: str | Callable[[], str], seconds: float = PATIENCE_S) -> AsyncIterator[None]:
    """The block is cut after ``seconds``."""
    wrong_before = sys.exception()
    limit = asyncio.timeout(seconds)
    try:
        async with limit:
            yield
    except TimeoutError:
        if not limit.expired():
            raise
        raise _ran_out(what if isinstance(what, str) else what(), seconds, wrong_before) from None


@contextlib.contextmanager
def quicker_than(seconds: float, what: str) -> Iterator[None]:
    """The block is not cut, but its length is measured; ``seconds`` lie well below what a fault would cost."""
    begun = time.monotonic()
    yield
    if (took := time.monotonic() - begun) >= seconds:
        raise WaitedTooLong(f"{what} took {took:.2f} s, not less than {seconds:g} s")


def _ran_out(what: str, seconds: float, wrong_before: BaseException | None) -> AssertionError:
    """Where a wait runs out in the tidying up after something wrong, the wrong is what it is about: no second try."""
    kind = WaitedTooLong if wrong_before is None or isinstance(wrong_before, WaitedTooLong) else AssertionError
    return kind(f"not within {seconds:g} s: {what}")


def ended(
    command: Sequence[str | Path], *, seconds: float = 2 * PATIENCE_S, **how: Any
) -> "subprocess.CompletedProcess[str]":
    """A command that was run to its end; what it wrote is text."""
    try:
        return subprocess.run(command, timeout=seconds, capture_output=True, text=True, check=False, **how)
    except subprocess.TimeoutExpired:
        raise WaitedTooLong(f"{' '.join(map(str, command))[:80]} did not end within {seconds:g} s") from None
