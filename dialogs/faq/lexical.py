"""How well texts answer a question by their characters: BM25, and the share of the question that occurs in them."""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dialogs.faq.text import grams

Scores = npt.NDArray[np.float32]

_SATURATION = 2.0
_LENGTH = 0.9
"""BM25's k1 and b; both were chosen by cross-validation on questions to long answers."""
_MOST_REPEATS = 2
_LONGEST_QUESTION = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class LexicalScores:
    """A row each for all texts. Shares are of the question's weight: 1 where every gram of it occurs."""

    bm25: Scores
    characters: Scores
    pairs: Scores


class LexicalIndex:
    """Made once for a set of texts; a question costs a fraction of a millisecond for some thousand of them."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._count = len(texts)
        counts = [Counter(grams(text)) for text in texts]
        lengths = np.array([sum(c.values()) for c in counts], dtype=np.float32)
        self._rare = math.log(1 + (self._count + 0.5) / 0.5)
        self._rows: dict[str, int] = {}
        found = [
            (self._rows.setdefault(gram, len(self._rows)), text, times)
            for text, grams_of_text in enumerate(counts)
            for gram, times in grams_of_text.items()
        ]
        rows, self._texts, times = np.array(found, dtype=np.int32).reshape(-1, 3).T
        by_row = np.argsort(rows, kind="stable")
        self._texts = np.ascontiguousarray(self._texts[by_row])
        self._starts = np.searchsorted(rows[by_row], np.arange(len(self._rows) + 1))
        having = np.diff(self._starts)
        self._idf = np.log(1 + (self._count - having + 0.5) / (having + 0.5))
        self._weights = _saturated(times[by_row].astype(np.float32), lengths, self._texts)

    def rarity(self, named: Sequence[str]) -> list[float]:
        """The inverse document frequency of each gram; 0 of one that no text has."""
        rows = [self._rows.get(gram) for gram in named]
        return [0.0 if row is None else float(self._idf[row]) for row in rows]

    def scores(self, question: str) -> LexicalScores:
        asked = Counter(grams(question[:_LONGEST_QUESTION]))
        bm25, characters, pairs = (np.zeros(self._count, dtype=np.float32) for _ in range(3))
        weight = {1: 1e-6, 2: 1e-6}
        for gram, times in asked.items():
            size = 1 if len(gram) == 1 or gram.isascii() else 2
            row = self._rows.get(gram)
            idf = self._rare if row is None else float(self._idf[row])
            weight[size] += idf
            if row is not None:
                part = slice(self._starts[row], self._starts[row + 1])
                texts = self._texts[part]
                bm25[texts] += idf * min(times, _MOST_REPEATS) * self._weights[part]
                (characters if size == 1 else pairs)[texts] += idf
        whole = weight[1] + weight[2]
        return LexicalScores(bm25=bm25 / whole, characters=characters / weight[1], pairs=pairs / weight[2])


def _saturated(times: Scores, lengths: Scores, texts: npt.NDArray[np.int32]) -> Scores:
    """BM25's weight of a gram in a text: repeats count less and less, and less in long texts."""
    mean = max(float(lengths.mean()), 1.0) if len(lengths) else 1.0
    norm = times + _SATURATION * (1 - _LENGTH + _LENGTH * lengths[texts] / mean)
    return np.asarray(times * (_SATURATION + 1) / norm, dtype=np.float32)
