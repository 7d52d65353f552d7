"""Waiting until nothing is under way any more."""

import asyncio
import contextlib
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from storage.errors import StorageError
from storage.records import ArrivalState, DeliveryState
from storage.store import Store

SETTLE_SECONDS = 180.0
"""Generous: leases of 40 s end, sweeps follow, and the machine may be busy."""
_LOOK_AGAIN_S = 0.25


def under_way(now: datetime) -> Mapping[str, Mapping[str, Any]]:
    """By collection, what nobody may be found in when nothing is under way."""
    return {
        "arrivals": {"state": ArrivalState.PENDING.value},
        "outbox": {"state": {"$in": [DeliveryState.QUEUED.value, DeliveryState.SENDING.value]}},
        "conversations": {"lease_token": {"$ne": None}, "lease_until": {"$gt": now}},
    }


async def left(store: Store, *, most: int = 1) -> Mapping[str, int]:
    """How many of each there are, to ``most``."""
    counts = {
        name: await store.database[name].count(where, limit=most)
        for name, where in under_way(datetime.now(UTC)).items()
    }
    return {name: count for name, count in counts.items() if count}


async def settled(store: Store, seconds: float = SETTLE_SECONDS, also: Callable[[], bool] = lambda: True) -> float:
    """Wait until nothing is left and ``also`` holds, at most ``seconds``; give how long it took."""
    begun = time.monotonic()
    while time.monotonic() - begun < seconds:
        with contextlib.suppress(StorageError):
            if also() and not await left(store):
                break
        await asyncio.sleep(_LOOK_AGAIN_S)
    return time.monotonic() - begun
