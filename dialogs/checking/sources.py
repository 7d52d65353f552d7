"""The files as they are written: their content with the line of everything."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from dialogs.checking.findings import Finding, error, warning
from dialogs.files import NAMES, DialogFiles

_MEANINGS = (
    ("duplicate key", "同一个名字写了两次"),
    ("mapping values are not allowed", "这里的冒号有问题：文字里有英文冒号时请把整句放进引号"),
    ("did not find expected", "缩进或引号没有对齐"),
    ("could not find expected", "缩进或引号没有对齐"),
    ("expected <block end>", "缩进没有对齐"),
    ("while scanning a quoted", "引号没有成对"),
    ("found unexpected end of stream", "引号没有成对，直到文件末尾都没有结束"),
    ("found character", "有不能用的字符（比如用 Tab 缩进，请改用空格）"),
    ("found undefined alias", "引用了没有定义的名字"),
)


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
            data = YAML(typ="rt", pure=True).load(path.read_text(encoding="utf-8"))
        except MarkedYAMLError as wrong:
            findings.append(_unreadable(name, wrong))
        except (YAMLError, UnicodeDecodeError, OSError) as wrong:
            findings.append(error(name, None, f"读不了，请用 UTF-8 编码保存（{type(wrong).__name__}）"))
        else:
            sources[name] = Source(name=name, own=path != DialogFiles.shipped(name), data=data)
    return sources, findings


def _unreadable(name: str, wrong: MarkedYAMLError) -> Finding:
    mark = wrong.problem_mark or wrong.context_mark
    said = f"{wrong.context or ''} {wrong.problem or ''}".strip()
    meaning = next((chinese for english, chinese in _MEANINGS if english in said), "格式不对")
    return error(name, mark.line + 1 if mark else None, f"不是正确的 YAML，{meaning}（{said}）")


def _strays(files: DialogFiles) -> Iterator[Finding]:
    """Files in the office's folder that nobody reads."""
    for path in sorted(_yaml_in(files.folder)):
        if path.name not in NAMES:
            yield warning(path.name, None, f"不会被读取：只认 {'、'.join(NAMES)}")


def _yaml_in(folder: Path | None) -> list[Path]:
    return [] if folder is None else [p for p in folder.iterdir() if p.suffix in {".yml", ".yaml"}]
