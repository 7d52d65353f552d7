"""Messages a second on one core, side by side: the bare bot, the service, and peers where they are installed."""

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import count

from benchmarks.children import Child, cpu_seconds
from benchmarks.deployment import Bench, breathe
from benchmarks.figures import Figure, Part, figure
from benchmarks.load import drive
from benchmarks.platform_calls import Account

OURS = "/channels/wechat/main"
GREETING = "你好"
FORM = (
    "我要反映问题",
    "小区{n}号楼门口的路灯坏了三天，晚上什么都看不见",
    "奎文区东风东街阳光小区{n}号楼",
    "王建国",
    "138{n:08d}",
)
FILING = "确认"
KINDS = (("greeting", (GREETING,)), ("form turn", FORM), ("filing", (FILING,)))


def note(line: str) -> None:
    """Where it is, beside the figures."""
    print(line, file=sys.stderr, flush=True)


_NUMBERS = count(24_000_000_000_000_001)


@dataclass
class Town:
    """People who have never written before, as many as are asked for."""

    account: Account
    _next: int = 0

    def newcomers(self, number: int) -> range:
        """So many of them."""
        first, self._next = self._next, self._next + number
        return range(first, self._next)

    def calls(self, path: str, people: Sequence[int], text: str) -> list[bytes]:
        """One message of each."""
        push = self.account.push
        return [push(path, f"oBench_{n:08d}_XyZ0123456", text.format(n=n), next(_NUMBERS)) for n in people]


@dataclass
class Gauge:
    """Drives one server and keeps what it cost, by kind of request and number of open ones."""

    of: Bench
    child: Child
    port: int
    path: str
    check: Callable[[str], bool] = bool
    parts: dict[tuple[str, int], list[Part]] = field(default_factory=dict)
    last_reply: dict[str, str] = field(default_factory=dict)

    async def stretch(self, kind: str, calls: Sequence[bytes], *, at_once: int, counts: bool = True) -> None:
        """One stretch of WeChat messages. ``counts`` False: only to get warm."""
        await self._measured(kind, calls, self.of.account.read, at_once=at_once, counts=counts)

    async def raw(self, kind: str, calls: Sequence[bytes], *, at_once: int) -> None:
        """One stretch of calls that are answered in clear."""
        await self._measured(kind, calls, bytes.decode, at_once=at_once, counts=True)

    async def _measured(
        self, kind: str, calls: Sequence[bytes], read: Callable[[bytes], str], *, at_once: int, counts: bool
    ) -> None:
        await breathe()
        cpu, database = cpu_seconds(self.child.pid), cpu_seconds(self.of.mongod)
        load = await drive(self.port, calls, at_once=at_once)
        cpu, database = cpu_seconds(self.child.pid) - cpu, cpu_seconds(self.of.mongod) - database
        replies = [read(body) for body in load.bodies if body]
        self.last_reply[kind] = replies[-1] if replies else ""
        part = Part(
            requests=len(calls),
            seconds=load.seconds,
            cpu=cpu,
            database_cpu=database,
            latencies=load.latencies,
            failed=max(load.failed, len(calls) - sum(map(self.check, replies))),
        )
        each, name = part.cpu / part.requests * 1000, f"{self.child.name} {kind}".strip()
        note(f"{name}, {at_once} open: {part.requests / part.seconds:.0f}/s, {each:.2f} ms CPU, {part.failed} failed")
        if counts:
            self.parts.setdefault((kind, at_once), []).append(part)

    def figures(self, name: str) -> list[Figure]:
        """A row for each kind."""
        return [figure(f"{name}{kind}", at_once, parts) for (kind, at_once), parts in self.parts.items()]


async def converse(gauge: Gauge, town: Town, people: int, *, at_once: int, counts: bool = True) -> None:
    """``people`` newcomers greet, fill in the form and file, all at one step before the next begins."""
    crowd = town.newcomers(people)
    for kind, texts in KINDS:
        for text in texts:
            calls = town.calls(gauge.path, crowd, text)
            await gauge.stretch(kind, calls, at_once=at_once, counts=counts)


async def bare_stretch(gauge: Gauge, town: Town, requests: int, *, at_once: int, counts: bool = True) -> None:
    """As many messages of the same length to the bare bot."""
    calls = town.calls(gauge.path, town.newcomers(requests), FORM[1])
    await gauge.stretch("", calls, at_once=at_once, counts=counts)
