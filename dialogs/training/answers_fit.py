"""Fits the weights for long answers, and from when on the best of them is sure.

``benchmarks/fit_answers.py`` makes what ships (``answers-full.npz``, ``answers-light.npz``) with it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize

from dialogs.faq.confidence import judge, signs_of
from dialogs.faq.matching import Learned, Matcher
from dialogs.faq.weights import Matrix, Weights, unlearned
from dialogs.training.answers import FULL, LIGHT, Pairs, Plan, Trainer

_PARTS = 3
_FALSELY_ANSWERED, _FALSELY_OFFERED = 0.01, 0.15
_LEAST_SURE = 0.5
_OUTSIDE_WEIGHT = 0.5
_RIDGE = 1e-4


@dataclass(frozen=True, slots=True, kw_only=True)
class Lessons:
    """``right[i]`` is the row among ``texts`` of question i; nothing among them answers a question ``outside``.

    The vectors are of all three, from the embedder that is asked later, or of none.
    """

    texts: Sequence[str] = field(repr=False)
    questions: Sequence[str] = field(repr=False)
    right: npt.NDArray[np.int64]
    outside: Sequence[str] = field(repr=False)
    neighbours: bool
    text_vectors: Matrix | None = field(repr=False, default=None)
    vectors: Matrix | None = field(repr=False, default=None)
    outside_vectors: Matrix | None = field(repr=False, default=None)

    def matcher(self, weights: Weights) -> Matcher:
        """One that weighs so."""
        matcher = Matcher(self.texts, Learned(light=weights, full=weights), neighbours=self.neighbours)
        if self.text_vectors is not None:
            matcher.attach(self.text_vectors)
        return matcher


@dataclass(frozen=True, slots=True, kw_only=True)
class _Tried:
    """A question that the weights had not seen. ``right``: the best text was; ``outside``: none could be."""

    signs: tuple[float, ...]
    right: bool
    outside: bool


def fit_answers(lessons: Lessons, plan: Plan | None = None, *, seed: int = 0) -> Weights:
    """Weights learned from all questions. What is sure is fitted on questions that took no part in the learning."""
    full = lessons.vectors is not None
    pairs = Pairs(
        matcher=lessons.matcher(unlearned(())),
        texts=lessons.texts,
        questions=lessons.questions,
        right=lessons.right,
        vectors=lessons.vectors,
    )
    trainer = Trainer(pairs, plan or Plan(), names=FULL if full else LIGHT)
    order = np.random.default_rng(seed).permutation(len(lessons.questions))
    tried = [one for part in range(_PARTS) for one in _try(lessons, trainer, order, part)]
    return replace(trainer.fit(np.arange(len(lessons.questions))), sure=_sure(tried))


def _try(lessons: Lessons, trainer: Trainer, order: npt.NDArray[np.int64], part: int) -> Iterator[_Tried]:
    """Learn without every third question and ask it; and every third of those outside."""
    asked = order[part::_PARTS]
    matcher = lessons.matcher(trainer.fit(np.setdiff1d(order, asked)))
    for at in asked:
        signs, best = _asked(matcher, lessons.questions[at], lessons.vectors, int(at))
        yield _Tried(signs=signs, right=best == lessons.right[at], outside=False)
    for at in range(part, len(lessons.outside), _PARTS):
        signs, _ = _asked(matcher, lessons.outside[at], lessons.outside_vectors, at)
        yield _Tried(signs=signs, right=False, outside=True)


def _asked(matcher: Matcher, question: str, vectors: Matrix | None, at: int) -> tuple[tuple[float, ...], int]:
    matched = matcher.match(question, None if vectors is None else vectors[at])
    texts = judge(matched).texts
    return signs_of(matched, texts), int(texts[0])


def _sure(tried: Sequence[_Tried]) -> tuple[float, ...]:
    """The probabilities from which on is answered and offered, and the coefficients of the probability."""
    outside = np.array([one.outside for one in tried])
    rows = np.array([(1.0, *one.signs) for one in tried])
    share = (~outside).sum() / max(outside.sum(), 1) * _OUTSIDE_WEIGHT
    found = _logistic(rows, np.array([one.right for one in tried], dtype=float), np.where(outside, share, 1.0))
    falsely = np.sort(1 / (1 + np.exp(-(rows @ found)[outside])))[::-1]
    answers_at = max(float(falsely[int(len(falsely) * _FALSELY_ANSWERED)]), _LEAST_SURE)
    offers_at = min(float(falsely[int(len(falsely) * _FALSELY_OFFERED)]), answers_at)
    return (answers_at, offers_at, *map(float, found))


def _logistic(
    rows: npt.NDArray[np.float64], right: npt.NDArray[np.float64], weights: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """Weighted logistic regression, its slopes slightly held to zero."""
    held = np.r_[0.0, np.full(rows.shape[1] - 1, _RIDGE)]

    def loss(slopes: npt.NDArray[np.float64]) -> tuple[float, npt.NDArray[np.float64]]:
        leads = rows @ slopes
        wrong = weights * (np.logaddexp(0, leads) - right * leads)
        missed = weights * (1 / (1 + np.exp(-leads)) - right)
        return float(wrong.mean() + held @ slopes**2), rows.T @ missed / len(rows) + 2 * held * slopes

    return np.asarray(minimize(loss, np.zeros(rows.shape[1]), jac=True, method="L-BFGS-B").x, dtype=np.float64)
