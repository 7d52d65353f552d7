"""Scores a search for answers on labelled questions: recall, false answers, time."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from itertools import pairwise
from typing import Any

import numpy as np

from dialogs.faq.confidence import Judged, judge
from dialogs.faq.learned import learned_for_answers, learned_for_questions
from dialogs.faq.matching import LONGEST_TEXT, Matcher, QuestionMatcher
from dialogs.faq.search import UNSURE
from dialogs.faq.text import OneScript, grams
from dialogs.faq.weights import Matrix
from dialogs.text.clean import Script
from dialogs.text.ngrams import NgramIndex

_PLACES = 4
_STEP = 1e-6


class Match(StrEnum):
    """What a question is compared with."""

    QUESTION = "question"
    ANSWER = "answer"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One approved answer of the corpus."""

    id: str
    question: str = field(repr=False)
    answer: str = field(repr=False)
    variants: tuple[str, ...] = field(repr=False, default=())


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One labelled question; ``answer_id`` None: nothing in the corpus answers it."""

    question: str = field(repr=False)
    answer_id: str | None


class Searched:
    """A corpus, ready to be asked. All texts are made Simplified first."""

    def __init__(self, corpus: Sequence[Row], match: Match) -> None:
        self._one_script = OneScript(Script().simplified)
        self.ids = [row.id for row in corpus]
        self._answers = [self._one_script(row.answer) for row in corpus]
        asked = [(text, at) for at, row in enumerate(corpus) for text in (row.question, *row.variants)]
        self._questions = [self._one_script(text) for text, _ in asked]
        self._owners = None if match is Match.ANSWER else np.array([at for _, at in asked], dtype=np.int64)
        self._match = match
        if match is Match.ANSWER:
            together = stand_together(self._answers)
            self._matcher = Matcher(self._answers, learned_for_answers(), neighbours=together)
        else:
            self._matcher = QuestionMatcher(
                self._questions, self._answers, learned_for_questions(), owners=self._owners
            )
            self._index = NgramIndex(self._questions, sizes=(1, 2))

    @property
    def passages(self) -> list[str]:
        """The texts to embed as passages."""
        return [answer[:LONGEST_TEXT] for answer in self._answers]

    @property
    def queries(self) -> list[str]:
        """The texts to embed as queries."""
        return [] if self._match is Match.ANSWER else self._questions

    def attach(self, passages: Matrix, queries: Matrix | None) -> None:
        """The embeddings of ``passages`` and ``queries``."""
        if isinstance(self._matcher, QuestionMatcher):
            assert queries is not None  # noqa: S101 - this kind of search has them
            self._matcher.attach_both(queries, passages)
        else:
            self._matcher.attach(passages)

    def prepared(self, question: str) -> str:
        """The question as it is compared and embedded."""
        return self._one_script(question)

    def ask(self, question: str, vector: Matrix | None) -> Judged:
        """``question`` as ``prepared``. By characters alone the best must share its words, as in the running bot."""
        found = judge(self._matcher.match(question, vector), owners=self._owners)
        if vector is not None or self._owners is None or not len(found.order):
            return found
        shared = float(self._index.scores(question)[self._owners == found.order[0]].max())
        return (
            found if shared >= UNSURE else replace(found, probability=min(found.probability, found.offers_at - _STEP))
        )


def stand_together(texts: Sequence[str], *, much: float = 1.5) -> bool:
    """Whether neighbours speak of the same more often than texts far apart: only then do they help each other."""
    sets = [set(grams(text[:LONGEST_TEXT], (2,))) for text in texts]
    beside = [_alike(one, other) for one, other in pairwise(sets)]
    apart = [_alike(one, other) for one, other in zip(sets, sets[len(sets) // 2 :], strict=False)]
    return bool(beside) and float(np.mean(beside)) > much * float(np.mean(apart)) + 1e-3


def _alike(one: set[str], other: set[str]) -> float:
    return len(one & other) / (min(len(one), len(other)) + 1)


def score(
    searched: Searched,
    asked: Sequence[Asked],
    vectors: Matrix | None,
    *,
    embedder: str | None,
    clock: Callable[[], float] = time.perf_counter,
) -> dict[str, Any]:
    """The figures of ``evaluate faq``. Times are those of the search, without the embedding of the question."""
    rows = {name: at for at, name in enumerate(searched.ids)}
    ranks: list[int] = []
    judged: list[tuple[bool, Judged]] = []
    times: list[float] = []
    for at, one in enumerate(asked):
        began = clock()
        found = searched.ask(searched.prepared(one.question), None if vectors is None else vectors[at])
        times.append((clock() - began) * 1000)
        judged.append((one.answer_id is None, found))
        if one.answer_id is not None:
            ranks.append(int(np.flatnonzero(found.order == rows[one.answer_id])[0]))
    return {
        **_recalls(ranks),
        **_decisions(judged),
        "rows": len(asked),
        "corpus": len(searched.ids),
        "embedder": embedder,
        "median_ms": round(float(np.median(times)), 2) if times else None,
        "p99_ms": round(float(np.percentile(times, 99)), 2) if times else None,
    }


def _recalls(ranks: Sequence[int]) -> dict[str, float | None]:
    at = np.array(ranks)
    found: dict[str, float | None] = {
        f"recall_at_{k}": round(float(np.mean(at < k)), _PLACES) if ranks else None for k in (1, 3, 5)
    }
    return found | {"mrr": round(float(np.mean(1 / (at + 1))), _PLACES) if ranks else None}


def _decisions(judged: Sequence[tuple[bool, Judged]]) -> dict[str, float | None]:
    """Shares: ``false_answers`` of the questions that nothing answers, the others of those that something does."""
    outside = [found for is_outside, found in judged if is_outside]
    inside = [found for is_outside, found in judged if not is_outside]
    return {
        "false_answers": _share([found.answers for found in outside]),
        "false_offers": _share([found.offers for found in outside]),
        "answered": _share([found.answers for found in inside]),
        "offered": _share([found.offers for found in inside]),
        "unknown": _share([not (found.answers or found.offers) for found in inside]),
    }


def _share(those: Sequence[bool]) -> float | None:
    return round(float(np.mean(those)), _PLACES) if those else None
