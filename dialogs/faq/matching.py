"""The features of a question beside every text, and the score they come to.

``Matcher`` compares with answers alone: they speak of their subject in other words, stand beside others on the same
subject, and differ in length. ``QuestionMatcher`` compares with questions, and with their answers besides; the further
those are from what was learned of, the more the embeddings count as they are.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

import numpy as np
import numpy.typing as npt

from dialogs.faq.lexical import LexicalIndex, Scores
from dialogs.faq.text import grams
from dialogs.faq.weights import Matrix, Weights, bag, centred

LONGEST_TEXT = 300
"""Characters of a text that are embedded: more was measured to find no more."""
Rows = npt.NDArray[np.int64]
WORDS_OF = 200
_LONGEST_COMPARED = 600
_NEAR, _FADES = 8, 0.85
_BESIDE = 3
_RARE_AMONG = 30
_CROWD = 10
_AT_ONCE = 512
_NOTHING = -9.0
_WHOLLY_STRANGE = 0.015
_MEANT, _WORDED = 45.0, 2.0
"""What embeddings and characters weigh where nothing was learned: they spread scores as what was learned does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Learned:
    """``full`` where there are embeddings, ``light`` where there are none."""

    light: Weights
    full: Weights


@dataclass(frozen=True, slots=True, kw_only=True)
class Matched:
    """The score of each text; ``features`` by name, before they are weighed."""

    scores: Scores
    features: Mapping[str, Scores] = field(repr=False)
    weights: Weights = field(repr=False)


class Matcher:
    """``texts`` to compare with. ``attach`` gives it their embeddings; until then it goes by characters."""

    def __init__(self, texts: Sequence[str], learned: Learned, *, neighbours: bool) -> None:
        self._learned = learned
        self._index = LexicalIndex(texts)
        self._grams = [set(grams(text)) for text in texts]
        lengths = np.log(np.array([len(text) + 1 for text in texts], dtype=np.float32))
        self._length = lengths - (lengths.mean() if len(texts) else 0)
        self._neighbours = neighbours
        self._said = {
            id(weights): _bags(texts, weights) @ weights.words.said for weights in (learned.light, learned.full)
        }
        self._texts = [text[:_LONGEST_COMPARED].lower() for text in texts]
        self._vectors: Matrix | None = None
        self._crowd: Scores | None = None
        self.meaning: Matrix | None = None
        """What the learned pairs of meaning are multiplied with, a row for each text."""
        self._meant: Matrix | None = None

    def attach(self, vectors: Matrix) -> None:
        """A row for each text, from the embedder the weights were learned with."""
        full = self._learned.full
        self._vectors = centred(vectors, vectors.mean(axis=0))
        self._crowd = None
        self.meaning = self._vectors
        self._meant = self.meaning @ full.meaning.said if full.meaning is not None else None

    @property
    def attached(self) -> bool:
        return self._vectors is not None

    def match(self, question: str, vector: Matrix | None) -> Matched:
        """``vector``: the question's embedding; without it, or before ``attach``, characters decide."""
        if vector is None or self._vectors is None or self._learned.full.middle is None:
            return self._weighed(question, self._learned.light, None)
        return self._weighed(question, self._learned.full, centred(vector, self._learned.full.middle))

    def _weighed(self, question: str, weights: Weights, meant: Matrix | None) -> Matched:
        features = self.features(question, meant)
        scores = bag(question, weights.asked_grams) @ weights.words.asked @ self._said[id(weights)].T
        if meant is not None and weights.meaning is not None and self._meant is not None:
            scores = scores + meant @ weights.meaning.asked @ self._meant.T
        for name, spread, weight in zip(weights.features, weights.spread, weights.linear, strict=True):
            scores = scores + weight * features[name] / spread
        return Matched(scores=scores, features=features, weights=weights)

    def features(self, question: str, meant: Matrix | None) -> dict[str, Scores]:
        """All that is known of the question beside each text, by name. ``meant``: its centred embedding."""
        found = self._plain(question, meant)
        top = self._nearest(found)
        found["run_here"] = _within(top, self._runs(question, top), len(self._texts))
        if meant is not None and self._vectors is not None:
            if self._crowd is None:
                self._crowd = crowded(self._vectors)
            found["crowd"] = self._crowd
        return found

    def _plain(self, question: str, meant: Matrix | None) -> dict[str, Scores]:
        lexical = self._index.scores(question)
        found = {"bm25": lexical.bm25, "characters": lexical.characters, "pairs": lexical.pairs, "length": self._length}
        if meant is not None and self._vectors is not None:
            found["meaning"] = np.asarray(self._vectors @ meant, dtype=np.float32)
        for name in [name for name in ("bm25", "meaning") if name in found]:
            near, beside = (_near, _beside) if self._neighbours else (_zero, _zero)
            found[f"{name}_near"], found[f"{name}_beside"] = near(found[name]), beside(found[name])
        found["rare_here"] = self._rare_here(question, found)
        return found

    def _nearest(self, found: Mapping[str, Scores]) -> Rows:
        """The texts nearest to the question: they share its subject."""
        first = sum((_even(found[name]) for name in ("bm25", "meaning", "bm25_near") if name in found), np.float32(0))
        count = min(_RARE_AMONG, len(self._grams))
        return np.argpartition(-np.asarray(first), count - 1)[:count] if count else np.zeros(0, dtype=np.int64)

    def _rare_here(self, question: str, found: Mapping[str, Scores]) -> Scores:
        """What of the question is in this text and in few others of the nearest: what all have tells nothing apart."""
        top = self._nearest(found)
        rare = np.zeros(len(self._grams), dtype=np.float32)
        for gram in set(grams(question)) if len(top) else ():
            having = [text for text in top if gram in self._grams[text]]
            rare[having] += np.log((len(top) + 1) / (len(having) + 0.5))
        return rare

    def _runs(self, question: str, top: Rows) -> Scores:
        """How rare the longest words are that question and text share: the whole name of an office or event."""
        asked = question[:WORDS_OF].lower()
        rarity = self._index.rarity([asked[at : at + 2] for at in range(len(asked) - 1)])
        return np.array([_longest_run(asked, rarity, self._texts[text]) for text in top], dtype=np.float32)


class QuestionMatcher(Matcher):
    """``questions`` to compare with, and their ``answers`` ("" for none); ``owners``: the answer of each question."""

    def __init__(
        self, questions: Sequence[str], answers: Sequence[str], learned: Learned, *, owners: Rows | None = None
    ) -> None:
        super().__init__(questions, learned, neighbours=False)
        self._owners = np.arange(len(answers)) if owners is None else owners
        self._answers = LexicalIndex(answers)
        self._answer_vectors: Matrix | None = None
        self._plain_meaning: Matrix | None = None
        self._half_way: Matrix | None = None
        self._strange = 0.0

    def attach_both(self, questions: Matrix, answers: Matrix) -> None:
        """A row for each question and for each answer."""
        self.attach(questions)
        assert self._vectors is not None  # noqa: S101 - just attached
        self._answer_vectors = centred(answers, answers.mean(axis=0))
        both = self._vectors + self._answer_vectors[self._owners]
        self.meaning = np.asarray(both / np.maximum(np.linalg.norm(both, axis=1, keepdims=True), 1e-9), np.float32)
        block = self._learned.full.meaning
        self._meant = self.meaning @ block.said if block is not None else None
        self._strange = strangeness(questions, self._learned.full.middle)
        if not self._strange:
            return
        self._half_way = questions.mean(axis=0) / 2
        said = centred(answers, answers.mean(axis=0) / 2)[self._owners]
        self._plain_meaning = centred(centred(questions, self._half_way) + said, np.zeros_like(self._half_way))

    def match(self, question: str, vector: Matrix | None) -> Matched:
        """As of any ``Matcher``; what was learned counts less where the questions are ``strangeness`` away."""
        found = super().match(question, vector)
        if vector is None or self._plain_meaning is None or self._half_way is None or not self._strange:
            return found
        plain = _MEANT * (self._plain_meaning @ centred(vector, self._half_way)) + _WORDED * found.features["bm25"]
        scores = (1 - self._strange) * found.scores + self._strange * plain
        return replace(found, scores=np.asarray(scores, dtype=np.float32))

    def features(self, question: str, meant: Matrix | None) -> dict[str, Scores]:
        found = self._plain(question, meant)
        lexical = self._answers.scores(question)
        found["said_bm25"] = lexical.bm25[self._owners]
        found["said_characters"] = lexical.characters[self._owners]
        if meant is not None and self._answer_vectors is not None:
            found["said_meaning"] = np.asarray(self._answer_vectors @ meant, dtype=np.float32)[self._owners]
        return found


def _bags(texts: Sequence[str], weights: Weights) -> Matrix:
    rows = [bag(text[:WORDS_OF], weights.said_grams) for text in texts]
    return np.array(rows, dtype=np.float32).reshape(len(texts), len(weights.said_grams))


def _longest_run(asked: str, rarity: Sequence[float], text: str) -> float:
    """The greatest sum of ``rarity`` (of each pair of neighbours in ``asked``) over what stands so in ``text``."""
    best = 0.0
    for start in range(len(rarity)):
        total, end = 0.0, start + 2
        while end <= len(asked) and asked[start:end] in text:
            total += rarity[end - 2]
            end += 1
        best = max(best, total)
    return best


def _within(top: Rows, scores: Scores, count: int) -> Scores:
    """``scores`` of the texts in ``top`` about their mean, 0 for all others."""
    found = np.zeros(count, dtype=np.float32)
    if len(top):
        found[top] = scores - scores.mean()
    return found


def strangeness(questions: Matrix, middle: Matrix | None) -> float:
    """How far ``questions`` are, as a whole, from those that were learned of: 0 for the same subjects, 1 for others.

    The mean of a few lies off the middle by chance alone; twice what is to be expected is no distance yet.
    """
    if middle is None or not len(questions):
        return 0.0
    mean = questions.mean(axis=0)
    chance = float(((questions - mean) ** 2).sum(axis=1).mean()) / len(questions)
    away = float(((mean - middle) ** 2).sum()) - 2 * chance
    return min(max(away / _WHOLLY_STRANGE, 0.0), 1.0)


def crowded(vectors: Matrix) -> Scores:
    """How near each text's nearest others are: what is near to everything is found by chance too often."""
    count = min(_CROWD, len(vectors) - 1)
    if count < 1:
        return np.zeros(len(vectors), dtype=np.float32)
    found = []
    for start in range(0, len(vectors), _AT_ONCE):
        near = vectors[start : start + _AT_ONCE] @ vectors.T
        near[np.arange(len(near)), np.arange(start, start + len(near))] = -1
        found.append(np.partition(near, -count, axis=1)[:, -count:].mean(axis=1))
    return np.concatenate(found).astype(np.float32)


def _even(scores: Scores) -> Scores:
    return np.asarray((scores - scores.mean()) / (scores.std() + 1e-9), dtype=np.float32)


def _near(scores: Scores) -> Scores:
    """The mean of the neighbours' scores: texts on one subject stand together."""
    total, weight = np.zeros_like(scores), np.zeros_like(scores)
    for step in range(1, min(_NEAR, len(scores) - 1) + 1):
        fading = _FADES ** (step - 1)
        total[step:] += fading * scores[:-step]
        total[:-step] += fading * scores[step:]
        weight[step:] += fading
        weight[:-step] += fading
    return np.asarray(total / np.maximum(weight, 1e-9), dtype=np.float32)


def _beside(scores: Scores) -> Scores:
    """The best of the closest neighbours' scores."""
    best = np.full_like(scores, _NOTHING)
    for step in range(1, min(_BESIDE, len(scores) - 1) + 1):
        best[step:] = np.maximum(best[step:], scores[:-step])
        best[:-step] = np.maximum(best[:-step], scores[step:])
    return np.where(best == _NOTHING, 0, best)


_zero: Callable[[Scores], Scores] = partial(np.zeros_like)
