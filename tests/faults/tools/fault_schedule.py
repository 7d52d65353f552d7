"""What goes wrong, and when: drawn from a seed, so that the same seed brings the same again."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from fault_proxy import Line

PROCESSES = ("web1", "web2", "worker1", "worker2")
SERVERS = ("mongodb", "redis")


class Deed(StrEnum):
    KILL = "kill"
    """SIGKILL; it is begun again after ``seconds``."""
    FREEZE = "freeze"
    """SIGSTOP, for ``seconds``."""
    LINE = "line"
    """The line between a process and a server becomes bad for ``seconds``."""


@dataclass(frozen=True, kw_only=True)
class Fault:
    """``at``: seconds after the beginning. ``line``: for ``Deed.LINE``, ``server`` at its other end."""

    at: float
    deed: Deed
    target: str
    seconds: float
    line: Line = Line.WHOLE
    server: str = ""

    def __str__(self) -> str:
        what = f"{self.line} to {self.server}" if self.line is not Line.WHOLE else ""
        return f"{self.at:7.2f} s  {self.deed} {self.target} {what} for {self.seconds:.2f} s"


_KINDS = (
    (Deed.KILL, PROCESSES, 4),
    (Deed.FREEZE, PROCESSES, 4),
    (Deed.LINE, PROCESSES, 5),
    (Deed.KILL, SERVERS, 3),
    (Deed.FREEZE, SERVERS, 3),
)
"""What happens to whom, and how often in comparison. First each happens once, then as it falls."""
_BAD = tuple(line for line in Line if line is not Line.WHOLE)
_LONGEST = {Deed.KILL: 3.0, Deed.FREEZE: 12.0, Deed.LINE: 8.0}
_SERVER_LONGEST = 6.0


def schedule(seed: int, seconds: float, *, every: float = 2.5) -> Sequence[Fault]:
    """Faults for ``seconds``, one beginning every ``every`` seconds on average; two never meet on one target."""
    chance = random.Random(seed)
    free: dict[str, float] = {}
    faults: list[Fault] = []
    at, firsts = 0.5, chance.sample(_KINDS, len(_KINDS))
    while at < seconds:
        deed, targets, _ = firsts[-1] if firsts else chance.choices(_KINDS, [weight for *_, weight in _KINDS])[0]
        idle = [target for target in targets if free.get(target, 0.0) <= at]
        if idle:
            firsts = firsts[:-1]
            fault = _fault(chance, at, deed, chance.choice(idle), seconds)
            faults.append(fault)
            free[fault.target] = at + fault.seconds + 1.0
        at += chance.uniform(0.4, 1.6) * every
    return faults


def _fault(chance: random.Random, at: float, deed: Deed, target: str, until: float) -> Fault:
    seconds = min(_lasting(chance, deed, target), until - at)
    if deed is not Deed.LINE:
        return Fault(at=at, deed=deed, target=target, seconds=seconds)
    line, server = chance.choice(_BAD), chance.choice(("mongodb", "mongodb", "redis"))
    return Fault(at=at, deed=deed, target=target, seconds=seconds, line=line, server=server)


def _lasting(chance: random.Random, deed: Deed, target: str) -> float:
    most = min(_LONGEST[deed], _SERVER_LONGEST) if target in SERVERS else _LONGEST[deed]
    return chance.uniform(0.2, 1.0) * most
