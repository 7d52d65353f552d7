"""Looking again and again for something to do, until told to stop."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable

import structlog

from bot.faults import frames_of
from storage.errors import StorageError


async def stopped_within(stop: asyncio.Event, seconds: float) -> None:
    """Wait for ``seconds``, or until ``stop``."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await stop.wait()


async def repeatedly(look: Callable[[], Awaitable[object]], stop: asyncio.Event, *, name: str, seconds: float) -> None:
    """Have a ``look`` each ``seconds`` until ``stop``; one that fails is told in the log as ``name``'s."""
    while not stop.is_set():
        await _look_once(look, name)
        await stopped_within(stop, seconds)


async def _look_once(look: Callable[[], Awaitable[object]], name: str) -> None:
    try:
        await look()
    except StorageError as error:
        structlog.get_logger().warning(f"{name}.storage_error", error=error.code)
    except Exception as error:  # noqa: BLE001 - the next look begins anew
        structlog.get_logger().error(f"{name}.broke", error=type(error).__name__, frames=frames_of(error))
