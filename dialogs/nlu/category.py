"""Says what a petition is about, from what was learned of past cases.

Linear scores over hashed n-grams (TF-IDF, unit length), the title's and the body's apart, then a calibration that turns
them into probabilities.
Numpy alone: ``dialogs.training`` makes the weights.
"""

import json
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from dialogs.nlu.category_text import Hashes, counted
from dialogs.understanding import CategoryJudgment

FORMAT = 2
LARGEST = 64 * 1024 * 1024
"""Bytes of a model file; ours stay far below."""
_REMEMBERED = 16

Floats = npt.NDArray[np.float32]


class ModelUnreadable(Exception):
    """A model file that is damaged, too large, or of another format. ``sentence`` is for staff."""

    retryable = False

    def __init__(self, path: Path, why: str) -> None:
        super().__init__(f"{path}: {why}")
        self.sentence = f"分类模型 {path} 无法使用：{why}。请重新训练：petition-bot train category 文件.csv"


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """``softmax(scores @ matrix + offset)`` are probabilities; below ``threshold`` a person should decide.

    One is for a title with a body (the title's scores, then the body's), one for a body alone, one for a title alone:
    they differ in how sure one can be.
    """

    matrix: Floats
    offset: Floats
    threshold: float

    def probabilities(self, scores: Floats) -> Floats:
        """For one row of scores or for many."""
        powers = scores @ self.matrix + self.offset
        powers = np.exp(powers - powers.max(axis=-1, keepdims=True))
        return np.asarray(powers / powers.sum(axis=-1, keepdims=True), dtype=np.float32)


@dataclass(frozen=True, slots=True, kw_only=True)
class CategoryWeights:
    """A trained model as it is kept. ``grams`` ascend; ``weights`` has a row for each of them, a column a label.

    ``about``: what it was trained on and how well it did: shown to people, never used in scoring.
    """

    labels: Sequence[str]
    grams: Hashes
    idf: npt.NDArray[np.float16]
    weights: npt.NDArray[np.float16]
    bias: Floats
    with_detail: Calibration
    body_only: Calibration
    title_only: Calibration
    about: Mapping[str, Any] = field(default_factory=dict)

    def scores(self, title: str, detail: str) -> Floats:
        """One for each label; the bias alone where no n-gram is known."""
        found, counts = counted(title, detail)
        at = np.searchsorted(self.grams, found)
        at[at == len(self.grams)] = 0
        known = self.grams[at] == found
        at = at[known]
        values = (1 + np.log(counts[known])) * self.idf[at]
        length = float(np.sqrt(values @ values)) or 1.0
        return np.asarray((values / length) @ self.weights[at].astype(np.float32) + self.bias, dtype=np.float32)

    def save(self, path: Path) -> None:
        """Write the file in place; whoever needs it atomic writes beside and renames."""
        meta = {"format": FORMAT, "labels": list(self.labels), "about": dict(self.about)}
        with path.open("wb") as file:
            np.savez_compressed(
                file,
                meta=np.frombuffer(json.dumps(meta, ensure_ascii=False).encode(), dtype=np.uint8),
                grams=self.grams,
                idf=self.idf,
                weights=self.weights,
                bias=self.bias,
                **_packed("detail", self.with_detail),
                **_packed("body", self.body_only),
                **_packed("title", self.title_only),
            )


def _packed(name: str, calibration: Calibration) -> dict[str, Any]:
    return {
        f"{name}_matrix": calibration.matrix,
        f"{name}_offset": calibration.offset,
        f"{name}_threshold": np.float32(calibration.threshold),
    }


def load_weights(path: Path) -> CategoryWeights:
    """Read a model file. Nothing in it is run: arrays and JSON only.

    Raises:
        ModelUnreadable: it is not one of ours, or of another format.
        FileNotFoundError: it is not there.
    """
    if path.stat().st_size > LARGEST:
        raise ModelUnreadable(path, "文件过大")
    try:
        with path.open("rb") as raw, np.load(raw, allow_pickle=False) as file:
            weights = _unpacked(file)
    except (ValueError, KeyError, TypeError, OSError, EOFError, zipfile.BadZipFile) as error:
        raise ModelUnreadable(path, "文件损坏或版本不符") from error
    return weights


def _unpacked(file: Any) -> CategoryWeights:
    meta = json.loads(bytes(file["meta"]))
    if meta["format"] != FORMAT:
        raise ValueError(meta["format"])
    weights = CategoryWeights(
        labels=tuple(meta["labels"]),
        grams=file["grams"],
        idf=file["idf"],
        weights=file["weights"],
        bias=file["bias"],
        with_detail=_calibration(file, "detail"),
        body_only=_calibration(file, "body"),
        title_only=_calibration(file, "title"),
        about=meta["about"],
    )
    if weights.weights.shape != (len(weights.grams), len(weights.labels)) or weights.idf.shape != weights.grams.shape:
        raise ValueError(weights.weights.shape)
    return weights


def _calibration(file: Any, name: str) -> Calibration:
    return Calibration(
        matrix=file[f"{name}_matrix"], offset=file[f"{name}_offset"], threshold=float(file[f"{name}_threshold"])
    )


class TrainedCategories:
    """Fulfils ``understanding.CategoryModel``. Remembers the last few texts: one turn asks several times."""

    def __init__(self, weights: CategoryWeights) -> None:
        self.weights = weights
        self._recent = lru_cache(maxsize=_REMEMBERED)(self._judge)

    @property
    def labels(self) -> Sequence[str]:
        return self.weights.labels

    def judge(self, title: str, detail: str) -> CategoryJudgment:
        """``detail`` may be empty."""
        return self._recent(title, detail)

    def _judge(self, title: str, detail: str) -> CategoryJudgment:
        calibration, scores = self._scored(title, detail)
        probabilities = calibration.probabilities(scores)
        order = np.argsort(-probabilities, kind="stable")
        ranking = tuple((self.weights.labels[i], float(probabilities[i])) for i in order)
        return CategoryJudgment(label=ranking[0][0], sure=ranking[0][1] >= calibration.threshold, ranking=ranking)

    def _scored(self, title: str, detail: str) -> tuple[Calibration, Floats]:
        of_title, of_body = self.weights.scores(title, ""), self.weights.scores("", detail)
        if not detail.strip():
            return self.weights.title_only, of_title
        if not title.strip():
            return self.weights.body_only, of_body
        return self.weights.with_detail, np.concatenate([of_title, of_body])
