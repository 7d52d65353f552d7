"""Waiting as PyMongo's async client needs it on Python 3.11.

There ``asyncio.wait_for`` runs what it waits for in a task of its own. Where it runs out of time and is cancelled at
one moment, that task takes the client's lock for good: every later operation of the process then fails, until it is
begun anew (seen after a process had been frozen for some seconds, tests/faults). Python 3.12 waits without a task.
"""

import asyncio
import sys
from typing import Any

_HOLDERS = ("pymongo.asynchronous.pool", "pymongo.asynchronous.topology")
_NAME = "_async_cond_wait"


def mend_waits() -> None:
    """Have PyMongo wait for its conditions by ``wait``; again does no harm."""
    if sys.version_info >= (3, 12):
        return
    for name in _HOLDERS:
        holder = sys.modules.get(name)
        if holder is not None and hasattr(holder, _NAME):
            setattr(holder, _NAME, wait)


async def wait(condition: Any, timeout: float | None) -> bool:  # noqa: ASYNC109 - PyMongo's signature
    """Wait for ``condition``, whose lock is held before and after, at most ``timeout`` seconds; False: in vain."""
    try:
        async with asyncio.timeout(timeout):
            return bool(await condition.wait())
    except TimeoutError:
        return False
