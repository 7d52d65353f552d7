"""``python -m benchmarks.broadcast_worker URI KEYS AT_ONCE PER_SECOND NUMBERS TAKEN``: a worker's broadcasts alone.

Its channel takes everything at once. ``TAKEN``: a file that gets a line for each message it took, whoever is killed;
"-": none. It ends at SIGTERM; what is under way is recorded.
"""

import asyncio
import os
import signal
import sys
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import structlog
import uvloop

from bot.broadcasts.lane import Limits
from bot.broadcasts.pace import Rates
from bot.broadcasts.runs import BroadcastRuns, RunParts
from bot.broadcasts.sending import Posting
from bot.delivery.backoff import Backoff
from bot.delivery.quiet import QuietHours
from bot.metrics import Metrics
from channels.base import Capabilities
from channels.messages import Outbound, Sent, Via
from storage.driver import connect
from storage.master_key import KeyFile
from storage.personal_data import open_vault
from storage.store import Store

_ERROR = 40


@dataclass
class Takes:
    """A channel that takes everything. ``numbers``: it gives each message a number of its own, as some gateways do."""

    numbers: bool = False
    taken: int | None = None
    """A file's descriptor."""
    capabilities: Capabilities = field(
        default_factory=lambda: Capabilities(passive=False, answer_within=0, ways=(Via.SMS,), text_limit=500)
    )

    async def send(self, message: Outbound) -> Sent:
        if self.taken is not None:
            os.write(self.taken, f"{message.id}\n".encode())
        return Sent(provider_id=f"p{message.id}" if self.numbers else "")


def now() -> datetime:
    moment = datetime.now(UTC)
    return moment.replace(microsecond=moment.microsecond // 1_000 * 1_000)


def runs(store: Store, channel: Takes, rates: Rates) -> BroadcastRuns:
    channels = {("sms", "main"): channel}
    posting = Posting(store=store, channels=channels, clock=now, metrics=Metrics(), backoff=Backoff())  # type: ignore[arg-type] # as much of a channel as is asked for
    return BroadcastRuns(
        RunParts(
            store=store,
            channels=channels,  # type: ignore[arg-type]
            posting=posting,
            clock=now,
            quiet=QuietHours(span=None),
            rates=rates,
            limits=Limits(patience=timedelta(seconds=5)),
        )
    )


async def _main(uri: str, keys: str, rates: Rates, channel: Takes) -> None:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(_ERROR))
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    database = await connect(uri, timeout_ms=30_000)
    store = await Store.open(database, await open_vault(database, KeyFile(Path(keys))))
    await runs(store, channel, rates).run(stop)
    await database.close()


if __name__ == "__main__":
    mongodb, key_file, at_once, per_second, numbers, taken = sys.argv[1:]
    log = None if taken == "-" else os.open(taken, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    wanted = Rates(at_once=int(at_once), per_second={"sms": float(per_second)})
    uvloop.run(_main(mongodb, key_file, wanted, Takes(numbers=numbers == "numbers", taken=log)))
