"""Which texts are the best for a question, and how likely the best one is right."""

import math
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from dialogs.faq.matching import Matched, Rows

SIGNS = ("lead", "margin", "characters", "pairs", "meaning")
_NONE = -1e9
_UNCALIBRATED = (2.0, 2.0, *([0.0] * (len(SIGNS) + 1)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """``order``: entries, best first; ``texts``: of each entry in that order, the text that was nearest.

    ``probability``: that the first is right; at least ``answers_at``: it may be given outright; at least
    ``offers_at``: the first ones may be offered.
    """

    order: Rows = field(repr=False)
    texts: Rows = field(repr=False)
    probability: float
    answers_at: float
    offers_at: float

    @property
    def answers(self) -> bool:
        return self.probability >= self.answers_at

    @property
    def offers(self) -> bool:
        return self.offers_at <= self.probability < self.answers_at


def judge(matched: Matched, *, owners: Rows | None = None, allowed: npt.NDArray[np.bool_] | None = None) -> Judged:
    """``owners``: the entry of each text (None: each text is one). ``allowed``: the entries that may be given."""
    owners = np.arange(len(matched.scores)) if owners is None else owners
    scores = matched.scores if allowed is None else np.where(allowed[owners], matched.scores, _NONE)
    by_score = np.argsort(-scores, kind="stable")
    _, first = np.unique(owners[by_score], return_index=True)
    texts = by_score[np.sort(first)]
    texts = texts[scores[texts] > _NONE]
    answers_at, offers_at, bias, *slopes = matched.weights.sure or _UNCALIBRATED
    probability = 0.0
    if len(texts):
        signs = signs_of(matched, texts)
        probability = _logistic(bias + sum(slope * sign for slope, sign in zip(slopes, signs, strict=True)))
    return Judged(order=owners[texts], texts=texts, probability=probability, answers_at=answers_at, offers_at=offers_at)


def signs_of(matched: Matched, texts: Rows) -> tuple[float, ...]:
    """What tells whether the best of ``texts`` is right, in the order of ``SIGNS``."""
    best = int(texts[0])
    top = float(matched.scores[best])
    second = float(matched.scores[texts[1]]) if len(texts) > 1 else float(matched.scores.mean())
    features = matched.features
    meaning = float(features["meaning"][best]) if "meaning" in features else 0.0
    return (
        (top - float(matched.scores.mean())) / 10,
        (top - second) / 10,
        float(features["characters"][best]),
        float(features["pairs"][best]),
        meaning,
    )


def _logistic(value: float) -> float:
    return 1 / (1 + math.exp(-max(min(value, 50.0), -50.0)))
