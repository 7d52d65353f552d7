"""What is found in dialog files, told to the people who edit them."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any


class Level(StrEnum):
    """``ERROR``: it must not go into use. ``WARNING``: it works, but probably not as meant."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """``file`` is a name within the folder, ``line`` counts from 1 (None: the file as a whole); ``text`` is Chinese."""

    level: Level
    file: str
    line: int | None
    text: str

    @property
    def told(self) -> str:
        """One line: where, then what."""
        return f"{self.file}{f' 第{self.line}行' if self.line else ''}：{self.text}"


def error(file: str, line: int | None, text: str) -> Finding:
    return Finding(level=Level.ERROR, file=file, line=line, text=text)


def warning(file: str, line: int | None, text: str) -> Finding:
    return Finding(level=Level.WARNING, file=file, line=line, text=text)


def errors(findings: Iterable[Finding]) -> list[Finding]:
    """Those that keep the files from going into use."""
    return [finding for finding in findings if finding.level is Level.ERROR]


def as_json(findings: Iterable[Finding]) -> dict[str, Any]:
    """For programs."""
    items = [asdict(finding) for finding in findings]
    return {
        "ok": not any(item["level"] == Level.ERROR for item in items),
        "errors": sum(item["level"] == Level.ERROR for item in items),
        "warnings": sum(item["level"] == Level.WARNING for item in items),
        "findings": items,
    }
