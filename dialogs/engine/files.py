"""Reading a bot's YAML files: which there are, what each holds, and every problem with its file and line."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from ruamel.yaml.error import MarkedYAMLError, YAMLError

from dialogs.yaml_text import read_yaml

Mapping = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One top-level key of one file."""

    file: str
    key: str
    value: Any


@dataclass(slots=True)
class Findings:
    """What is wrong (``problems``: the bot is refused) or suspicious (``warnings``: it runs)."""

    problems: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def problem(self, where: str, what: str) -> None:
        self.problems.append(f"{where}: {what}")

    def warn(self, where: str, what: str) -> None:
        self.warnings.append(f"{where}: {what}")

    def mapping(self, value: Any, where: str) -> Mapping:
        """``value`` where it is a YAML mapping, with names as keys; else a problem, and an empty one."""
        if isinstance(value, dict):
            return {str(key): item for key, item in value.items()}
        if value is not None:
            self.problem(where, "a mapping (key: value) is expected here")
        return {}

    def items(self, value: Any, where: str) -> list[Any]:
        """``value`` where it is a YAML list; else a problem, and an empty one."""
        if isinstance(value, list):
            return value
        if value is not None:
            self.problem(where, "a list (- item) is expected here")
        return []

    def words(self, value: Any, where: str) -> tuple[str, ...]:
        """``value`` where it is one name, or a list of names."""
        words = () if value is None else tuple(value) if isinstance(value, list) else (value,)
        if all(isinstance(word, str | int | float) for word in words):
            return tuple(str(word) for word in words)
        self.problem(where, "a name, or a list of names, is expected here")
        return ()

    def word(self, value: Any, where: str) -> str | None:
        """``value`` where it is one name or nothing."""
        words = self.words(value, where)
        if len(words) > 1:
            self.problem(where, "one name is expected here")
        return words[0] if words else None

    def number(self, value: Any, where: str) -> float:
        """``value`` where it is a number; else a problem, and zero."""
        if isinstance(value, int | float):
            return float(value)
        self.problem(where, f"a number is expected here, not {value}")
        return 0.0


def yaml_files(paths: Iterable[Path]) -> Iterator[Path]:
    """The files themselves, and every ``*.yml``/``*.yaml`` below the folders, in a fixed order."""
    for path in paths:
        if path.is_dir():
            yield from sorted(p for p in path.rglob("*") if p.suffix in {".yml", ".yaml"})
        else:
            yield path


def read_parts(paths: Sequence[Path], findings: Findings) -> list[Part]:
    """Every top-level key of every file, in order."""
    return [part for path in yaml_files(paths) for part in _parts_of(path, findings)]


def overridden(parts: Sequence[Part], own: Sequence[Part]) -> list[Part]:
    """``parts`` without the entries that ``own`` has of the same key and name, then ``own``."""
    names: dict[str, set[str]] = {}
    for part in own:
        names.setdefault(part.key, set()).update(part.value if isinstance(part.value, dict) else ())
    kept = [
        replace(part, value={name: value for name, value in part.value.items() if name not in names[part.key]})
        if part.key in names and isinstance(part.value, dict)
        else part
        for part in parts
    ]
    return [*kept, *own]


def _parts_of(path: Path, findings: Findings) -> list[Part]:
    try:
        content = read_yaml(path.read_text(encoding="utf-8"), pure=True)
    except MarkedYAMLError as error:
        line = f", line {error.problem_mark.line + 1}" if error.problem_mark else ""
        findings.problem(f"{path.name}{line}", f"not valid YAML: {error.problem or error}")
    except (YAMLError, UnicodeDecodeError, OSError) as error:
        findings.problem(path.name, f"cannot be read: {error}")
    else:
        top = findings.mapping(content, path.name)
        return [Part(file=path.name, key=str(key), value=value) for key, value in top.items()]
    return []
