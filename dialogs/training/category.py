"""Learns categories from past cases: TF-IDF over hashed n-grams, one linear classifier a category, calibrated.

Each case is learned as its title, its body and, with less weight, pieces of its body as short as titles: so the words
of bodies teach what titles mean. It is judged as title and body, and the calibration says how much either counts. The
n-grams that tell a category apart weigh more before the classifier sees them (log-count ratios, as in NB-SVM). How
well it does, and from which confidence on it may answer, comes from cases that the judging model had not seen: folds
in which near copies stay together.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp
from sklearn.linear_model import LogisticRegression
from sklearn.svm import LinearSVC

from dialogs.nlu.category import Calibration, CategoryWeights
from dialogs.training.alike import groups
from dialogs.training.cases import PastCase, fingerprint
from dialogs.training.category_vectors import Vectors, vectors_of

LEFT_TO_PEOPLE = 0.1
"""The share of texts, the least certain, that is left to a person."""
FOLDS = 5
_SEED = 20_260_101
_AT_ONCE = 2
_STRENGTH = 0.5
_TOLERANCE = 0.1
_SMOOTHING = 0.01
_SHARPEST = 4.0
_PIECE_SHARE = 0.3
"""How much a piece of a body counts in learning, beside a title or a body."""
_EVEN_SHARE = 0.5
"""How much of an n-gram's weight does not depend on how well it tells the category apart."""

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]
Tick = Callable[[], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """What each case got from models that had not seen it, in one form: rows in the order of the cases."""

    probabilities: Floats
    sure: npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Learned:
    """The model of all cases, and the judgments of each case by models that had not seen it.

    ``full``: title with body; ``title_only``: the same cases with their title alone.
    """

    weights: CategoryWeights
    full: Form
    title_only: Form


def learn(cases: Sequence[PastCase], *, tick: Tick = lambda: None) -> Learned:
    """Train on ``cases``, at least two labels with ``FEWEST`` cases each. ``tick`` is called ``FOLDS + 2`` times."""
    labels = sorted({case.label for case in cases})
    truth = np.array([labels.index(case.label) for case in cases], dtype=np.int64)
    vectors = vectors_of([(case.title, case.detail) for case in cases])
    folds = _folds(truth, groups([case.title for case in cases], [case.detail for case in cases]))
    tick()
    title, body = _unseen_scores(vectors, truth, folds, len(labels), tick)
    everyone = np.ones(len(truth), dtype=np.bool_)
    fit = _fit(vectors, truth, everyone, len(labels))
    title_form, title_only = _calibrated(title, truth, folds, everyone)
    _, body_only = _calibrated(body, truth, folds, vectors.has_detail)
    full_form, with_detail = _calibrated(np.hstack([title, body]), truth, folds, vectors.has_detail)
    full_form = _joined(full_form, title_form, vectors.has_detail)
    tick()
    weights = CategoryWeights(
        labels=labels,
        grams=vectors.grams,
        idf=vectors.idf,
        weights=fit.weights.astype(np.float16),
        bias=fit.bias,
        with_detail=with_detail,
        body_only=body_only,
        title_only=title_only,
        about={"cases": len(cases), "fingerprint": fingerprint(cases)},
    )
    return Learned(weights=weights, full=full_form, title_only=title_form)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Fit:
    weights: Floats
    bias: Floats

    def scores(self, rows: sp.csr_matrix) -> Floats:
        return np.asarray(rows @ self.weights + self.bias, dtype=np.float32)


def _folds(truth: Ints, group: Ints) -> Ints:
    """The fold of each case: those of one group together, those of one label spread evenly."""
    random = np.random.default_rng(_SEED)
    leaders, first = np.unique(group, return_index=True)
    fold_of: dict[int, int] = {}
    for label in np.unique(truth):
        for at, leader in enumerate(random.permutation(leaders[truth[first] == label])):
            fold_of[int(leader)] = (at + int(label)) % FOLDS
    return np.array([fold_of[int(leader)] for leader in group], dtype=np.int64)


def _unseen_scores(vectors: Vectors, truth: Ints, folds: Ints, count: int, tick: Tick) -> tuple[Floats, Floats]:
    title = np.zeros((len(truth), count), dtype=np.float32)
    body = np.zeros_like(title)
    for fold in range(FOLDS):
        apart = folds == fold
        if apart.any():
            fit = _fit(vectors, truth, ~apart, count)
            title[apart], body[apart] = fit.scores(vectors.title[apart]), fit.scores(vectors.body[apart])
        tick()
    return title, body


def _fit(vectors: Vectors, truth: Ints, chosen: npt.NDArray[np.bool_], count: int) -> _Fit:
    parts = chosen & vectors.has_detail
    pieces = chosen[vectors.piece_of]
    rows = sp.vstack([vectors.title[chosen], vectors.body[parts], vectors.pieces[pieces]]).tocsr()
    labels = np.concatenate([truth[chosen], truth[parts], truth[vectors.piece_of[pieces]]])
    shares = np.repeat([1.0, _PIECE_SHARE], [chosen.sum() + parts.sum(), pieces.sum()])
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        columns = list(pool.map(lambda label: _one_against_all(rows, labels == label, shares), range(count)))
    return _Fit(
        weights=np.stack([weights for weights, _ in columns], axis=1),
        bias=np.array([bias for _, bias in columns], dtype=np.float32),
    )


def _one_against_all(
    rows: sp.csr_matrix, mine: npt.NDArray[np.bool_], shares: npt.NDArray[np.float64]
) -> tuple[Floats, float]:
    if mine.all() or not mine.any():  # all others, or all of these, are copies of each other and apart just now
        return np.zeros(rows.shape[1], dtype=np.float32), 1.0 if mine.all() else -1.0
    telling = _telling(rows, mine)
    weighed = sp.csr_matrix((rows.data * telling[rows.indices], rows.indices, rows.indptr), shape=rows.shape)
    classifier = LinearSVC(C=_STRENGTH, max_iter=100, tol=_TOLERANCE, random_state=_SEED)
    classifier.fit(weighed, mine, sample_weight=shares)
    return (classifier.coef_[0] * telling).astype(np.float32), float(classifier.intercept_[0])


def _telling(rows: sp.csr_matrix, mine: npt.NDArray[np.bool_]) -> Floats:
    """How well each n-gram tells ``mine`` from the others: by its log-count ratio, half of it evened out."""
    inside = _SMOOTHING + np.asarray(rows[mine].sum(axis=0)).ravel()
    outside = _SMOOTHING + np.asarray(rows[~mine].sum(axis=0)).ravel()
    ratio = np.log((inside / inside.sum()) / (outside / outside.sum()))
    strength = np.abs(np.clip(ratio, -_SHARPEST, _SHARPEST))
    return np.asarray(_EVEN_SHARE * strength.mean() + (1 - _EVEN_SHARE) * strength, dtype=np.float32)


def _calibrated(scores: Floats, truth: Ints, folds: Ints, usable: npt.NDArray[np.bool_]) -> tuple[Form, Calibration]:
    """Judgments calibrated by the other folds, and the calibration by all of them."""
    count = int(truth.max()) + 1
    if len(np.unique(truth[usable])) < count:  # hardly any of these: what holds for all must do
        usable = np.ones(len(truth), dtype=np.bool_)
    probabilities = np.zeros((len(truth), count), dtype=np.float32)
    for fold in range(FOLDS):
        apart = folds == fold
        by_others = _calibration(scores[usable & ~apart], truth[usable & ~apart], count)
        probabilities[apart] = by_others.probabilities(scores[apart])
    best = probabilities.max(axis=1)
    threshold = float(np.quantile(best[usable], LEFT_TO_PEOPLE))
    final = replace(_calibration(scores[usable], truth[usable], count), threshold=threshold)
    return Form(probabilities=probabilities, sure=best >= threshold), final


def _calibration(scores: Floats, truth: Ints, count: int) -> Calibration:
    """Multinomial logistic regression from scores to labels. A label that is not there keeps its own score."""
    matrix = np.vstack([np.eye(count, dtype=np.float32)] * (scores.shape[1] // count))
    offset = np.zeros(count, dtype=np.float32)
    there = np.unique(truth)
    if len(there) > 1:
        fit = LogisticRegression(C=1.0, max_iter=500).fit(scores, truth)
        coefficients, intercept = fit.coef_, fit.intercept_
        if len(there) == 2:  # noqa: PLR2004 - scikit-learn keeps one row for two classes
            coefficients, intercept = np.vstack([-coefficients, coefficients]) / 2, np.r_[-intercept, intercept] / 2
        matrix[:, there], offset[there] = coefficients.T, intercept
    return Calibration(matrix=matrix, offset=offset, threshold=0.0)


def _joined(full: Form, title: Form, has_detail: npt.NDArray[np.bool_]) -> Form:
    """A case without a body is judged by its title in either form."""
    return Form(
        probabilities=np.where(has_detail[:, None], full.probabilities, title.probabilities),
        sure=np.where(has_detail, full.sure, title.sure),
    )
