"""What the doctor found."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Level(StrEnum):
    """``ERROR``: it does not work so. ``WARNING``: it works, but not as a service should."""

    OK = "ok"
    WARNING = "warning"
    ERROR = "error"


_MARKS = {Level.OK: "✓", Level.WARNING: "！", Level.ERROR: "✗"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing looked at. ``area`` is stable (English); ``message`` and ``cure`` are for people."""

    area: str
    level: Level
    message: str
    cure: str = ""


def ok(area: str, message: str) -> Finding:
    return Finding(area=area, level=Level.OK, message=message)


def warning(area: str, message: str, cure: str = "") -> Finding:
    return Finding(area=area, level=Level.WARNING, message=message, cure=cure)


def error(area: str, message: str, cure: str = "") -> Finding:
    return Finding(area=area, level=Level.ERROR, message=message, cure=cure)


def healthy(findings: Sequence[Finding]) -> bool:
    """Whether nothing is an error."""
    return all(finding.level is not Level.ERROR for finding in findings)


def as_text(findings: Sequence[Finding]) -> str:
    """One line a finding, its cure below it."""
    lines = []
    for finding in findings:
        lines.append(f"{_MARKS[finding.level]} {finding.area:<12} {finding.message}")
        if finding.cure:
            lines.append(f"{'':<15}办法：{finding.cure}")
    errors = sum(finding.level is Level.ERROR for finding in findings)
    warnings = sum(finding.level is Level.WARNING for finding in findings)
    lines += ["", f"{errors} 处错误，{warnings} 处提醒" if errors or warnings else "一切正常"]
    return "\n".join(lines)


def as_json(findings: Sequence[Finding]) -> dict[str, Any]:
    """For programs."""
    items = [{"area": f.area, "level": f.level.value, "message": f.message, "cure": f.cure} for f in findings]
    return {"ok": healthy(findings), "findings": items}
