"""Logistic regression by scikit-learn, handed over as plain arrays."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits

from dialogs.nlu.linear import Floats, GramScorer, VectorScorer, grams

Labels = npt.NDArray[np.intp]
_ROUNDS = 3000
_LIGHT_STRENGTH, _DENSE_STRENGTH = 10.0, 50.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Lessons:
    """Texts, each with its class (0 to ``classes`` - 1) and what it weighs."""

    texts: Sequence[str]
    labels: Labels
    weights: npt.NDArray[np.float64]
    classes: int

    def part(self, at: npt.NDArray[np.intp]) -> "Lessons":
        """Those at the places ``at``."""
        return Lessons(
            texts=[self.texts[int(one)] for one in at],
            labels=self.labels[at],
            weights=self.weights[at],
            classes=self.classes,
        )


def fit_grams(
    lessons: Lessons,
    *,
    analysis: Callable[[str], list[str]] = grams,
    strength: float = _LIGHT_STRENGTH,
    rarest: int = 1,
) -> GramScorer:
    """The light tier: character n-grams, TF-IDF, linear.

    ``analysis``: what takes a text to pieces; ``rarest``: the number of texts that a piece must occur in. Rarer ones
    get no weight, but if there are such, they and all unknown ones count in the length of a text.
    """
    vectorizer = TfidfVectorizer(analyzer=analysis, sublinear_tf=True)
    matrix = vectorizer.fit_transform(lessons.texts)
    kept = np.flatnonzero(np.bincount(matrix.indices, minlength=matrix.shape[1]) >= rarest)
    weights, bias = _linear(matrix[:, kept], lessons, strength=strength)
    idf = vectorizer.idf_[kept].astype(np.float32)
    rows = {str(gram): row for row, gram in enumerate(vectorizer.get_feature_names_out()[kept])}
    unknown = 0.0 if rarest == 1 else float(vectorizer.idf_.max())
    return GramScorer(rows=rows, idf=idf, weights=weights * idf[:, None], bias=bias, unknown=unknown)


def fit_vectors(vectors: Floats, lessons: Lessons) -> VectorScorer:
    """The second tier, on the vectors of the lessons' texts."""
    mean = vectors.mean(axis=0)
    weights, bias = _linear(vectors - mean, lessons, strength=_DENSE_STRENGTH)
    return VectorScorer(mean=mean, weights=weights, bias=bias)


def _linear(matrix: object, lessons: Lessons, *, strength: float) -> tuple[Floats, Floats]:
    """(features, classes) and (classes,); a class without lessons is never chosen."""
    model = LogisticRegression(C=strength, class_weight="balanced", max_iter=_ROUNDS)
    # Matrices this small gain nothing from threads; on a busy machine threads that wait for each other cost minutes.
    with threadpool_limits(limits=1):
        model.fit(matrix, lessons.labels, sample_weight=lessons.weights)
    coefficients, intercepts = model.coef_, model.intercept_
    if len(model.classes_) == 2:  # noqa: PLR2004 - two classes come as one column
        coefficients, intercepts = np.vstack([-coefficients, coefficients]) / 2, np.r_[-intercepts, intercepts] / 2
    weights = np.zeros((coefficients.shape[1], lessons.classes), dtype=np.float32)
    bias = np.full(lessons.classes, -30.0, dtype=np.float32)
    weights[:, model.classes_] = coefficients.T
    bias[model.classes_] = intercepts
    return weights, bias
