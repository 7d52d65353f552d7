"""Fits the intent model: in seconds, from examples of a few dozen words."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import numpy.typing as npt

from dialogs.nlu.examples import SHIPPED, Examples, base_name, read_background, read_examples
from dialogs.nlu.intents import OUT_OF_SCOPE, IntentWeights, Limits
from dialogs.nlu.linear import Floats, VectorScorer
from dialogs.text.wording import plain
from dialogs.training.fitting import Lessons, fit_grams, fit_vectors
from dialogs.training.lending import Vectors, lent
from dialogs.training.variants import variants

_LENT_WEIGHT = 0.7
"""What an example of ours weighs in another's bot; theirs weigh 1."""
_VARIANT_WEIGHT = 0.5
_FOLDS = 3
_HANDED_ON = 0.42
"""The share of held-out examples that the light tier hands on. Of what people write it is less: examples vary more."""
_SURE_RANGE = (0.3, 0.6)
_REFUSED_IN_SCOPE = 0.05
_REFUSE_RANGE = (0.3, 0.8)

Judge = Callable[[str], Floats]


def texts_to_embed(examples: Examples) -> list[str]:
    """All that ``train_intents`` may want a vector of (role query), as it wants it: in plain wording, each once."""
    ours = read_examples(SHIPPED)
    known = [text for texts in (*examples.values(), *ours.values()) for text in texts]
    return [text for text in dict.fromkeys(map(plain, [*known, *read_background()])) if text]


def train_intents(
    examples: Mapping[str, Sequence[str]], vectors: Vectors | None, *, embedder_id: str = ""
) -> IntentWeights:
    """Learn ``examples`` (intent to texts). Retrieval intents are learned by their base name.

    ``vectors``: embeddings of ``texts_to_embed(examples)`` by text, all of one model, whose id is ``embedder_id``;
    None or incomplete: the light tier alone is trained, and what is missing is named nowhere, for it is not missed.
    """
    merged = _merged(examples)
    known = vectors or {}
    lessons, names = _lessons(merged, lent(merged, read_examples(SHIPPED), known))
    dense = _fit_dense(lessons, known)
    return IntentWeights(
        intents=names,
        light=fit_grams(_with_variants(lessons)),
        dense=dense,
        embedder_id=embedder_id,
        limits=_limits(lessons, known if dense is not None else {}),
    )


def _merged(examples: Examples) -> dict[str, list[str]]:
    merged: dict[str, list[str]] = {}
    for intent, texts in examples.items():
        merged.setdefault(base_name(intent), []).extend(texts)
    return merged


def _lessons(examples: Examples, further: Examples) -> tuple[Lessons, tuple[str, ...]]:
    """Examples, what is lent, and the background as the last class; a text stands once, where it stands first."""
    names = (*(name for name in examples if name != OUT_OF_SCOPE), OUT_OF_SCOPE)
    background = [*examples.get(OUT_OF_SCOPE, ()), *read_background()]
    rows: dict[str, tuple[int, float]] = {}
    for source, weight in ((examples, 1.0), (further, _LENT_WEIGHT), ({OUT_OF_SCOPE: background}, _LENT_WEIGHT)):
        for name, texts in source.items():
            for text in map(plain, texts):
                if text:
                    rows.setdefault(text, (names.index(name), weight))
    labels = np.array([label for label, _ in rows.values()])
    weights = np.array([weight for _, weight in rows.values()])
    return Lessons(texts=list(rows), labels=labels, weights=weights, classes=len(names)), names


def _with_variants(lessons: Lessons) -> Lessons:
    return Lessons(
        texts=[*lessons.texts, *(plain(text) for text in variants(list(lessons.texts)))],
        labels=np.tile(lessons.labels, 2),
        weights=np.concatenate([lessons.weights, lessons.weights * _VARIANT_WEIGHT]),
        classes=lessons.classes,
    )


def _fit_dense(lessons: Lessons, vectors: Vectors) -> VectorScorer | None:
    if not all(text in vectors for text in lessons.texts):
        return None
    return fit_vectors(np.stack([vectors[text] for text in lessons.texts]), lessons)


def _limits(lessons: Lessons, vectors: Vectors) -> Limits:
    """Where to be sure and where to refuse, by examples that the judging model had not seen."""
    light = _held_out(lessons, _light_judge)
    both = light
    if vectors:
        both = np.float32(0.5) * (light + _held_out(lessons, lambda part: _dense_judge(part, vectors)))
    inside = lessons.labels < lessons.classes - 1
    return Limits(
        sure=_sure_from(light),
        light=_refuse_below(light[inside]),
        both=_refuse_below(both[inside]),
    )


def _held_out(lessons: Lessons, learn: Callable[[Lessons], Judge]) -> Floats:
    """Each lesson's probabilities from a model that learned the others."""
    folds = _folds(lessons.labels)
    found = np.zeros((len(lessons.texts), lessons.classes), dtype=np.float32)
    for fold in range(_FOLDS):
        judge = learn(lessons.part(np.flatnonzero(folds != fold)))
        for at in np.flatnonzero(folds == fold):
            found[at] = judge(lessons.texts[int(at)])
    return found


def _folds(labels: npt.NDArray[np.intp]) -> npt.NDArray[np.intp]:
    """A fold for each lesson, evenly over every class."""
    folds = np.zeros(len(labels), dtype=np.intp)
    for label in np.unique(labels):
        at = np.flatnonzero(labels == label)
        folds[at] = np.arange(len(at)) % _FOLDS
    return folds


def _light_judge(part: Lessons) -> Judge:
    return fit_grams(_with_variants(part)).probabilities


def _dense_judge(part: Lessons, vectors: Vectors) -> Judge:
    scorer = fit_vectors(np.stack([vectors[text] for text in part.texts]), part)
    return lambda text: scorer.probabilities(vectors[text])


def _sure_from(light: Floats) -> float:
    return float(np.clip(np.quantile(light.max(axis=1), _HANDED_ON), *_SURE_RANGE))


def _refuse_below(inside: Floats) -> float:
    scope = inside[:, :-1].sum(axis=1)
    return float(np.clip(np.quantile(scope, _REFUSED_IN_SCOPE), *_REFUSE_RANGE)) if len(scope) else _REFUSE_RANGE[0]
