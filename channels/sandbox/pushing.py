"""A message on its way to the bot, with the trouble that was arranged for it. The same for every played platform."""

import asyncio
from collections.abc import Awaitable, Callable

from channels.sandbox.faults import PUSH, Drop, Faults
from channels.sandbox.pusher import Outcome


async def brought(faults: Faults, push: Callable[[], Awaitable[Outcome]], *, repeat_after: float) -> Outcome:
    """``push`` one message, once or as the arranged fault has it; what the platform goes by.

    ``repeat_after``: seconds until a delivery that was lost is repeated.
    """
    fault = faults.take(PUSH)
    if fault and fault.latency:
        await asyncio.sleep(fault.latency)
    if fault and fault.overtaken:
        await faults.next_one()
    if fault and fault.drop is Drop.BEFORE:
        await asyncio.sleep(repeat_after)
    if fault and fault.drop is Drop.AFTER:
        await push()  # the bot hears it, and its answer never comes: the platform repeats
    copies = 1 + (fault.duplicates if fault else 0)
    outcomes = await asyncio.gather(*(push() for _ in range(copies)))
    if not (fault and fault.overtaken):
        faults.passed()
    # of several deliveries at once the platform shows one answer
    return next((o for o in outcomes if o.reply), next((o for o in outcomes if not o.problem), outcomes[0]))
