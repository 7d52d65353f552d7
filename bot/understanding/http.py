"""Sentence embeddings from an OpenAI-compatible address. Only by setting: masked texts leave the house."""

import hashlib
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from bot.understanding.endpoint import Endpoint, EndpointAway
from bot.understanding.outgoing import outgoing
from bot.understanding.preparing import LONGEST_PASSAGE, LONGEST_QUERY
from bot.understanding.remembering import Recent
from dialogs.ports import EmbedderAway, EmbeddingRole

BATCH = 32
_WAITED_FOR = 4
_BACKGROUND_SECONDS = 30.0
_LARGEST = 8 * 1024 * 1024
_MOST_DIMENSIONS = 8_192


class HttpEmbedder:
    """Fulfils ``dialogs.ports.Embedder``."""

    refused = ""

    def __init__(self, endpoint: Endpoint, *, base_url: str, model: str, seconds: float) -> None:
        digest = hashlib.sha256(f"{base_url}\n{model}".encode()).hexdigest()
        self.id = f"http-{digest[:12]}"
        self._endpoint = endpoint
        self._model = model
        self._seconds = seconds
        self._dimensions = 0
        self._recent = Recent()

    async def embed(self, texts: Sequence[str], *, role: EmbeddingRole) -> npt.NDArray[np.float32]:
        """One unit row each. A few queries: within the time limit; else each batch of 32 within 30 s.

        Raises:
            EmbedderAway: the address did not answer in time, or not as it should.
        """
        if not texts:
            return np.zeros((0, self._dimensions), dtype=np.float32)
        urgent = role is EmbeddingRole.QUERY and len(texts) <= _WAITED_FOR
        known = {text: row for text in texts if (row := self._recent.get(text, role)) is not None}
        unknown = [text for text in dict.fromkeys(texts) if text not in known]
        fresh: dict[str, npt.NDArray[np.float32]] = {}
        for batch in (unknown[at : at + BATCH] for at in range(0, len(unknown), BATCH)):
            rows = await self._fetch(batch, role, self._seconds if urgent else _BACKGROUND_SECONDS)
            fresh.update(zip(batch, rows, strict=True))
        for text, row in fresh.items():
            self._recent.put(text, role, row)
        return np.stack([known[text] if text in known else fresh[text] for text in texts])

    async def warm(self) -> None:
        """Try the address.

        Raises:
            EmbedderAway: as in ``embed``.
        """
        await self._fetch(["你好"], EmbeddingRole.QUERY, _BACKGROUND_SECONDS)

    async def aclose(self) -> None:
        """Nothing is held."""

    async def _fetch(self, texts: Sequence[str], role: EmbeddingRole, seconds: float) -> npt.NDArray[np.float32]:
        longest = LONGEST_QUERY if role is EmbeddingRole.QUERY else LONGEST_PASSAGE
        # Some servers refuse an empty text.
        asked = [outgoing(text, longest).strip() or "。" for text in texts]
        body = {"model": self._model, "input": asked, "encoding_format": "float"}
        try:
            return await self._endpoint.call(
                "/embeddings",
                body,
                read=lambda answer: self._checked(_rows(answer, len(texts))),
                seconds=seconds,
                largest=_LARGEST,
            )
        except EndpointAway as problem:
            raise EmbedderAway(str(problem)) from None

    def _checked(self, rows: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        """Unit rows of the dimensions seen before: another model behind the address must not be mixed in."""
        if rows.shape[1] != (self._dimensions or rows.shape[1]):
            raise EndpointAway("other_dimensions")
        norms = np.linalg.norm(rows, axis=1, keepdims=True)
        if not np.isfinite(rows).all() or not (norms > 0).all():
            raise EndpointAway("not_finite")
        self._dimensions = rows.shape[1]
        return np.asarray(rows / norms, dtype=np.float32)


def _rows(answer: Any, count: int) -> npt.NDArray[np.float32]:
    by_index = {int(item["index"]): item["embedding"] for item in answer["data"]}
    rows = np.array([by_index[index] for index in range(count)], dtype=np.float32)
    if len(by_index) != count or rows.ndim != 2 or not 0 < rows.shape[1] <= _MOST_DIMENSIONS:  # noqa: PLR2004 - rows and columns
        raise ValueError("not embeddings")
    return rows
