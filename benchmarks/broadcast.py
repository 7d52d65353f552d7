"""``python -m benchmarks.broadcast``: a notice to many, without the platform: ledger, marks and results alone.

The worker is a process of its own (``benchmarks.broadcast_worker``) whose channel takes everything at once. Its
processor time and memory are read from the kernel: the latter must not grow with the number of recipients.

``--kill N``: the worker is killed N times on the way and begun anew; at the end everybody must have been told once.
``--residents N``: a web process answers N residents' messages a second, before, meanwhile and after.
"""

import argparse
import asyncio
import os
import statistics
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from itertools import count as numbers_from
from pathlib import Path

import uvloop

from benchmarks.broadcast_worker import Takes, now
from benchmarks.children import Child, cores, cpu_seconds, memory_mib, start
from benchmarks.deployment import Bench, bench, prepared, start_service
from benchmarks.load import drive
from benchmarks.speed import FILING, FORM, GREETING, OURS, Town, note
from bot.broadcasts.office import BroadcastOffice, Doer, Written
from channels.messages import Address, Receipt, ReceiptState
from storage.broadcast_records import Broadcast, BroadcastState, RecipientState, Segment
from storage.driver import connect
from storage.master_key import KeyFile
from storage.personal_data import open_vault
from storage.store import Store

_BEGUN_AT_ONCE = 500
_LOOK_S = 0.1
_CROWD = 10
_DATABASE = "broadcast"


async def _people(store: Store, count: int) -> None:
    for first in range(0, count, _BEGUN_AT_ONCE):
        addresses = [
            Address(channel="sms", account="main", sender=f"139{number:08d}")
            for number in range(first, min(count, first + _BEGUN_AT_ONCE))
        ]
        await asyncio.gather(*(store.conversations.ensure(each, now=now()) for each in addresses))


async def _started(store: Store) -> Broadcast:
    office = BroadcastOffice(store=store, channels={("sms", "main"): Takes()}, clock=now)  # type: ignore[dict-item] # as much of a channel as is asked for
    written = Written(title="停水通知", text="明日停水。", channels=["sms"], segment=Segment(everybody=True))
    draft = await office.write(written, by=Doer(id="a", name="a"))
    approved = await office.approve(draft, by=Doer(id="b", name="b"))
    return await office.start(approved, by=Doer(id="a", name="a"))


@dataclass
class Talk:
    """Residents who write at a steady pace, whoever is slow; ``seconds`` that each answer took."""

    town: Town
    port: int
    per_second: float
    seconds: list[float] = field(default_factory=list)
    failed: int = 0

    async def until(self, over: Callable[[], bool]) -> "Talk":
        """One crowd after another greets, fills in the form and files."""
        begun, sent = time.perf_counter(), numbers_from(1)
        async with asyncio.TaskGroup() as open_:
            while not over():
                crowd = self.town.newcomers(_CROWD)
                for text in (GREETING, *FORM, FILING):
                    for call in self.town.calls(OURS, crowd, text):
                        open_.create_task(self._one(call))
                        due = begun + next(sent) / self.per_second
                        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        return self

    async def _one(self, call: bytes) -> None:
        load = await drive(self.port, [call], at_once=1)
        self.seconds += load.latencies
        self.failed += load.failed

    def told(self, when: str) -> str:
        cuts = statistics.quantiles(self.seconds, n=100)
        median, most = cuts[49] * 1000, cuts[98] * 1000
        return f"{when}: {len(self.seconds)} turns, median {median:.0f} ms, p99 {most:.0f} ms, {self.failed} failed"


@dataclass
class Stage:
    """What a run needs."""

    of: Bench
    store: Store
    given: argparse.Namespace
    talk: Callable[[], Talk]

    @property
    def taken(self) -> Path:
        return self.of.folder / "taken"

    def worker(self) -> Child:
        given = self.given
        log = str(self.taken) if given.kill else "-"
        keys = str(_keys(self.of))
        kind = "numbers" if given.numbers else "none"
        words = [self.of.database(_DATABASE), keys, str(given.at_once), str(given.per_second), kind, log]
        command = ("python", "-m", "benchmarks.broadcast_worker", *words)
        child = start("worker", command, self.of.folder, core=cores()[1])
        os.sched_setaffinity(child.pid, os.sched_getaffinity(0) | set(cores()))  # where there is room
        return child


def _keys(of: Bench) -> Path:
    return of.folder / f"data-{_DATABASE}" / "keys" / "master.key"


async def _main(given: argparse.Namespace) -> None:
    async with bench() as of:
        web, port = None, 0
        if given.residents:
            web, port = await start_service(of, database=_DATABASE)
        town = Town(of.account)
        await prepared(of.database(_DATABASE))
        database = await connect(of.database(_DATABASE), timeout_ms=30_000)
        store = await Store.open(database, await open_vault(database, KeyFile(_keys(of))))
        await _people(store, given.recipients)
        try:
            await _measured(Stage(of, store, given, lambda: Talk(town, port, given.residents)))
        finally:
            await database.close()
            if web is not None:
                web.stop()


async def _measured(stage: Stage) -> None:
    talks: dict[str, Talk] = {}
    over = False
    if stage.given.residents:
        await stage.talk().until(_after(10))  # to get warm
        talks["before"] = await stage.talk().until(_after(stage.given.seconds))
    broadcast = await _started(stage.store)
    talking = asyncio.create_task(stage.talk().until(lambda: over)) if stage.given.residents else None
    report = await _run(stage, broadcast)
    over = True
    if talking:
        talks["meanwhile"] = await talking
    await report()
    if talking:
        talks["after"] = await stage.talk().until(_after(stage.given.seconds))
    for when, each in talks.items():
        print(each.told(when))
    if stage.given.kill:
        times = Counter(stage.taken.read_text().split())
        print(f"the channel took {times.total()} messages for {len(times)} people; twice: {times.total() - len(times)}")


def _after(seconds: float) -> Callable[[], bool]:
    end = time.monotonic() + seconds
    return lambda: time.monotonic() > end


async def _run(stage: Stage, broadcast: Broadcast) -> Callable[[], Awaitable[None]]:
    """The broadcast, from the worker's first look at it to its end; what is answered counts and prints it.

    Counting and stopping would keep residents who still talk waiting, which is no work of the broadcast.
    """
    store, of, begun = stage.store, stage.of, time.perf_counter()
    kills = [(number + 1) / (stage.given.kill + 1) for number in range(stage.given.kill)]
    worker, ready, database = stage.worker(), 0.0, cpu_seconds(of.mongod)
    cpu, memory = 0.0, 0.0
    while True:
        await asyncio.sleep(_LOOK_S)
        seen = await store.broadcasts.get(broadcast.id)
        if seen is None or seen.state is BroadcastState.DONE:
            break
        if seen.prepared_at is not None and not ready:
            ready, memory = time.perf_counter() - begun, memory_mib(worker.pid)
            cpu, database = cpu_seconds(worker.pid), cpu_seconds(of.mongod)
        if kills and ready and (await store.ledger.counts(broadcast.id)).sent >= kills[0] * stage.given.recipients:
            kills.pop(0)
            worker = await _killed(stage, worker, broadcast)
    seconds, count = time.perf_counter() - begun - ready, stage.given.recipients
    ours, theirs = cpu_seconds(worker.pid) - cpu, cpu_seconds(of.mongod) - database

    async def report() -> None:
        print(f"recipients {count}, at once {stage.given.at_once}: {await store.ledger.counts(broadcast.id)}")
        print(f"begun, and ledger written, in {ready:.1f} s ({count / ready:,.0f} recipients/s)")
        print(f"sent and recorded in {seconds:.1f} s ({count / seconds:,.0f} recipients/s)")
        if not stage.given.kill:
            print(f"processor {ours / count * 1e6:.0f} us a recipient, mongod {theirs / count * 1e6:.0f}")
            print(f"memory {memory:.0f} MiB when the ledger was written, {memory_mib(worker.pid):.0f} at the end")
        worker.stop()

    return report


async def _killed(stage: Stage, worker: Child, broadcast: Broadcast) -> Child:
    """Another worker after this one was killed; the network reports on the last that it took, by our ids."""
    worker.process.kill()
    worker.process.wait()
    for message_id in stage.taken.read_text().split()[-2 * stage.given.at_once :]:
        told = Receipt(channel="sms", account="main", state=ReceiptState.DELIVERED, at=now(), message_id=message_id)
        await stage.store.outbox.apply_receipt(told)
    sending = (await stage.store.ledger.list(broadcast.id, states=[RecipientState.SENDING], limit=500)).items
    note(f"worker killed: {len(sending)} were marked and not told")
    return stage.worker()


if __name__ == "__main__":
    reads = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    reads.add_argument("--recipients", type=int, default=100_000)
    reads.add_argument("--at-once", type=int, default=200)
    reads.add_argument("--per-second", type=float, default=0, help="the permitted rate; 0: as fast as it goes")
    reads.add_argument("--numbers", action="store_true", help="the channel gives each message a number of its own")
    reads.add_argument("--kill", type=int, default=0, help="so many times the worker is killed on the way")
    reads.add_argument("--residents", type=float, default=0, help="messages of residents a second, beside")
    reads.add_argument("--seconds", type=float, default=30, help="how long residents talk before and after")
    uvloop.run(_main(reads.parse_args()))
