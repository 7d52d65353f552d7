"""The files as they are written: their content with the line of everything."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml.error import YAMLError

from dialogs.checking.findings import Finding, error, warning
from dialogs.files import NAMES, DialogFiles
from dialogs.wrong_files import unreadable, yaml_line, yaml_wrong
from dialogs.yaml_text import read_yaml


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One file. ``own``: the office's, not the shipped one."""

    name: str
    own: bool
    data: Any

    def line(self, *path: str | int) -> int | None:
        """The line on which the entry at ``path`` begins; the nearest known one above it where it is not written."""
        at, found = self.data, None
        for step in path:
            try:
                found = (at.lc.item(step) if isinstance(step, int) else at.lc.key(step))[0] + 1
                at = at[step]
            except (KeyError, IndexError, TypeError, AttributeError):
                break
        return found

    def section(self, key: str) -> Mapping[str, Any]:
        """The mapping under a top-level key; empty where there is none."""
        found = self.data.get(key) if isinstance(self.data, Mapping) else None
        return found if isinstance(found, Mapping) else {}


def read_sources(files: DialogFiles) -> tuple[dict[str, Source], list[Finding]]:
    """Every file of the bot by its name, and what keeps any from being read."""
    sources: dict[str, Source] = {}
    findings = list(_strays(files))
    for name in NAMES:
        path = files.path(name)
        try:
            data = read_yaml(path.read_text(encoding="utf-8"), typ="rt", pure=True)
        except YAMLError as wrong:
            findings.append(error(name, yaml_line(wrong), yaml_wrong(wrong)))
        except (UnicodeDecodeError, OSError) as wrong:
            findings.append(error(name, None, unreadable(wrong)))
        else:
            sources[name] = Source(name=name, own=path != DialogFiles.shipped(name), data=data)
    return sources, findings


def _strays(files: DialogFiles) -> Iterator[Finding]:
    """Files in the office's folder that nobody reads."""
    for path in sorted(_yaml_in(files.folder)):
        if path.name not in NAMES:
            yield warning(path.name, None, f"不会被读取：只认 {'、'.join(NAMES)}")


def _yaml_in(folder: Path | None) -> list[Path]:
    return [] if folder is None else [p for p in folder.iterdir() if p.suffix in {".yml", ".yaml"}]
