"""Makes the category model that ships, out of ``categories.yml`` and ``category_examples.yml``.

``python -m dialogs.training.shipped`` writes it; a test holds it to the two files.
"""

from hashlib import sha256
from pathlib import Path

import numpy as np
from ruamel.yaml import YAML
from sklearn.svm import LinearSVC

from dialogs.nlu.categories import SHIPPED, WORDS
from dialogs.nlu.category import Calibration, CategoryWeights
from dialogs.training.category_vectors import Vectors, vectors_of

EXAMPLES = WORDS.with_name("category_examples.yml")
_SEED = 20_260_101
_STRENGTH = 3.0
_SHARPNESS = 5.0
"""By how much scores are spread before they are made probabilities; chosen by cross-validation over the examples."""


def learn_shipped() -> CategoryWeights:
    """The model, out of one row for each example, description and word."""
    vectors, classifier = fit_shipped()
    count = len(classifier.classes_)
    matrix = np.eye(count, dtype=np.float32) * np.float32(_SHARPNESS)
    halves = np.vstack([matrix, matrix]) * np.float32(0.5)
    offset = np.zeros(count, dtype=np.float32)
    alone = Calibration(matrix=matrix, offset=offset, threshold=0.0)
    return CategoryWeights(
        labels=[str(label) for label in classifier.classes_],
        grams=vectors.grams,
        idf=vectors.idf,
        weights=classifier.coef_.T.astype(np.float16),
        bias=classifier.intercept_.astype(np.float32),
        with_detail=Calibration(matrix=halves, offset=offset, threshold=0.0),
        body_only=alone,
        title_only=alone,
        about={"fingerprint": fingerprint()},
    )


def fit_shipped() -> tuple[Vectors, LinearSVC]:
    """The classifier as scikit-learn has it, and what it was fitted on."""
    texts, labels = _rows()
    vectors = vectors_of([(text, "") for text in texts])
    return vectors, LinearSVC(C=_STRENGTH, random_state=_SEED).fit(vectors.title, labels)


def fingerprint() -> str:
    """Changes with the two files."""
    return sha256(WORDS.read_bytes() + EXAMPLES.read_bytes()).hexdigest()[:16]


def _rows() -> tuple[list[str], list[str]]:
    rows = [
        (word, f"{first}/{second}")
        for first, seconds in YAML(typ="safe").load(WORDS).items()
        for second, words in seconds.items()
        for word in words
    ]
    for label, entry in YAML(typ="safe").load(EXAMPLES).items():
        rows += [(text, label) for text in (entry["about"], *entry["examples"])]
    return [text for text, _ in rows], [label for _, label in rows]


def main(path: Path = SHIPPED) -> None:
    """Write the model."""
    learn_shipped().save(path)


if __name__ == "__main__":
    main()
