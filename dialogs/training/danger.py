"""Makes the danger model that ships, out of ``danger_examples.yml`` and everyday sentences of the other files.

``python -m dialogs.training.danger`` writes it; a test holds it to the files.
"""

from hashlib import sha256
from pathlib import Path

import numpy as np
from ruamel.yaml import YAML

from dialogs.nlu.categories import SHIPPED as CATEGORY_MODEL
from dialogs.nlu.danger import Danger, danger_in
from dialogs.nlu.danger_model import SHIPPED, DangerWeights
from dialogs.nlu.examples import BACKGROUND, read_background, read_examples
from dialogs.nlu.examples import SHIPPED as INTENTS
from dialogs.nlu.wording import plain
from dialogs.training.fitting import Lessons, fit_grams
from dialogs.training.variants import variants

EXAMPLES = SHIPPED.with_name("danger_examples.yml")
_COMPLAINTS = CATEGORY_MODEL.with_name("category_examples.yml")
_SOURCES = (EXAMPLES, BACKGROUND, INTENTS, _COMPLAINTS)
_NONE = "none"
_CLASSES = (*Danger, _NONE)
_VARIANT_WEIGHT = 0.5


def learn_shipped() -> DangerWeights:
    """The model, in some seconds."""
    return DangerWeights(
        kinds=tuple(str(kind) for kind in Danger),
        light=fit_grams(_with_variants(_lessons())),
        fingerprint=fingerprint(),
    )


def _lessons() -> Lessons:
    """Each text once; a complaint that the patterns take for danger is no lesson in what is none."""
    rows: dict[str, int] = {}
    for kind, texts in YAML(typ="safe").load(EXAMPLES).items():
        for text in texts:
            rows.setdefault(plain(text), _CLASSES.index(kind))
    for text in _everyday():
        if not danger_in(text):
            rows.setdefault(plain(text), _CLASSES.index(_NONE))
    rows.pop("", None)
    return Lessons(
        texts=list(rows), labels=np.array(list(rows.values())), weights=np.ones(len(rows)), classes=len(_CLASSES)
    )


def fingerprint() -> str:
    """Changes with the files it is learned from."""
    return sha256(b"".join(source.read_bytes() for source in _SOURCES)).hexdigest()[:16]


def _everyday() -> list[str]:
    complaints = YAML(typ="safe").load(_COMPLAINTS).values()
    return [
        *read_background(),
        *(text for texts in read_examples(INTENTS).values() for text in texts),
        *(text for entry in complaints for text in entry["examples"]),
    ]


def _with_variants(lessons: Lessons) -> Lessons:
    return Lessons(
        texts=[*lessons.texts, *(plain(text) for text in variants(list(lessons.texts)))],
        labels=np.tile(lessons.labels, 2),
        weights=np.concatenate([lessons.weights, lessons.weights * _VARIANT_WEIGHT]),
        classes=lessons.classes,
    )


def main(path: Path = SHIPPED) -> None:
    """Write the model."""
    learn_shipped().save(path)


if __name__ == "__main__":
    main()
