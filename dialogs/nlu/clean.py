"""Text as people type it, made even: digits, letters, spaces, script. Meaning is never touched."""

import re
import unicodedata
from functools import cached_property
from typing import Any

from opencc import OpenCC

_WIDE = {code: code - 0xFEE0 for code in (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B))}
_CIRCLED = {0x2460 + n: str(n + 1) for n in range(9)}
_NARROW = str.maketrans({**_WIDE, **_CIRCLED, "\u3000": " ", "＋": "+", "－": "-", "\r": "\n", "\t": " "})
_COMMON = 0xFFFF
_KEPT_FORMAT = "\n"
_NOT_A_WORD = re.compile(r"[^0-9A-Za-z\u3400-\u9fff]+")


def clean(text: str) -> str:
    """Half-width digits and letters, no invisible characters, single spaces, no empty lines."""
    narrow = text.translate(_NARROW)
    visible = "".join(c for c in narrow if c in _KEPT_FORMAT or unicodedata.category(c)[0] != "C")
    lines = (re.sub(r" {2,}", " ", line).strip() for line in visible.split("\n"))
    return "\n".join(line for line in lines if line)


def words_only(text: str) -> str:
    """Letters, digits and Chinese characters alone: punctuation and emoji carry no command."""
    return _NOT_A_WORD.sub("", text)


class Script:
    """Simplified and Traditional Chinese."""

    def __init__(self) -> None:
        self._to_simplified = OpenCC("t2s")

    @cached_property
    def _to_traditional(self) -> Any:
        """49,000 phrases, 11 MiB: read when the first Traditional character is met."""
        return OpenCC("s2tw")

    def simplified(self, text: str) -> str:
        """Character by character where it can be; 嗰 stays, which no common Simplified character stands for."""
        even = str(self._to_simplified.convert(text))
        if len(even) != len(text) or not any(ord(c) > _COMMON for c in even):
            return even
        return "".join(old if ord(new) > _COMMON else new for old, new in zip(text, even, strict=True))

    def traditional(self, text: str) -> str:
        return str(self._to_traditional.convert(text))

    def writes_traditional(self, text: str, *, before: bool) -> bool:
        """Whether the writer uses Traditional characters; ``before`` where the text does not tell."""
        sample = text[:200]
        old = _changes(sample, self.simplified(sample))
        if not (old or before):
            return False
        new = _changes(sample, self.traditional(sample))
        return before if old == new else old > new


def _changes(one: str, other: str) -> int:
    return sum(a != b for a, b in zip(one, other, strict=False))
