"""``python -m benchmarks.broadcast``: a notice to many, without the platform: ledger, marks and results alone.

The channel takes everything at once. Besides the rates, the process's memory is read before and after, for it must not
grow with the number of recipients.
"""

import argparse
import asyncio
import resource
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import uvloop

from bot.broadcasts.lane import Limits
from bot.broadcasts.office import BroadcastOffice, Doer, Written
from bot.broadcasts.pace import Rates
from bot.broadcasts.runs import BroadcastRuns, RunParts
from bot.broadcasts.sending import Posting
from bot.delivery.backoff import Backoff
from bot.delivery.quiet import QuietHours
from bot.metrics import Metrics
from channels.base import Capabilities
from channels.messages import Address, Outbound, Sent, Via
from storage.broadcast_records import Broadcast, BroadcastState, Segment
from storage.driver import connect
from storage.embedded import EmbeddedServers
from storage.master_key import KeyFile
from storage.personal_data import open_vault
from storage.store import Store

_BEGUN_AT_ONCE = 500
_LOOK_S = 0.2


@dataclass
class Takes:
    """A channel that takes everything."""

    numbers: bool = False
    """Whether it gives each message a number of its own, as some gateways do."""
    taken: int = 0
    capabilities: Capabilities = field(
        default_factory=lambda: Capabilities(passive=False, answer_within=0, ways=(Via.SMS,), text_limit=500)
    )

    async def send(self, _message: Outbound) -> Sent:
        self.taken += 1
        return Sent(provider_id=f"p{self.taken}" if self.numbers else "")


def _now() -> datetime:
    now = datetime.now(UTC)
    return now.replace(microsecond=now.microsecond // 1_000 * 1_000)


@asynccontextmanager
async def _opened() -> AsyncIterator[Store]:
    with tempfile.TemporaryDirectory(prefix="pb-") as folder:
        servers = EmbeddedServers(Path(folder))
        there = await servers.start()
        try:
            database = await connect(there.mongodb_uri, timeout_ms=30_000, name="broadcast")
            yield await Store.open(database, await open_vault(database, KeyFile(Path(folder) / "keys" / "master.key")))
            await database.close()
        finally:
            await servers.stop()


def _memory() -> float:
    """MiB at most so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


async def _people(store: Store, count: int) -> None:
    for first in range(0, count, _BEGUN_AT_ONCE):
        addresses = [
            Address(channel="sms", account="main", sender=f"139{number:08d}")
            for number in range(first, min(count, first + _BEGUN_AT_ONCE))
        ]
        await asyncio.gather(*(store.conversations.ensure(each, now=_now()) for each in addresses))


async def _main(count: int, at_once: int, *, numbers: bool) -> None:
    channel = Takes(numbers=numbers)
    async with _opened() as store:
        await _people(store, count)
        office = BroadcastOffice(store=store, channels={("sms", "main"): channel}, clock=_now)  # type: ignore[dict-item]
        written = Written(title="停水通知", text="明日停水。", channels=["sms"], segment=Segment(everybody=True))
        draft = await office.write(written, by=Doer(id="a", name="a"))
        broadcast = await office.start(
            await office.approve(draft, by=Doer(id="b", name="b")), by=Doer(id="a", name="a")
        )
        before, begun = _memory(), time.perf_counter()
        cpu = time.process_time()
        ready, done = await _run(store, channel, broadcast, at_once, begun)
        cpu = time.process_time() - cpu
        told = await store.ledger.counts(broadcast.id)
        print(f"recipients {count}, at once {at_once}: told {channel.taken}, in the ledger {told}")
        print(f"ledger written in {ready:.1f} s ({count / ready:,.0f} recipients/s)")
        print(f"sent and recorded in {done - ready:.1f} s ({count / (done - ready):,.0f} recipients/s)")
        print(
            f"processor {cpu / count * 1e6:,.0f} us a recipient; memory {before:.0f} MiB before, {_memory():.0f} after"
        )


async def _run(store: Store, channel: Takes, broadcast: Broadcast, at_once: int, begun: float) -> tuple[float, float]:
    """Seconds until the ledger was complete, and until all was done."""
    posting = Posting(
        store=store,
        channels={("sms", "main"): channel},  # type: ignore[dict-item] # as much of a channel as is asked for
        clock=_now,
        metrics=Metrics(),
        backoff=Backoff(),
    )
    runs = BroadcastRuns(
        RunParts(
            store=store,
            channels={("sms", "main"): channel},  # type: ignore[dict-item]
            posting=posting,
            clock=_now,
            quiet=QuietHours(span=None),
            rates=Rates(at_once=at_once),
            limits=Limits(patience=timedelta(seconds=1)),
        )
    )
    stop = asyncio.Event()
    working = asyncio.create_task(runs.run(stop))
    ready = 0.0
    while True:
        await asyncio.sleep(_LOOK_S)
        seen = await store.broadcasts.get(broadcast.id)
        if seen is not None and seen.prepared_at is not None and not ready:
            ready = time.perf_counter() - begun
        if seen is not None and seen.state is BroadcastState.DONE:
            done = time.perf_counter() - begun
            stop.set()
            await working
            return ready, done


if __name__ == "__main__":
    reads = argparse.ArgumentParser(description=__doc__)
    reads.add_argument("--recipients", type=int, default=100_000)
    reads.add_argument("--at-once", type=int, default=80)
    reads.add_argument("--numbers", action="store_true", help="the channel gives each message a number of its own")
    given = reads.parse_args()
    uvloop.run(_main(given.recipients, given.at_once, numbers=given.numbers))
