"""What a message wants, by a trained model of two tiers.

The light tier (character n-grams) decides where it is sure. Else, where an embedder is there, both tiers judge
together. ``out_of_scope`` is one of the classes of both: it was trained on sentences of other topics
(``background.yml``), and nothing is forced into an intent.
"""

import json
import math
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np

from dialogs.engine.contract import IntentScore
from dialogs.nlu.linear import Floats, GramScorer, Saved, VectorScorer, best, named, under
from dialogs.ports import Embedder, EmbedderAway, EmbeddingRole
from dialogs.text.wording import plain
from dialogs.understanding import IntentJudgment

OUT_OF_SCOPE = "out_of_scope"
LIGHT, EMBEDDINGS = "light", "embeddings"
_FORMAT = 1


class WeightsRefused(Exception):
    """The file holds no intent model that this program can read."""

    retryable = False
    sentence = "意图模型文件损坏或版本不符，需要重新训练"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Set in training on examples held out there. ``sure``: from here on the light tier decides alone.

    ``light`` and ``both``: below this probability of being in scope at all, a message is out of scope.
    """

    sure: float
    light: float
    both: float


@dataclass(frozen=True, slots=True, kw_only=True)
class IntentWeights:
    """What training leaves behind. ``intents``: the classes in order, ``out_of_scope`` last.

    ``dense`` None: trained without embeddings. ``embedder_id``: whose vectors ``dense`` was trained on ("" unknown).
    """

    intents: tuple[str, ...]
    light: GramScorer
    dense: VectorScorer | None
    embedder_id: str
    limits: Limits

    def save(self, path: Path | BinaryIO) -> None:
        """As ``.npz``, without pickles."""
        head = {"format": _FORMAT, "intents": self.intents, "embedder_id": self.embedder_id}
        limits = {"sure": self.limits.sure, "light": self.limits.light, "both": self.limits.both}
        text = json.dumps({**head, "limits": limits}, ensure_ascii=False).encode()
        arrays = {"head": np.frombuffer(text, dtype=np.uint8), **named("light", self.light.saved())}
        if self.dense is not None:
            arrays |= named("dense", self.dense.saved())
        np.savez_compressed(path, allow_pickle=False, **arrays)


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighed:
    """How likely each intent is, best first, ``out_of_scope`` left out; ``scope``: that it is any of them."""

    ranking: tuple[IntentScore, ...]
    scope: float
    by: str


class TwoTierIntents:
    """Fulfils ``dialogs.understanding.IntentModel``."""

    def __init__(self, weights: IntentWeights) -> None:
        self._weights = weights

    @property
    def intents(self) -> Sequence[str]:
        return self._weights.intents[:-1]

    async def judge(self, text: str, embedder: Embedder | None) -> IntentJudgment:
        """What ``text`` wants; intent None where it is none of ours. One embedding at most."""
        weighed = await self.weigh(text, embedder)
        inside = not self.refuses(weighed)
        return IntentJudgment(
            intent=weighed.ranking[0].name if inside else None,
            confidence=weighed.ranking[0].confidence if inside else 1 - weighed.scope,
            ranking=weighed.ranking,
            by=weighed.by,
        )

    def refuses(self, weighed: Weighed) -> bool:
        """Whether it is too little likely to be any of the intents."""
        limit = self._weights.limits.light if weighed.by == LIGHT else self._weights.limits.both
        return weighed.scope < limit or not weighed.ranking

    async def weigh(self, text: str, embedder: Embedder | None) -> Weighed:
        """The probabilities before anything is refused."""
        bare = plain(text)
        if not self._weights.light.knows(bare):
            return Weighed(ranking=(), scope=0.0, by=LIGHT)
        light = self._weights.light.probabilities(bare)
        if float(light.max()) >= self._weights.limits.sure:
            return self._weighed(light, LIGHT)
        dense = await self._dense(bare, embedder)
        return (
            self._weighed(light, LIGHT)
            if dense is None
            else self._weighed(np.float32(0.5) * (light + dense), EMBEDDINGS)
        )

    async def _dense(self, bare: str, embedder: Embedder | None) -> Floats | None:
        scorer = self._weights.dense
        if scorer is None or embedder is None or self._weights.embedder_id not in {"", embedder.id}:
            return None
        try:
            rows = await embedder.embed([bare], role=EmbeddingRole.QUERY)
        except EmbedderAway:
            return None
        return scorer.probabilities(rows[0]) if rows.shape[1] == len(scorer.mean) else None

    def _weighed(self, probabilities: Floats, by: str) -> Weighed:
        ranked = best(probabilities[:-1], self._weights.intents[:-1])
        ranking = tuple(IntentScore(name=name, confidence=score) for name, score in ranked)
        return Weighed(ranking=ranking, scope=math.fsum(score.confidence for score in ranking), by=by)


def load_intents(path: Path | BinaryIO) -> TwoTierIntents:
    """The model that ``IntentWeights.save`` kept.

    Raises:
        WeightsRefused: the file is none, or of another version.
        OSError: it cannot be read.
    """
    try:
        with np.load(path, allow_pickle=False) as file:
            return TwoTierIntents(_restored(dict(file)))
    except (ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile) as error:
        raise WeightsRefused(str(error)) from error


def _restored(arrays: Saved) -> IntentWeights:
    head = json.loads(arrays["head"].tobytes())
    if head["format"] != _FORMAT:
        raise ValueError("another format")
    dense = under("dense", arrays)
    return IntentWeights(
        intents=tuple(head["intents"]),
        light=GramScorer.restored(under("light", arrays)),
        dense=VectorScorer.restored(dense) if dense else None,
        embedder_id=head["embedder_id"],
        limits=Limits(**head["limits"]),
    )
