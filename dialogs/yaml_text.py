"""YAML that people wrote, read so that whatever is wrong with it is one kind of error.

The parser lets others through: of a date that there is not, of a number with thousands of digits, of brackets within
brackets until the stack ends; and for the last it takes long.
"""

import re
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.nodes import Node

_DEEPEST = 100
"""Brackets, or dashes, open in one line; our own files have a few."""
_DEEP = "nested too deeply"
_IMPOSSIBLE = "an impossible value"
_MARKS = re.compile(r"[\[\]{}]|(?:[-?:] )+")


def read_yaml(content: str | bytes, *, typ: str = "safe", pure: bool = False) -> Any:
    """What ``content`` holds.

    Raises:
        ruamel.yaml.error.YAMLError: it is no YAML, or holds what no file of ours does.
        UnicodeDecodeError: bytes that are no text.
    """
    return _parsed(YAML(typ=typ, pure=pure).load, content)


def composed(content: str) -> Node | None:
    """The nodes of ``content``, with their lines; raises as ``read_yaml``."""
    node: Node | None = _parsed(YAML(typ="safe", pure=True).compose, content)
    return node


def _parsed(parse: Any, content: str | bytes) -> Any:
    text = content if isinstance(content, str) else content.decode("utf-8", "replace")
    if any(map(_is_deep, text.splitlines())):
        raise MarkedYAMLError(problem=_DEEP)
    try:
        return parse(content)
    except UnicodeDecodeError:
        raise
    except RecursionError:
        raise MarkedYAMLError(problem=_DEEP) from None
    except (ValueError, TypeError, AttributeError, LookupError, AssertionError, OverflowError):
        raise MarkedYAMLError(problem=_IMPOSSIBLE) from None


def _is_deep(line: str) -> bool:
    if len(line) < _DEEPEST:
        return False
    depth = 0
    for mark in _MARKS.finditer(line):
        word = mark.group()
        depth += len(word) // 2 if word.endswith(" ") else 1 if word in "[{" else -1
        if depth > _DEEPEST:
            return True
    return False
