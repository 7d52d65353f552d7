"""Our own examples, lent to a bot that has few: where one of its intents plainly means what one of ours means.

Which that is, its examples tell: our intents are learned from our examples, and each of the other bot's examples is
asked which of ours it sounds like. An intent of ours whose look-alikes come nearly all from one intent of the other
bot, and make up a good part of it, lends that intent its examples. Names of intents are not looked at.
"""

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np

from dialogs.nlu.examples import Examples
from dialogs.nlu.linear import Floats
from dialogs.text.wording import plain
from dialogs.training.fitting import Lessons, fit_grams, fit_vectors

Vectors = Mapping[str, Floats]
_OF_ONE = 0.8
_OF_IT = 0.25
_FEWEST = 3
_ALREADY_OURS = 0.5


def lent(examples: Examples, ours: Examples, vectors: Vectors) -> dict[str, list[str]]:
    """For intents of ``examples``: further texts out of ``ours``; all texts plain. ``vectors`` may be empty.

    Nothing where ``examples`` are themselves mostly ours: an editor who took a sentence out shall not get it back.
    """
    present = {plain(text) for texts in examples.values() for text in texts}
    plain_ours = {name: list(dict.fromkeys(map(plain, texts))) for name, texts in ours.items()}
    total = sum(map(len, plain_ours.values()))
    if not total or sum(text in present for texts in plain_ours.values() for text in texts) > _ALREADY_OURS * total:
        return {}
    wanted = {name: list(dict.fromkeys(map(plain, texts))) for name, texts in examples.items()}
    found: dict[str, list[str]] = {}
    for own, theirs in _pairs(wanted, _sounding_like(wanted, plain_ours, vectors)).items():
        found.setdefault(theirs, []).extend(text for text in plain_ours[own] if text and text not in present)
    return found


def _sounding_like(wanted: Examples, ours: Examples, vectors: Vectors) -> list[tuple[str, str]]:
    """(their intent, the one of ours it sounds like) for each of their examples."""
    names = list(ours)
    pairs = [(text, at) for at, name in enumerate(names) for text in ours[name]]
    lessons = Lessons(
        texts=[text for text, _ in pairs],
        labels=np.array([at for _, at in pairs]),
        weights=np.ones(len(pairs)),
        classes=len(names),
    )
    asked = [(intent, text) for intent, texts in wanted.items() for text in texts]
    light = fit_grams(lessons)
    scores = np.stack([light.probabilities(text) for _, text in asked])
    if all(text in vectors for text in [*lessons.texts, *(text for _, text in asked)]):
        dense = fit_vectors(np.stack([vectors[text] for text in lessons.texts]), lessons)
        scores = scores + np.stack([dense.probabilities(vectors[text]) for _, text in asked])
    return [(intent, names[int(row.argmax())]) for (intent, _), row in zip(asked, scores, strict=True)]


def _pairs(wanted: Examples, sounds: Sequence[tuple[str, str]]) -> dict[str, str]:
    """An intent of ours to the one of theirs that it lends to."""
    counts = Counter(sounds)
    heard = Counter(own for _, own in sounds)
    return {
        own: intent
        for (intent, own), n in counts.items()
        if n >= _FEWEST and n >= _OF_ONE * heard[own] and n >= _OF_IT * len(wanted[intent])
    }
