"""Makes the danger model that ships, out of ``danger_examples.yml`` and everyday sentences of the other files.

``python -m dialogs.training.danger`` writes it; a test holds it to the files.
"""

from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

import numpy as np
from ruamel.yaml import YAML

from dialogs.nlu.categories import SHIPPED as CATEGORY_MODEL
from dialogs.nlu.danger import Danger, danger_in
from dialogs.nlu.danger_features import features
from dialogs.nlu.danger_model import SHIPPED, DangerWeights
from dialogs.nlu.examples import BACKGROUND, read_background, read_examples
from dialogs.nlu.examples import SHIPPED as INTENTS
from dialogs.nlu.linear import GramScorer
from dialogs.text.clean import Script, clean
from dialogs.text.wording import plain
from dialogs.training.fitting import Lessons, fit_grams

EXAMPLES = SHIPPED.with_name("danger_examples.yml")
_COMPLAINTS = CATEGORY_MODEL.with_name("category_examples.yml")
_SOURCES = (EXAMPLES, BACKGROUND, INTENTS, _COMPLAINTS)
_NONE = "none"
_KINDS = tuple(Danger)
_STRENGTH = 10.0
_RAREST = 2
"""Chosen by cross-validation over groups of sentences that are nearly the same, see docs/decisions/0015."""


def learn_shipped() -> DangerWeights:
    """The model, in some seconds."""
    rows = _rows()
    return DangerWeights(
        kinds=tuple(str(kind) for kind in Danger),
        whether=_fitted([(text, int(kind != _NONE)) for text, kind in rows], classes=2),
        which=_fitted([(text, _KINDS.index(kind)) for text, kind in rows if kind != _NONE], classes=len(_KINDS)),
        fingerprint=fingerprint(),
    )


def _fitted(pairs: Sequence[tuple[str, int]], *, classes: int) -> GramScorer:
    lessons = Lessons(
        texts=[text for text, _ in pairs],
        labels=np.array([label for _, label in pairs]),
        weights=np.ones(len(pairs)),
        classes=classes,
    )
    return fit_grams(lessons, analysis=features, strength=_STRENGTH, rarest=_RAREST)


def _rows() -> list[tuple[str, str]]:
    """Each text once, with its kind; a complaint that the patterns take for danger is no lesson in what is none."""
    script = Script()
    rows: dict[str, tuple[str, str]] = {}
    told = [(text, kind) for kind, texts in YAML(typ="safe").load(EXAMPLES).items() for text in texts]
    everyday = [(text, _NONE) for text in _everyday() if not danger_in(text)]
    for text, kind in [*told, *everyday]:
        rows.setdefault(plain(text), (script.simplified(clean(text)), kind))
    rows.pop("", None)
    return list(rows.values())


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


def main(path: Path = SHIPPED) -> None:
    """Write the model."""
    learn_shipped().save(path)


if __name__ == "__main__":
    main()
