"""What a dialog turn costs, with and without understanding, and whether it grows with the conversation's length.

``python benchmarks/dialog_turn.py [--json] [--turns N] [--repeats N]``: one person talks to the shipped bot through
the ``Manager`` as the service does, by buttons (``simple``) and in the petition form (``form``); cases in memory; the
state goes through JSON between the turns, outside the clock. The same conversation is held ``repeats`` times and of
each turn the least time counts: what neighbours on the machine take is no cost of ours. Milliseconds, median and 95th
percentile over the turns; CPU by ``time.process_time``, wall by ``time.perf_counter``.

``turn`` is the whole. ``dialog`` is the turn without understanding: all time inside functions and methods of
``dialogs.nlu`` is taken out of it (the model, the patterns that read places, names, telephones, times and commands,
the conversion between scripts). Everything else stays in, also what the actions make of what was read. The clocks
that stand around ``dialogs.nlu`` cost something themselves, and that is left in ``dialog``.
"""

import argparse
import asyncio
import json
import logging
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import structlog

sys.path.insert(0, str(Path(__file__).parents[1]))
sys.path.insert(0, str(Path(__file__).parent))

from understanding_clock import UnderstandingClock

from channels.messages import Address, Inbound, Kind
from dialogs.actions import Office
from dialogs.build import build_manager
from dialogs.manager import Manager
from dialogs.outcome import Heard, Person

START = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
ADDRESS = Address(channel="wechat", account="main", sender="one")
PERSON = Person(conversation_id="one", address=ADDRESS, first_contact=False)
CONVERSATIONS = {
    "simple": ("/greet", "/thanks", "/help", "/goodbye"),
    # The form, from its opening to its end, and again.
    "form": (
        "/file_petition",
        "小区门口的路灯坏了三天，晚上什么都看不见",
        "奎文区东风东街阳光小区3号楼",
        "王建国",
        "13800138000",
        "/stop",
    ),
}


class NoCases:
    """A person without a case."""

    async def mine(self, conversation_id: str) -> Sequence[Any]:
        return ()

    async def find(self, *, number: str, code: str | None, conversation_id: str) -> None:
        return None

    async def draw_number(self, *, message_id: str, at: datetime) -> str:
        return "WF2603010001"


class NoChance:
    def query_code(self) -> str:
        return "123456"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """Of the turns of one kind: milliseconds (median, 95th percentile), bytes of the state."""

    kind: str
    turns: str
    dialog_cpu: float
    dialog_cpu_p95: float
    dialog_wall: float
    dialog_wall_p95: float
    turn_cpu: float
    turn_wall: float
    state_bytes: int


@dataclass(frozen=True, slots=True)
class Spent:
    """One turn: seconds in all, seconds but for understanding, bytes of the state after it."""

    turn: float
    dialog: float
    state: int


def _heard(number: int, said: str) -> Heard:
    at, tapped = START + timedelta(seconds=30 * number), said.startswith("/")
    words = {"payload": said} if tapped else {"text": said}
    message = Inbound(address=ADDRESS, message_id=f"w{number}", kind=Kind.TEXT, sent_at=at, received_at=at, **words)
    return Heard(id=f"m{number}", message=message)


async def _talk(manager: Manager, clock: UnderstandingClock, kind: str, turns: int) -> list[Spent]:
    state: Any = None
    spent: list[Spent] = []
    said = CONVERSATIONS[kind]
    for number in range(turns):
        heard = _heard(number, said[number % len(said)])
        clock.understood, begun = 0.0, clock.now()
        outcome = await manager.turn(state, [heard], PERSON, heard.message.received_at)
        whole = clock.now() - begun
        kept = json.dumps(outcome.state, ensure_ascii=False)
        spent.append(Spent(whole, whole - clock.understood, len(kept.encode())))
        state = json.loads(kept)
    return spent


def _manager() -> Manager:
    return build_manager(NoCases(), NoChance(), office=Office(), variation=Random(0))


def measured(kind: str, now: Callable[[], float], turns: int, repeats: int) -> list[Spent]:
    """Each turn's least cost by the clock ``now``: the whole undisturbed, then once more without understanding."""
    manager, clock = _manager(), UnderstandingClock(now)
    whole = [asyncio.run(_talk(manager, clock, kind, turns)) for _ in range(repeats)]
    with clock.around_understanding():
        manager = _manager()
        parted = [asyncio.run(_talk(manager, clock, kind, turns)) for _ in range(repeats)]
    return [
        Spent(min(one.turn for one in same), min(one.dialog for one in again), same[0].state)
        for same, again in zip(zip(*whole, strict=True), zip(*parted, strict=True), strict=True)
    ]


def _summed(kind: str, cpu: Sequence[Spent], wall: Sequence[Spent]) -> Iterator[Cost]:
    for first, last in ((0, 12), (12, 60), (60, 120), (120, len(cpu))):
        if first >= len(cpu):
            return
        by_cpu, by_wall = cpu[first:last], wall[first:last]
        yield Cost(
            kind=kind,
            turns=f"{first + 1}-{first + len(by_cpu)}",
            dialog_cpu=_median([one.dialog for one in by_cpu]),
            dialog_cpu_p95=_p95([one.dialog for one in by_cpu]),
            dialog_wall=_median([one.dialog for one in by_wall]),
            dialog_wall_p95=_p95([one.dialog for one in by_wall]),
            turn_cpu=_median([one.turn for one in by_cpu]),
            turn_wall=_median([one.turn for one in by_wall]),
            state_bytes=max(one.state for one in by_cpu),
        )


def _median(seconds: Sequence[float]) -> float:
    return round(statistics.median(seconds) * 1000, 3)


def _p95(seconds: Sequence[float]) -> float:
    return round(sorted(seconds)[int(len(seconds) * 0.95)] * 1000, 3)


def measure(turns: int, repeats: int) -> list[Cost]:
    """Simple and form turns, by both clocks."""
    figures: list[Cost] = []
    for kind in CONVERSATIONS:
        cpu = measured(kind, time.process_time, turns, repeats)
        wall = measured(kind, time.perf_counter, turns, repeats)
        figures += _summed(kind, cpu, wall)
    return figures


def main() -> None:
    reads = argparse.ArgumentParser(description=__doc__)
    reads.add_argument("--json", action="store_true")
    reads.add_argument("--turns", type=int, default=180)
    reads.add_argument("--repeats", type=int, default=7)
    given = reads.parse_args()
    logging.disable(logging.WARNING)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    figures = [asdict(cost) for cost in measure(given.turns, given.repeats)]
    if given.json:
        print(json.dumps(figures))
        return
    print("".join(f"{name:>16}" for name in figures[0]))
    for figure in figures:
        print("".join(f"{value:>16}" for value in figure.values()))


if __name__ == "__main__":
    main()
