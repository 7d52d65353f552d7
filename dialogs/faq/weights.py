"""What was learned about which answer a question is for: feature weights, and pairs of words that go together.

A matrix pair ``asked``/``said`` of each block turns question and text into short vectors whose product is added to
the score: so "多少钱" comes to find texts with 元. Only weights are kept, no question and no answer.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from dialogs.faq.text import grams

Matrix = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One matrix pair: ``asked`` (features of a question, rank), ``said`` (features of a text, rank)."""

    asked: Matrix = field(repr=False)
    said: Matrix = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """Of one kind of search, with or without embeddings.

    ``features`` name the columns, in the order of ``spread`` (their usual standard deviation) and ``linear``.
    ``sure`` are the coefficients of the probability that the best is right (see ``confidence``).
    """

    features: tuple[str, ...]
    spread: Matrix = field(repr=False)
    linear: Matrix = field(repr=False)
    asked_grams: Mapping[str, int] = field(repr=False)
    said_grams: Mapping[str, int] = field(repr=False)
    words: Block = field(repr=False)
    meaning: Block | None = field(repr=False, default=None)
    middle: Matrix | None = field(repr=False, default=None)
    """The mean embedding of questions, which is taken off before anything is compared."""
    sure: tuple[float, ...] = ()


def load_weights(path: Path) -> Weights:
    """Read a ``.npz`` of ``save_weights``."""
    with np.load(path, allow_pickle=False) as kept:
        part = {name: kept[name] for name in kept.files}
    meaning = None
    if "meaning_asked" in part:
        meaning = Block(asked=_wide(part["meaning_asked"]), said=_wide(part["meaning_said"]))
    return Weights(
        features=tuple(str(name) for name in part["features"]),
        spread=_wide(part["spread"]),
        linear=_wide(part["linear"]),
        asked_grams=_rows(part["asked_grams"]),
        said_grams=_rows(part["said_grams"]),
        words=Block(asked=_wide(part["words_asked"]), said=_wide(part["words_said"])),
        meaning=meaning,
        middle=_wide(part["middle"]) if "middle" in part else None,
        sure=tuple(float(x) for x in part["sure"]),
    )


def save_weights(weights: Weights, path: Path) -> None:
    """In half precision, which changes no rank that was measured."""
    part: dict[str, Any] = {
        "features": np.array(weights.features),
        "spread": weights.spread,
        "linear": weights.linear,
        "asked_grams": np.array(list(weights.asked_grams)),
        "said_grams": np.array(list(weights.said_grams)),
        "words_asked": weights.words.asked.astype(np.float16),
        "words_said": weights.words.said.astype(np.float16),
        "sure": np.array(weights.sure, dtype=np.float32),
    }
    if weights.meaning is not None and weights.middle is not None:
        part["meaning_asked"] = weights.meaning.asked.astype(np.float16)
        part["meaning_said"] = weights.meaning.said.astype(np.float16)
        part["middle"] = weights.middle.astype(np.float16)
    np.savez_compressed(path, **part)


def bag(text: str, rows: Mapping[str, int]) -> Matrix:
    """Which of the known grams ``text`` has, damped by how many."""
    found = [rows[gram] for gram in set(grams(text)) if gram in rows]
    row = np.zeros(len(rows), dtype=np.float32)
    row[found] = 1 / np.sqrt(len(found) + 1)
    return row


def frequent_grams(texts: Sequence[str], *, most: int, least: int) -> dict[str, int]:
    """The ``most`` grams that occur in at least ``least`` texts, each with its row."""
    seen = Counter(gram for text in texts for gram in set(grams(text)))
    return {gram: row for row, (gram, times) in enumerate(seen.most_common(most)) if times >= least}


def centred(vectors: Matrix, middle: Matrix) -> Matrix:
    """Unit rows about ``middle``: embeddings of all texts point nearly the same way before."""
    moved = vectors - middle
    return np.asarray(moved / np.maximum(np.linalg.norm(moved, axis=-1, keepdims=True), 1e-9), dtype=np.float32)


def _rows(names: npt.NDArray[np.generic]) -> dict[str, int]:
    return {str(name): row for row, name in enumerate(names)}


def _wide(kept: npt.NDArray[np.generic]) -> Matrix:
    return np.asarray(kept, dtype=np.float32)


def unlearned(features: Sequence[str]) -> Weights:
    """Weights that weigh nothing: to compute features with."""
    none = np.zeros((0, 1), dtype=np.float32)
    return Weights(
        features=tuple(features),
        spread=np.ones(len(features), dtype=np.float32),
        linear=np.zeros(len(features), dtype=np.float32),
        asked_grams={},
        said_grams={},
        words=Block(asked=none, said=none),
    )
