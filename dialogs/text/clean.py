"""Text as people type it, made even: digits, letters, spaces, script. Meaning is never touched."""

import re
import unicodedata
from collections.abc import Iterator
from functools import cached_property, lru_cache
from importlib import resources
from typing import Any

from opencc import OpenCC

_WIDE = {code: code - 0xFEE0 for code in (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B))}
_CIRCLED = {0x2460 + n: str(n + 1) for n in range(9)}
_NARROW = str.maketrans({**_WIDE, **_CIRCLED, "\u3000": " ", "＋": "+", "－": "-", "\r": "\n", "\t": " "})
_COMMON = 0xFFFF
_KEPT_FORMAT = "\n"
_REMEMBERED = 64
_TO_SIMPLIFIED = ("TSCharacters.txt", "TSPhrases.txt")
_NOT_A_WORD = re.compile(r"[^0-9A-Za-z\u3400-\u9fff]+")


def clean(text: str) -> str:
    """Half-width digits and letters, no invisible characters, single spaces, no empty lines."""
    narrow = text.translate(_NARROW)
    # isprintable is quick, and holds for nearly all: no invisible character, no end of line
    kept = narrow.isprintable()
    visible = narrow if kept else "".join(c for c in narrow if c in _KEPT_FORMAT or unicodedata.category(c)[0] != "C")
    lines = (re.sub(r" {2,}", " ", line).strip() for line in visible.split("\n"))
    return "\n".join(line for line in lines if line)


@lru_cache(maxsize=_REMEMBERED)
def words_only(text: str) -> str:
    """Letters, digits and Chinese characters alone: punctuation and emoji carry no command."""
    return _NOT_A_WORD.sub("", text)


class Script:
    """Simplified and Traditional Chinese. The last few texts are remembered: the parts of a turn ask about the same."""

    def __init__(self) -> None:
        self._to_simplified = OpenCC("t2s")
        self._changing = frozenset(_changing_characters())
        self.simplified = lru_cache(maxsize=_REMEMBERED)(self._simplified)
        self.traditional = lru_cache(maxsize=_REMEMBERED)(self._traditional)

    @cached_property
    def _to_traditional(self) -> Any:
        """49,000 phrases, 11 MiB: read when the first Traditional character is met."""
        return OpenCC("s2tw")

    def _simplified(self, text: str) -> str:
        """Character by character where it can be; 嗰 stays, which no common Simplified character stands for."""
        if self._changing.isdisjoint(text):
            return text
        even = str(self._to_simplified.convert(text))
        if len(even) != len(text) or not any(ord(c) > _COMMON for c in even):
            return even
        return "".join(old if ord(new) > _COMMON else new for old, new in zip(text, even, strict=True))

    def _traditional(self, text: str) -> str:
        return str(self._to_traditional.convert(text))

    def writes_traditional(self, text: str, *, before: bool) -> bool:
        """Whether the writer uses Traditional characters; ``before`` where the text does not tell."""
        sample = text[:200]
        old = _changes(sample, self.simplified(sample))
        if not (old or before):
            return False
        new = _changes(sample, self.traditional(sample))
        return before if old == new else old > new


def _changing_characters() -> Iterator[str]:
    """Every character that the conversion replaces, alone or in a phrase: a text without any stays as it is."""
    for name in _TO_SIMPLIFIED:
        for line in (resources.files("opencc") / "dictionary" / name).read_text(encoding="utf-8").splitlines():
            old, _, new = line.partition("\t")
            first = new.partition(" ")[0]
            yield from old if len(old) != len(first) else (a for a, b in zip(old, first, strict=True) if a != b)


def _changes(one: str, other: str) -> int:
    return sum(a != b for a, b in zip(one, other, strict=False))
