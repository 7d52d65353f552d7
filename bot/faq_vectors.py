"""Embeddings of many texts, kept on disk: computed once for each text and model, in batches."""

import asyncio
import contextlib
import hashlib
import os
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from dialogs.ports import Embedder, EmbeddingRole

_MOST = 20_000
"""Vectors in a file: 384 half-precision numbers each, 15 MB."""
_SAVED_EVERY = 8
"""Batches: who stops a long run half-way goes on from there."""


class SideBySide:
    """Several embedders of one model, each in a process of its own, as one: for work that somebody waits for."""

    def __init__(self, embedders: Sequence[Embedder]) -> None:
        self._embedders = embedders

    @property
    def id(self) -> str:
        return self._embedders[0].id

    async def embed(self, texts: Sequence[str], *, role: EmbeddingRole) -> npt.NDArray[np.float32]:
        """As ``Embedder.embed``; the texts are shared out."""
        share = -(-len(texts) // len(self._embedders))
        parts = [texts[start : start + share] for start in range(0, len(texts), share)]
        found = await asyncio.gather(
            *(one.embed(part, role=role) for one, part in zip(self._embedders, parts, strict=False))
        )
        return np.vstack(found)


class KeptVectors:
    """The folder holds one file a model and role; a file that cannot be read or written is done without."""

    def __init__(self, folder: Path, embedder: Embedder) -> None:
        self._folder = folder
        self._embedder = embedder

    async def embed(
        self,
        texts: Sequence[str],
        *,
        role: EmbeddingRole,
        at_once: int,
        tick: Callable[[int], None] = lambda _: None,
    ) -> npt.NDArray[np.float32]:
        """A row for each text. ``tick`` is told how many were done.

        Raises:
            EmbedderAway: the model went away.
        """
        path = self._path(role)
        rows = _read(path)
        keys = [_key(text) for text in texts]
        missing = list({key: text for key, text in zip(keys, texts, strict=True) if key not in rows}.items())
        tick(len(texts) - len(missing))
        for start in range(0, len(missing), at_once):
            part = missing[start : start + at_once]
            vectors = await self._embedder.embed([text for _, text in part], role=role)
            rows.update(zip((key for key, _ in part), vectors, strict=True))
            tick(len(part))
            if (start // at_once) % _SAVED_EVERY == _SAVED_EVERY - 1 or start + at_once >= len(missing):
                _write(path, rows)
        return np.array([rows[key] for key in keys], dtype=np.float32)

    def _path(self, role: EmbeddingRole) -> Path:
        name = hashlib.sha256(f"{self._embedder.id} {role.value}".encode()).hexdigest()[:16]
        return self._folder / f"{name}.npz"


def _key(text: str) -> str:
    """Only a digest of a text is kept."""
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def _read(path: Path) -> dict[str, npt.NDArray[np.float32]]:
    try:
        with np.load(path, allow_pickle=False) as kept:
            return dict(zip(kept["keys"].tolist(), kept["rows"].astype(np.float32), strict=True))
    except (OSError, ValueError, KeyError, EOFError):
        return {}


def _write(path: Path, rows: dict[str, npt.NDArray[np.float32]]) -> None:
    kept = list(rows.items())[-_MOST:]
    with contextlib.suppress(OSError):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        beside = path.with_name(f"{path.stem}.{os.getpid()}.npz")
        np.savez(
            beside, keys=np.array([key for key, _ in kept]), rows=np.array([row for _, row in kept], dtype=np.float16)
        )
        beside.replace(path)
