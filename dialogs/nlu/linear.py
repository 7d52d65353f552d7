"""Linear scorers: character n-grams or a sentence's vector in, one probability a class out. Only numpy, no training."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Saved = Mapping[str, npt.NDArray[np.generic]]
SIZES = (1, 2, 3)
_START, _END = "^", "$"


def grams(bare: str) -> list[str]:
    """The pieces of one to three characters, with the ends marked: "不" alone is another thing than "不" in a word."""
    framed = f"{_START}{bare}{_END}"
    return [framed[at : at + size] for size in SIZES for at in range(len(framed) - size + 1)]


@dataclass(frozen=True, slots=True, kw_only=True)
class GramScorer:
    """TF-IDF of character n-grams, cosine-normalised, then softmax. Some 0.05 ms for a short text.

    ``rows``: gram to row; ``idf``: (grams,); ``weights``: (grams, classes), each row already times its ``idf``;
    ``bias``: (classes,); ``unknown``: what a gram without a row adds to the length. 0: nothing, so that of a text in
    strange words the few known ones decide alone.
    """

    rows: Mapping[str, int]
    idf: Floats
    weights: Floats
    bias: Floats
    unknown: float = 0.0

    def knows(self, bare: str) -> bool:
        """Whether any character of it was met in training; where none was, only its length would be judged."""
        return any(character in self.rows for character in bare)

    def probabilities(self, bare: str) -> Floats:
        """One for each class. Grams never seen in training say nothing."""
        return self.of_pieces(grams(bare))

    def of_pieces(self, pieces: Sequence[str]) -> Floats:
        """The same for a text that another analysis than ``grams`` took to pieces, in training as here."""
        counted = {gram: 1 + math.log(n) for gram, n in Counter(pieces).items()}
        known = [(self.rows[gram], count) for gram, count in counted.items() if gram in self.rows]
        if not known:
            return softmax(self.bias)
        at = np.array([row for row, _ in known])
        counts = np.array([count for _, count in known], dtype=np.float32)
        strange = sum(count**2 for gram, count in counted.items() if gram not in self.rows) if self.unknown else 0.0
        length = np.float32(math.hypot(np.linalg.norm(counts * self.idf[at]), self.unknown * math.sqrt(strange)))
        return softmax(np.asarray(counts @ self.weights[at] / length + self.bias, dtype=np.float32))

    def saved(self) -> dict[str, npt.NDArray[np.generic]]:
        """As arrays for an ``.npz``; half precision, which moves a probability by less than 0.001."""
        names = "\n".join(self.rows).encode()
        return {
            "grams": np.frombuffer(names, dtype=np.uint8),
            "idf": self.idf.astype(np.float16),
            "weights": self.weights.astype(np.float16),
            "bias": self.bias,
            **({"unknown": np.array([self.unknown], dtype=np.float32)} if self.unknown else {}),
        }

    @classmethod
    def restored(cls, arrays: Saved) -> "GramScorer":
        names = arrays["grams"].tobytes().decode().split("\n")
        return cls(
            rows={name: row for row, name in enumerate(names)},
            idf=arrays["idf"].astype(np.float32),
            weights=arrays["weights"].astype(np.float32),
            bias=arrays["bias"].astype(np.float32),
            unknown=float(arrays["unknown"][0]) if "unknown" in arrays else 0.0,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class VectorScorer:
    """A unit vector less ``mean``, then softmax. ``weights``: (dimensions, classes).

    Sentence models crowd all texts into one corner; without ``mean`` little would tell them apart.
    """

    mean: Floats
    weights: Floats
    bias: Floats

    def probabilities(self, vector: Floats) -> Floats:
        return softmax(np.asarray((vector - self.mean) @ self.weights + self.bias, dtype=np.float32))

    def saved(self) -> dict[str, npt.NDArray[np.generic]]:
        return {"mean": self.mean, "weights": self.weights, "bias": self.bias}

    @classmethod
    def restored(cls, arrays: Saved) -> "VectorScorer":
        mean, weights, bias = (arrays[name].astype(np.float32) for name in ("mean", "weights", "bias"))
        return cls(mean=mean, weights=weights, bias=bias)


def softmax(scores: Floats) -> Floats:
    powers = np.exp(scores - scores.max())
    return np.asarray(powers / powers.sum(), dtype=np.float32)


def named(prefix: str, arrays: Saved) -> dict[str, npt.NDArray[np.generic]]:
    """``arrays`` with ``prefix`` before each name: several scorers share one file."""
    return {f"{prefix}.{name}": array for name, array in arrays.items()}


def under(prefix: str, arrays: Saved) -> dict[str, npt.NDArray[np.generic]]:
    """Those of ``arrays`` that ``named`` gave ``prefix``, by their own names."""
    start = f"{prefix}."
    return {name.removeprefix(start): array for name, array in arrays.items() if name.startswith(start)}


def best(probabilities: Floats, names: Sequence[str]) -> list[tuple[str, float]]:
    """Names by probability, best first."""
    return [(names[at], float(probabilities[at])) for at in np.argsort(-probabilities, kind="stable")]
