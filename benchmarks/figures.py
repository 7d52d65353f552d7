"""What is measured of one kind of request, and how it is told."""

import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass

_MS = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One stretch under load. ``cpu``: seconds of the server's processor; ``database_cpu``: of mongod's."""

    requests: int
    seconds: float
    cpu: float
    database_cpu: float
    latencies: Sequence[float]
    failed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A row of the table. Times in milliseconds; ``cpu_ms`` of the server alone, for one request."""

    name: str
    open_requests: int
    requests: int
    per_second: float
    best_per_second: float
    cpu_ms: float
    least_cpu_ms: float
    database_cpu_ms: float
    p50_ms: float
    p99_ms: float
    failed: int


def figure(name: str, open_requests: int, parts: Iterable[Part]) -> Figure:
    """Several stretches as one row: medians over them, the best of them beside it."""
    known = list(parts)
    latencies = sorted(each for part in known for each in part.latencies)
    rates = [part.requests / part.seconds for part in known]
    costs = [part.cpu / part.requests * _MS for part in known]
    return Figure(
        name=name,
        open_requests=open_requests,
        requests=sum(part.requests for part in known),
        per_second=round(statistics.median(rates), 1),
        best_per_second=round(max(rates), 1),
        cpu_ms=round(statistics.median(costs), 3),
        least_cpu_ms=round(min(costs), 3),
        database_cpu_ms=round(statistics.median(part.database_cpu / part.requests * _MS for part in known), 3),
        p50_ms=round(latencies[len(latencies) // 2] * _MS, 1),
        p99_ms=round(latencies[int(len(latencies) * 0.99)] * _MS, 1),
        failed=sum(part.failed for part in known),
    )


def table(rows: Sequence[Mapping[str, object]]) -> str:
    """A Markdown table of like rows."""
    names = list(rows[0])
    lines = ["| " + " | ".join(names) + " |", "|" + "---|" * len(names)]
    lines += ["| " + " | ".join(str(row[name]) for name in names) + " |" for row in rows]
    return "\n".join(lines)


def against(figures: Sequence[Figure], base: str) -> list[dict[str, object]]:
    """Rows with what each is of ``base`` at as many open requests, by throughput and by processor time."""
    bases = {each.open_requests: each for each in figures if each.name == base}
    rows = []
    for each in figures:
        row: dict[str, object] = asdict(each)
        of = bases.get(each.open_requests)
        row["of_ceiling"] = round(each.per_second / of.per_second, 2) if of else ""
        row["of_ceiling_by_cpu"] = round(of.cpu_ms / each.cpu_ms, 2) if of and each.cpu_ms else ""
        rows.append(row)
    return rows
