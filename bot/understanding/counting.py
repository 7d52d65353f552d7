"""What understanding does and costs, in figures."""

import time
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from bot.metrics import Metrics
from dialogs.ports import Embedder, EmbedderAway, EmbeddingRole
from dialogs.understanding import IntentJudgment, IntentModel


class CountedEmbedder:
    """An embedder, with its time and its failures."""

    def __init__(self, embedder: Embedder, metrics: Metrics) -> None:
        self.id = embedder.id
        self._embedder = embedder
        self._metrics = metrics

    async def embed(self, texts: Sequence[str], *, role: EmbeddingRole) -> npt.NDArray[np.float32]:
        began = time.perf_counter()
        try:
            rows = await self._embedder.embed(texts, role=role)
        except EmbedderAway as away:
            self._metrics.embedding_failures.labels(str(away)).inc()
            raise
        self._metrics.embedding_seconds.labels(role.value).observe(time.perf_counter() - began)
        return rows


class CountedIntents:
    """An intent model, with the tier that decided. Messages that patterns decide never reach it."""

    def __init__(self, model: IntentModel, metrics: Metrics) -> None:
        self._model = model
        self._metrics = metrics

    async def judge(self, text: str, embedder: Embedder | None) -> IntentJudgment:
        judgment = await self._model.judge(text, embedder)
        self._metrics.judgments.labels(judgment.by, "no" if judgment.intent is None else "yes").inc()
        return judgment
