"""Learns from questions and the texts that answer them which features and which words tell that they belong together.

What results is shipped (``dialogs/faq/learned``); the questions and texts are not. How it was measured:
docs/decisions/0013.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize

from dialogs.faq.matching import WORDS_OF, Matcher
from dialogs.faq.weights import Block, Matrix, Weights, bag, centred, frequent_grams

LIGHT = ("bm25", "characters", "pairs", "length", "bm25_near", "bm25_beside", "rare_here")
FULL = (*LIGHT, "meaning", "meaning_near", "meaning_beside", "crowd", "run_here")
_RIDGE = 1e-3


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How the matrix pairs are fitted: by AdamW, over the texts that answer anything, several times and averaged."""

    rank: int = 32
    epochs: int = 25
    rate: float = 0.01
    decay: float = 0.3
    dropped: float = 0.4
    batch: int = 220
    seeds: tuple[int, ...] = (0, 1, 2)
    asked_grams: int = 700
    said_grams: int = 1500


@dataclass(frozen=True, slots=True, kw_only=True)
class Pairs:
    """``right[i]`` is the row among the matcher's ``texts`` that question i is for.

    ``matcher`` weighs nothing yet (``unlearned``) and has its embeddings, where the questions have theirs.
    """

    matcher: Matcher
    texts: Sequence[str] = field(repr=False)
    questions: Sequence[str] = field(repr=False)
    right: npt.NDArray[np.int64]
    vectors: Matrix | None = field(repr=False, default=None)


class Trainer:
    """Computes the features once; ``fit`` may then be called for any part of the questions."""

    def __init__(self, pairs: Pairs, plan: Plan, *, names: Sequence[str]) -> None:
        self._plan = plan
        self._right = pairs.right
        self._names = tuple(names)
        self._middle: Matrix | None = None
        self._meant: Matrix | None = None
        self._meaning = pairs.matcher.meaning
        if pairs.vectors is not None:
            self._middle = pairs.vectors.mean(axis=0)
            self._meant = centred(pairs.vectors, self._middle)
        self._features, self._spread = self._even(pairs)
        self._asked = frequent_grams(pairs.questions, most=plan.asked_grams, least=4)
        said = [text[:WORDS_OF] for text in pairs.texts]
        self._said = frequent_grams(said, most=plan.said_grams, least=8)
        self._question_words = _bags(pairs.questions, self._asked)
        self._text_words = _bags(said, self._said)

    def _even(self, pairs: Pairs) -> tuple[Matrix, Matrix]:
        """The features about their mean over the texts, in units of their spread; the spread."""
        rows = []
        for at, question in enumerate(pairs.questions):
            found = pairs.matcher.features(question, None if self._meant is None else self._meant[at])
            rows.append(np.stack([found[name] for name in self._names], axis=-1))
        features = np.array(rows, dtype=np.float32)
        features -= features.mean(axis=1, keepdims=True)
        spread = np.asarray(features.std(axis=(0, 1)) + 1e-9, dtype=np.float32)
        return features / spread, spread

    def fit(self, learnt_from: npt.NDArray[np.int64]) -> Weights:
        """Learn from those questions. A text that answers none of them takes no part, not even as a wrong answer."""
        texts = np.unique(self._right[learnt_from])
        right = np.searchsorted(texts, self._right[learnt_from])
        features = self._features[np.ix_(learnt_from, texts)]
        linear = _linear(features, right)
        blocks = [(self._question_words[learnt_from], self._text_words[texts])]
        if self._meant is not None and self._meaning is not None:
            blocks.append((self._meant[learnt_from], self._meaning[texts]))
        fitted = _blocks(features @ linear, blocks, right, self._plan)
        weights = Weights(
            features=self._names,
            spread=self._spread,
            linear=linear,
            asked_grams=self._asked,
            said_grams=self._said,
            words=fitted[0],
        )
        return replace(weights, meaning=fitted[1], middle=self._middle) if len(fitted) > 1 else weights

    def scores(self, weights: Weights, of: npt.NDArray[np.int64]) -> Matrix:
        """The scores of all texts for those questions."""
        total = self._features[of] @ weights.linear
        total += self._question_words[of] @ weights.words.asked @ (self._text_words @ weights.words.said).T
        if weights.meaning is not None and self._meant is not None and self._meaning is not None:
            total += self._meant[of] @ weights.meaning.asked @ (self._meaning @ weights.meaning.said).T
        return np.asarray(total, dtype=np.float32)


def _linear(features: Matrix, right: npt.NDArray[np.int64]) -> Matrix:
    """The weights under which the right texts are likeliest (softmax over all texts), slightly held to zero."""
    chosen = np.arange(len(right))

    def loss(weights: npt.NDArray[np.float64]) -> tuple[float, npt.NDArray[np.float64]]:
        scores = features @ weights.astype(np.float32)
        likely = _softmax(scores)
        wrong = -np.log(likely[chosen, right] + 1e-12).mean() + _RIDGE * float(weights @ weights)
        likely[chosen, right] -= 1
        slope = np.einsum("qt,qtf->f", likely, features) / len(right) + 2 * _RIDGE * weights
        return float(wrong), np.asarray(slope, dtype=np.float64)

    found = minimize(loss, np.zeros(features.shape[-1]), jac=True, method="L-BFGS-B", options={"maxiter": 60})
    return np.asarray(found.x, dtype=np.float32)


def _blocks(
    base: Matrix, blocks: Sequence[tuple[Matrix, Matrix]], right: npt.NDArray[np.int64], plan: Plan
) -> list[Block]:
    """Several fits side by side: their mean product is the product of the matrices set beside each other."""
    fits = [_fit_blocks(base, blocks, right, plan, np.random.default_rng(seed)) for seed in plan.seeds]
    share = np.float32(1 / len(fits))
    return [
        Block(
            asked=np.hstack([fit[n][0] for fit in fits]) * share,
            said=np.hstack([fit[n][1] for fit in fits]),
        )
        for n in range(len(blocks))
    ]


def _fit_blocks(
    base: Matrix,
    blocks: Sequence[tuple[Matrix, Matrix]],
    right: npt.NDArray[np.int64],
    plan: Plan,
    chance: np.random.Generator,
) -> list[list[Matrix]]:
    pairs = [[_begin(chance, side.shape[1], plan.rank) for side in block] for block in blocks]
    moments = [[(np.zeros_like(m), np.zeros_like(m)) for m in pair] for pair in pairs]
    step = 0
    for epoch in range(plan.epochs):
        rate = plan.rate * (1 - epoch / plan.epochs) + 1e-4
        for part in np.array_split(chance.permutation(len(base)), max(1, round(len(base) / plan.batch))):
            step += 1
            slopes = _slopes(base[part], [(q[part], t) for q, t in blocks], right[part], pairs, plan.dropped, chance)
            for pair, moment, slope in zip(pairs, moments, slopes, strict=True):
                for side in (0, 1):
                    pair[side], moment[side] = _adamw(pair[side], moment[side], slope[side], rate, plan.decay, step)
    return pairs


def _slopes(  # noqa: PLR0917 - the step of one formula
    base: Matrix,
    blocks: Sequence[tuple[Matrix, Matrix]],
    right: npt.NDArray[np.int64],
    pairs: Sequence[Sequence[Matrix]],
    dropped: float,
    chance: np.random.Generator,
) -> list[tuple[Matrix, Matrix]]:
    thinned = [(_drop(q, dropped, chance), _drop(t, dropped, chance)) for q, t in blocks]
    short = [(q @ asked, t @ said) for (q, t), (asked, said) in zip(thinned, pairs, strict=True)]
    likely = _softmax(base + sum(q @ t.T for q, t in short))
    likely[np.arange(len(right)), right] -= 1
    likely /= len(right)
    return [
        (q.T @ (likely @ short_t), t.T @ (likely.T @ short_q))
        for (q, t), (short_q, short_t) in zip(thinned, short, strict=True)
    ]


def _adamw(  # noqa: PLR0917 - the same
    matrix: Matrix, moment: tuple[Matrix, Matrix], slope: Matrix, rate: float, decay: float, step: int
) -> tuple[Matrix, tuple[Matrix, Matrix]]:
    first = 0.9 * moment[0] + 0.1 * slope
    second = 0.999 * moment[1] + 0.001 * slope * slope
    move = (first / (1 - 0.9**step)) / (np.sqrt(second / (1 - 0.999**step)) + 1e-8)
    return np.asarray(matrix * (1 - rate * decay) - rate * move, dtype=np.float32), (first, second)


def _bags(texts: Sequence[str], rows: Mapping[str, int]) -> Matrix:
    return np.array([bag(text, rows) for text in texts], dtype=np.float32).reshape(len(texts), len(rows))


def _begin(chance: np.random.Generator, rows: int, rank: int) -> Matrix:
    return np.asarray(chance.standard_normal((rows, rank)) * 0.05, dtype=np.float32)


def _drop(rows: Matrix, share: float, chance: np.random.Generator) -> Matrix:
    kept = chance.random(rows.shape, dtype=np.float32) >= share
    return np.asarray(rows * kept / (1 - share), dtype=np.float32)


def _softmax(scores: Matrix) -> Matrix:
    raised = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=1, keepdims=True), dtype=np.float32)
