"""One run: residents talk while a seeded schedule breaks things; then all is healed, settles, and is looked over.

By hand: ``make faults MINUTES=30 SEED=7``. It prints its schedule, and what was wrong.
"""

import argparse
import asyncio
import contextlib
import os
import random
import secrets
import signal
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Coroutine, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
from fault_audit import Auditor, Figures
from fault_cluster import Cluster
from fault_people import SmsWire, Talker, WeChatWire, WeiboWire
from fault_proxy import Line
from fault_schedule import SERVERS, Deed, Fault, schedule
from fault_settling import settled
from residents import Town

from storage.embedded import EmbeddedServers, Endpoints

_LOOK_AGAIN_S = 0.5
_PAUSE_S = (0.2, 1.2)
_MOVE_AFTER_S = (1.0, 6.0)
TOLD = (
    "spool.begun",
    "spool.drained",
    "spool.adopted",
    "webhook.not_kept",
    "turns.storage_away",
    "delivery.lost_claim",
)
"""Events of the logs that are counted: that what was to be tried did happen."""


@dataclass(frozen=True, kw_only=True)
class Plan:
    """``seconds`` of faults. The schedule, the residents' pauses and choices all follow from ``seed``."""

    seed: int
    seconds: float
    people: int = 9
    faults: Sequence[Fault] | None = None

    def schedule(self) -> Sequence[Fault]:
        return schedule(self.seed, self.seconds) if self.faults is None else self.faults

    def told(self) -> str:
        lines = "\n".join(f"  {fault}" for fault in self.schedule())
        return f"seed {self.seed}, {self.seconds:g} s, {self.people} people:\n{lines}"


@dataclass
class Run:
    """Everything that takes part."""

    plan: Plan
    cluster: Cluster
    servers: EmbeddedServers
    http: aiohttp.ClientSession
    talkers: list[Talker] = field(default_factory=list)
    moved: list[str] = field(default_factory=list)
    settled_after: float = 0.0
    _over: asyncio.Event = field(default_factory=asyncio.Event)

    def people_come(self) -> None:
        wires = [kind(self.cluster.platforms.accounts) for kind in (WeChatWire, SmsWire, WeiboWire)]
        town = Town()
        for number in range(self.plan.people):
            resident, wire = town.resident(), wires[number % len(wires)]
            sender = {"wechat": resident.openid, "sms": resident.phone, "weibo": str(2_489_518_277 + number)}[
                wire.channel
            ]
            chance = random.Random(f"{self.plan.seed}/{number}")
            self.talkers.append(
                Talker(
                    resident=resident,
                    sender=sender,
                    wire=wire,
                    webs=self.cluster.addresses,
                    http=self.http,
                    chance=chance,
                )
            )

    async def go(self) -> Figures:
        self.people_come()
        async with asyncio.TaskGroup() as group:
            for talker in self.talkers:
                group.create_task(talker.live(self._over, _PAUSE_S))
            clerk = group.create_task(self._staff_move_cases())
            await self._break_things()
            self.cluster.heal()
            await self.cluster.wait_ready()
            self._over.set()
            await clerk
        await self._settle()
        async with self.cluster.store() as store:
            auditor = Auditor(
                store=store,
                talkers=self.talkers,
                shown=self.cluster.platforms.shown,
                moved=self.moved,
                kept=self.cluster.kept(),
                heard=self.cluster.heard(),
            )
            figures = await auditor.audit()
        figures.wrong += [f"{path} is left" for path in self.cluster.spooled()]
        figures.wrong += [f"{name} ended by itself with {codes}" for name, codes in self.cluster.died().items()]
        return figures

    async def _break_things(self) -> None:
        begun = time.monotonic()
        async with asyncio.TaskGroup() as group:
            for fault in self.plan.schedule():
                await asyncio.sleep(max(0.0, fault.at - (time.monotonic() - begun)))
                group.create_task(self._do(fault))
            await asyncio.sleep(max(0.0, self.plan.seconds - (time.monotonic() - begun)))

    async def _do(self, fault: Fault) -> None:
        if fault.target in SERVERS:
            await self._do_to_server(fault)
            return
        process = self.cluster.processes[fault.target]
        match fault.deed:
            case Deed.KILL:
                process.kill(stay_away=True)
                await asyncio.sleep(fault.seconds)
                process.come_back()
            case Deed.FREEZE:
                process.signal(signal.SIGSTOP)
                await asyncio.sleep(fault.seconds)
                process.signal(signal.SIGCONT)
            case Deed.LINE:
                process.lines[fault.server].become(fault.line)
                await asyncio.sleep(fault.seconds)
                process.lines[fault.server].become(Line.WHOLE)

    async def _do_to_server(self, fault: Fault) -> None:
        pid = self.servers.endpoints().pids[fault.target]
        if fault.deed is Deed.FREEZE:
            os.kill(pid, signal.SIGSTOP)
            await asyncio.sleep(fault.seconds)
            os.kill(pid, signal.SIGCONT)
            return
        os.kill(pid, signal.SIGKILL)
        await asyncio.sleep(fault.seconds)
        await self.servers.restart(fault.target)

    async def _staff_move_cases(self) -> None:
        """Each new case is accepted once, by a call that is repeated until it is answered."""
        chance = random.Random(f"{self.plan.seed}/staff")
        while not self._over.is_set():
            await asyncio.sleep(chance.uniform(*_MOVE_AFTER_S))
            status, answer = await self.cluster.api(self.http, "GET", "/cases?state=submitted&limit=1")
            if status == 200 and answer["items"]:
                number = answer["items"][0]["number"]
                await self._accept(number)
                self.moved.append(number)

    async def _accept(self, number: str) -> None:
        key = {"Idempotency-Key": secrets.token_hex(16)}
        move = {"to": "accepted", "note": "已登记受理"}
        while True:
            path = f"/cases/{number}/transitions"
            status, answer = await self.cluster.api(self.http, "POST", path, json=move, headers=key)
            if status == 200:
                return
            assert status in {0, 409, 503}, (status, answer)
            await asyncio.sleep(_LOOK_AGAIN_S)

    async def _settle(self) -> None:
        """Wait until nothing is under way any more; what is left then the audit tells."""
        async with self.cluster.store() as store:
            self.settled_after = await settled(store, also=lambda: not self.cluster.spooled())
        await self.cluster.platforms.reported()


@contextlib.asynccontextmanager
async def prepared(plan: Plan, folder: Path) -> AsyncIterator[Run]:
    """Servers of its own, that it may kill; two web and two worker processes before them."""
    servers = EmbeddedServers(folder / "servers")
    endpoints: Endpoints = await servers.start()
    cluster = Cluster(folder / "service", endpoints, webs=2, workers=2, seed=plan.seed)
    try:
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0, force_close=True)) as http:
            await cluster.start()
            yield Run(plan=plan, cluster=cluster, servers=servers, http=http)
    finally:
        await cluster.stop()
        for pid in servers.endpoints().pids.values():
            if pid:
                os.kill(pid, signal.SIGCONT)
        await servers.stop()


async def played(plan: Plan, folder: Path) -> Figures:
    """Play ``plan``; what was wrong is in the figures."""
    async with prepared(plan, folder) as run:
        figures = await run.go()
        told = {event: run.cluster.told(event) for event in TOLD}
        print(f"{figures}; settled after {run.settled_after:.1f} s; {told}")  # noqa: T201 - who runs it by hand reads it
        return figures


async def _stoppable(work: Coroutine[Any, Any, Figures]) -> Figures:
    """SIGTERM ends it as Ctrl-C does: nothing that it began is left."""
    task = asyncio.create_task(work)
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    return await task


def main() -> int:
    parser = argparse.ArgumentParser(description="Break things while residents talk; see that nothing is lost.")
    parser.add_argument("--seed", type=int, default=0, help="0: another one each time")
    parser.add_argument("--minutes", type=float, default=1.0)
    parser.add_argument("--people", type=int, default=12)
    parser.add_argument("--keep", type=Path, help="the folder for logs and data; else one that is removed")
    given = parser.parse_args()
    plan = Plan(seed=given.seed or secrets.randbelow(10**6) + 1, seconds=given.minutes * 60, people=given.people)
    print(plan.told())  # noqa: T201
    with tempfile.TemporaryDirectory(prefix="faults-") as folder, asyncio.Runner() as runner:
        figures = runner.run(_stoppable(played(plan, given.keep or Path(folder))))
    for wrong in figures.wrong:
        print(f"WRONG: {wrong}")  # noqa: T201
    print(f"again: make faults SEED={plan.seed} MINUTES={given.minutes:g}" if figures.wrong else "all is well")  # noqa: T201
    return 1 if figures.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
