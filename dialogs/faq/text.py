"""Text as the search for answers sees it: one script, small letters, runs of characters cut into grams."""

import re
from collections.abc import Callable, Iterable

_RUN = re.compile(r"[0-9a-z]+|[\u3400-\u9fff]+")
_ASCII = 128
_HAN = "\u3400"


class OneScript:
    """Makes texts Simplified, character by character: each distinct one is converted once."""

    def __init__(self, simplified: Callable[[str], str]) -> None:
        self._simplified = simplified
        self._table: dict[int, str] = {}

    def __call__(self, text: str) -> str:
        for character in set(text):
            code = ord(character)
            if code >= _ASCII and code not in self._table:
                self._table[code] = self._simplified(character)
        return text.translate(self._table)


def grams(text: str, sizes: Iterable[int] = (1, 2)) -> list[str]:
    """Single characters and pairs of each Chinese run; words and numbers in Latin letters as they are."""
    found: list[str] = []
    for run in _RUN.findall(text.lower()):
        if run[0] < _HAN:
            found.append(run)
        else:
            found += [run[at : at + size] for size in sizes for at in range(len(run) - size + 1)]
    return found
