"""A phone of the sandbox, looked at."""

import time
from collections.abc import Sequence

from waiting import PATIENCE_S, WaitedTooLong

from channels.sandbox.client import Phone, Seen

_TOO_LATE = 4.0
"""Seconds after which an office acknowledges, and replies by another way."""


async def shown(phone: Phone, seconds: float = PATIENCE_S) -> Sequence[Seen]:
    """What appears."""
    if seen := await phone.next(seconds):
        return seen
    raise WaitedTooLong(f"the phone showed nothing within {seconds:g} s")


async def replied(phone: Phone) -> Seen:
    """The one message that is the passive reply."""
    begun = time.monotonic()
    [seen] = await shown(phone)
    if seen.kind != "passive" and time.monotonic() - begun > _TOO_LATE:
        raise WaitedTooLong(f"the reply came as {seen.kind}")
    assert seen.kind == "passive"
    return seen
