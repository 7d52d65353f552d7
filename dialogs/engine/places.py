"""On which line of its file a problem is: looked up only where a bot is refused."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from ruamel.yaml.error import YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from dialogs.yaml_text import composed

from .files import yaml_files

_HAS_LINE = re.compile(r"[^,]+, line \d+")


def located(problems: Sequence[str], paths: Sequence[Path]) -> list[str]:
    """The problems, each with the line where its entry begins: ``rules.yml, line 12, rule “greeting”: …``."""
    lines = dict(place for path in yaml_files(paths) for place in _places_in(path))
    return [_with_line(problem, lines) for problem in problems]


def _with_line(problem: str, lines: dict[str, tuple[str, int]]) -> str:
    if _HAS_LINE.match(problem):
        return problem
    where = max((known for known in lines if problem.startswith((f"{known}:", f"{known},"))), key=len, default=None)
    if where is None:
        return problem
    file, line = lines[where]
    rest = problem.removeprefix(file)
    return f"{file}, line {line}{rest}" if rest != problem else f"{file}, line {line}, {problem}"


def _places_in(path: Path) -> Iterator[tuple[str, tuple[str, int]]]:
    """Every name a problem may begin with, and where it stands."""
    try:
        top = composed(path.read_text(encoding="utf-8"))
    except (YAMLError, UnicodeDecodeError, OSError):
        return
    if not isinstance(top, MappingNode):
        return
    for key, value in top.value:
        yield f"{path.name}, {key.value}", (path.name, _line(key))
        for name, node in _entries(value):
            yield f"{path.name}, {key.value}: {name}", (path.name, _line(node))
            yield f"{path.name}, {str(key.value).removesuffix('s')} “{name}”", (path.name, _line(node))
            yield f"{str(key.value).removesuffix('s')} {name}", (path.name, _line(node))


def _entries(value: Any) -> Iterator[tuple[str, Node]]:
    """The named entries of a section: of a mapping its keys, of a list its words and what its mappings are called."""
    if isinstance(value, MappingNode):
        yield from ((str(key.value), key) for key, _ in value.value)
    if isinstance(value, SequenceNode):
        for item in value.value:
            if isinstance(item, ScalarNode):
                yield str(item.value), item
            elif isinstance(item, MappingNode):
                yield from ((str(named.value), item) for named in _names(item))


def _names(item: MappingNode) -> Iterator[Node]:
    """What a list's mapping may be called by: its first key (``- greet: {…}``), or the rule it is (``- rule: …``)."""
    yield from (key for key, _ in item.value[:1])
    yield from (value for key, value in item.value if key.value == "rule" and isinstance(value, ScalarNode))


def _line(node: Node) -> int:
    return int(node.start_mark.line) + 1
