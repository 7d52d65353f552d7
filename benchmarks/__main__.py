"""``python -m benchmarks [speed|processes|growth|footprint]``: a table, the same as JSON in ``benchmarks/results``.

speed      the ceiling, ours by both drivers, WeRoBot and Rasa where they are installed (``benchmarks.peers``)
processes  1, 2 and 4 ``web`` processes on one store, with all cores of the machine
growth     the same turns on an empty store and on one with ``--cases`` and ``--messages`` (``--folder`` keeps it)
footprint  the start of ``up``, its memory when idle, the memory of ``web`` after ``--turns``
"""

import argparse
import json
import os
import platform
import signal
import sys
import tempfile
from contextlib import ExitStack
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import uvloop

from benchmarks.deployment import Bench, bench, start_bare, start_service
from benchmarks.figures import Figure, against, table
from benchmarks.footprint import grown, started
from benchmarks.growth import Wanted, grow
from benchmarks.peers import rasa, werobot
from benchmarks.processes import side_by_side
from benchmarks.speed import OURS, Gauge, Town, bare_stretch, converse

RESULTS = Path(__file__).parent / "results"
OPEN = 32
CEILING = "bare aiohttp + wechatpy + one journaled insert"
_FEW = 40
_NUMBERS = (1, 2, 4)


async def _speed(given: argparse.Namespace) -> dict[str, Any]:
    async with bench() as of:
        figures = await _ours(of, given)
        for kind in ("echo", "sessions"):
            figures += await werobot(of, kind, given.people, rounds=given.rounds, at_once=OPEN)
        figures += await rasa(of, _FEW, at_once=OPEN)
    return {"figures": against(figures, CEILING)}


async def _ours(of: Bench, given: argparse.Namespace) -> list[Figure]:
    town, drivers = Town(of.account), given.drivers.split(",")
    with ExitStack() as stack:
        bare, port = start_bare(of, "benchmarks.bare_server", of.database("bare"), name="bare")
        stack.callback(bare.stop)
        ceiling, ours = Gauge(of, bare, port, "/bare"), {}
        for driver in drivers:
            web, port = await start_service(of, database=f"bench_{driver}", driver=driver, name=f"web-{driver}")
            stack.callback(web.stop)
            ours[driver] = Gauge(of, web, port, OURS)
        for number in range(given.rounds + 1):  # the first to get warm
            for gauge in ours.values():
                await bare_stretch(ceiling, town, given.people, at_once=OPEN, counts=number > 0)
                await converse(gauge, town, given.people if number else _FEW, at_once=OPEN, counts=number > 0)
                if number:
                    await bare_stretch(ceiling, town, 60, at_once=1)
                    await converse(gauge, town, 20, at_once=1)
        rows = [row for driver, each in ours.items() for row in each.figures(f"ours, {driver}: ")]
        return [*ceiling.figures(CEILING), *rows]


async def _processes(given: argparse.Namespace) -> dict[str, Any]:
    async with bench() as of:
        figures = await side_by_side(of, _NUMBERS, people=given.people, rounds=given.rounds, at_once=OPEN)
    return {"figures": [asdict(each) for each in figures]}


async def _growth(given: argparse.Namespace) -> dict[str, Any]:
    figures: list[Figure] = []
    wanted = Wanted(cases=given.cases, messages=given.messages)
    async with bench(given.folder) as of:
        town = Town(of.account)
        with ExitStack() as stack:
            gauges = {}
            for name in ("empty", "grown"):
                web, port = await start_service(of, database=f"bench_{name}", name=f"web-{name}")
                stack.callback(web.stop)
                gauges[name] = Gauge(of, web, port, OURS)
            await grow(of.database("bench_grown"), wanted)
            for number in range(given.rounds + 1):
                for gauge in gauges.values():
                    await converse(gauge, town, given.people if number else _FEW, at_once=OPEN, counts=number > 0)
            for name, gauge in gauges.items():
                figures += gauge.figures(f"{name}: ")
    return {"cases": wanted.cases, "messages": wanted.messages, "figures": [asdict(each) for each in figures]}


async def _footprint(given: argparse.Namespace) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        quiet = {"BOT_UNDERSTANDING__EMBEDDINGS": "off", "BOT_LOG__LEVEL": "warning"}
        first = await started(Path(folder), quiet)
        again = await started(Path(folder), quiet)
    async with bench() as of:
        web, port = await start_service(of, database="bench_memory")
        try:
            rows = await grown(of, Gauge(of, web, port, OURS), turns=given.turns)
        finally:
            web.stop()
    memory = [{"turns": turns, "web_mib": mib} for turns, mib in rows]
    return {"figures": memory, "first_start": asdict(first), "second_start": asdict(again)}


def _machine() -> dict[str, Any]:
    known = Path("/proc/cpuinfo")
    lines = known.read_text(encoding="utf-8").splitlines() if known.exists() else []
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    name = models[0] if models else platform.processor()
    return {"processor": f"{os.cpu_count()} x {name}", "system": platform.platform(), "load": os.getloadavg()}


def _read() -> argparse.Namespace:
    reads = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    reads.add_argument("what", nargs="?", choices=("speed", "processes", "growth", "footprint"), default="speed")
    reads.add_argument("--people", type=int, default=600, help="newcomers in each round")
    reads.add_argument("--rounds", type=int, default=3)
    reads.add_argument("--drivers", default="pymongo,motor")
    reads.add_argument("--cases", type=int, default=1_000_000)
    reads.add_argument("--messages", type=int, default=10_000_000)
    reads.add_argument("--folder", type=Path, help="where the grown store is kept, to go on with it later")
    reads.add_argument("--turns", type=int, default=100_000)
    return reads.parse_args()


def main() -> None:
    given = _read()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # what was started is ended with us
    before = _machine()
    work = {"speed": _speed, "processes": _processes, "growth": _growth, "footprint": _footprint}[given.what](given)
    found = uvloop.run(work)
    told = {"at": datetime.now(UTC).isoformat(timespec="seconds"), "before": before, "after": _machine(), **found}
    print(table(found["figures"]))
    print(json.dumps({name: value for name, value in told.items() if name != "figures"}, ensure_ascii=False))
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / f"{given.what}.json").write_text(json.dumps(told, ensure_ascii=False, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
