"""What a dialog turn costs without understanding, and whether it grows with the conversation's length.

``python benchmarks/dialog_turn.py [--json] [--turns N]``: one conversation on the shipped bot, by buttons and by texts
whose meaning is handed in; cases in memory; the state goes through JSON between the turns, outside the clock. The same
conversation is held several times, and of each turn the least time counts: what neighbours on the machine take is no
cost of ours. ``actions`` is the part of the bot's own actions, which read what people wrote.
"""

import argparse
import asyncio
import json
import logging
import statistics
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import structlog

sys.path.insert(0, str(Path(__file__).parents[1]))

from dialogs.actions import Office
from dialogs.build import load_actions
from dialogs.engine.bot import load_bot
from dialogs.engine.contract import Message, Parse
from dialogs.engine.embedded import EmbeddedEngine
from dialogs.files import DialogFiles

START = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
SIMPLE = ("/greet", "/thanks", "/help", "/goodbye")
# The form, from its opening to its end, and again.
FORM = (
    ("/file_petition", ""),
    ("/inform", "小区门口的路灯坏了三天，晚上什么都看不见"),
    ("/inform", "奎文区东风东街阳光小区3号楼"),
    ("/inform", "王建国"),
    ("/inform", "13800138000"),
    ("/stop", ""),
)


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
    """Of the turns of one kind: milliseconds (median, 95th percentile, the part in actions), bytes of the state."""

    kind: str
    turns: str
    median_ms: float
    p95_ms: float
    actions_ms: float
    state_bytes: int


@dataclass(frozen=True, slots=True)
class Spent:
    """One turn: seconds in all, seconds in actions, bytes of the state after it."""

    whole: float
    actions: float
    state: int


class TimedExecutor:
    """Stands before the SDK's executor and adds up what the actions take."""

    def __init__(self, inner: Any) -> None:
        self._inner = inner
        self.actions = inner.actions
        self.seconds = 0.0

    async def run(self, call: dict[str, Any]) -> Any:
        begun = time.perf_counter()
        try:
            return await self._inner.run(call)
        finally:
            self.seconds += time.perf_counter() - begun


def _said(kind: str) -> Iterator[tuple[str, str]]:
    while True:
        yield from ((payload, "") for payload in SIMPLE) if kind == "simple" else FORM


async def _talk(engine: EmbeddedEngine, timed: TimedExecutor, kind: str, turns: int) -> list[Spent]:
    state: Any = None
    costs: list[Spent] = []
    for number, (intent, text) in zip(range(turns), _said(kind), strict=False):
        message = Message(
            id=f"m{number}",
            text=text,
            payload="" if text else intent,
            parse=Parse(intent=intent[1:]) if text else None,
            sender_id="one",
            channel="wechat",
            at=START + timedelta(minutes=number),
            metadata={"conversation_id": "one", "message_ids": [f"m{number}"], "at": START.isoformat()},
        )
        timed.seconds, begun = 0.0, time.perf_counter()
        done = await engine.turn(state, message)
        whole = time.perf_counter() - begun
        kept = json.dumps(done.state, ensure_ascii=False)
        costs.append(Spent(whole, timed.seconds, len(kept.encode())))
        state = json.loads(kept)
    return costs


def _least(runs: Sequence[Sequence[Spent]]) -> list[Spent]:
    """Of each turn, the quickest of all runs."""
    return [min(same, key=lambda spent: spent.whole) for same in zip(*runs, strict=True)]


def _summed(kind: str, costs: Sequence[Spent]) -> Iterator[Cost]:
    for first, last in ((0, 12), (12, 60), (60, 120), (120, len(costs))):
        part = costs[first:last]
        if not part:
            return
        whole = sorted(spent.whole * 1000 for spent in part)
        yield Cost(
            kind=kind,
            turns=f"{first + 1}-{first + len(part)}",
            median_ms=round(statistics.median(whole), 3),
            p95_ms=round(whole[int(len(whole) * 0.95)], 3),
            actions_ms=round(statistics.median(spent.actions for spent in part) * 1000, 3),
            state_bytes=max(spent.state for spent in part),
        )


async def measure(turns: int, repeats: int) -> list[Cost]:
    """Simple and form turns."""
    files = DialogFiles()
    bot = load_bot(files.dialog(), files.overriding())
    actions = load_actions(NoCases(), NoChance(), office=Office(), files=files)
    engine = EmbeddedEngine(bot=bot, actions=actions, chance=Random(0), payloads_in_text=False)
    timed = TimedExecutor(engine._custom._executor)
    engine._custom._executor = timed
    figures: list[Cost] = []
    for kind in ("simple", "form"):
        runs = [await _talk(engine, timed, kind, turns) for _ in range(repeats)]
        figures += _summed(kind, _least(runs))
    return figures


def main() -> None:
    reads = argparse.ArgumentParser(description=__doc__)
    reads.add_argument("--json", action="store_true")
    reads.add_argument("--turns", type=int, default=200)
    reads.add_argument("--repeats", type=int, default=7)
    given = reads.parse_args()
    logging.disable(logging.WARNING)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    figures = asyncio.run(measure(given.turns, given.repeats))
    if given.json:
        print(json.dumps([{name: getattr(cost, name) for name in Cost.__slots__} for cost in figures]))
        return
    print(f"{'kind':<8}{'turns':>10}{'median ms':>12}{'p95 ms':>10}{'actions ms':>12}{'state bytes':>14}")
    for cost in figures:
        print(
            f"{cost.kind:<8}{cost.turns:>10}{cost.median_ms:>12}{cost.p95_ms:>10}{cost.actions_ms:>12}{cost.state_bytes:>14}"
        )


if __name__ == "__main__":
    main()
