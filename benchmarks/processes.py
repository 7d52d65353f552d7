"""Several ``web`` processes side by side on one store: what they take together, on all cores of this machine."""

import asyncio
import os
from collections.abc import Sequence
from contextlib import ExitStack

from benchmarks.children import Child, cores, cpu_seconds
from benchmarks.deployment import Bench, breathe, start_service
from benchmarks.figures import Figure, Part, figure
from benchmarks.load import Load, drive
from benchmarks.speed import KINDS, OURS, Town, note

_WARM = 40


async def side_by_side(of: Bench, numbers: Sequence[int], *, people: int, rounds: int, at_once: int) -> list[Figure]:
    """For each number of processes: rows of every kind of message, told by the processor time of all of them."""
    town, figures = Town(of.account, _next=8_000_000), []
    for number in numbers:
        with ExitStack() as stack:
            group = _Group(of, [await _one_of(of, stack, place) for place in range(number)])
            for round_ in range(rounds + 1):  # the first to get warm
                await group.converse(town, people if round_ else _WARM, at_once=at_once, counts=round_ > 0)
            figures += group.figures(f"{number} web: ", at_once * number)
    return figures


async def _one_of(of: Bench, stack: ExitStack, place: int) -> tuple[Child, int]:
    """One more process; unlike elsewhere it may use every core."""
    child, port = await start_service(of, database="bench_processes", name=f"web-{place}")
    stack.callback(child.stop)
    os.sched_setaffinity(child.pid, set(cores()))
    return child, port


class _Group:
    """Processes that any message of anybody may come to: one's next message comes to another one than the last."""

    def __init__(self, of: Bench, webs: Sequence[tuple[Child, int]]) -> None:
        self._of = of
        self._children = [child for child, _ in webs]
        self._ports = [port for _, port in webs]
        self._parts: dict[str, list[Part]] = {}

    async def converse(self, town: Town, people: int, *, at_once: int, counts: bool) -> None:
        crowd, step = town.newcomers(people), 0
        for kind, texts in KINDS:
            for text in texts:
                part = await self._stretch(kind, town.calls(OURS, crowd, text), step, at_once)
                step += 1
                if counts:
                    self._parts.setdefault(kind, []).append(part)

    async def _stretch(self, kind: str, calls: Sequence[bytes], step: int, at_once: int) -> Part:
        await breathe()
        spent, database = self._cpu(), cpu_seconds(self._of.mongod)
        ports = self._ports[step % len(self._ports) :] + self._ports[: step % len(self._ports)]
        shares = [(port, calls[place :: len(ports)]) for place, port in enumerate(ports)]
        begun = asyncio.get_running_loop().time()
        loads = await asyncio.gather(*(drive(port, share, at_once=at_once) for port, share in shares))
        part = Part(
            requests=len(calls),
            seconds=asyncio.get_running_loop().time() - begun,
            cpu=self._cpu() - spent,
            database_cpu=cpu_seconds(self._of.mongod) - database,
            latencies=[each for load in loads for each in load.latencies],
            failed=sum(map(self._unanswered, loads)),
        )
        note(f"{len(ports)} web, {kind}: {part.requests / part.seconds:.0f}/s, {part.failed} failed")
        return part

    def _unanswered(self, load: Load) -> int:
        replies = [self._of.account.read(body) for body in load.bodies if body]
        return max(load.failed, len(load.bodies) - sum(map(bool, replies)))

    def _cpu(self) -> float:
        return sum(cpu_seconds(child.pid) for child in self._children)

    def figures(self, name: str, at_once: int) -> list[Figure]:
        return [figure(f"{name}{kind}", at_once, parts) for kind, parts in self._parts.items()]
