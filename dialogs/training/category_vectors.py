"""Past cases as rows of TF-IDF over the n-grams that occur often enough."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from dialogs.nlu.category_text import Counts, Hashes, counted

MOST_GRAMS = 400_000
_LEAST_OFTEN = 2
_PIECE, _LEAST_PIECE = 60, 8
_MOST_PIECES = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Vectors:
    """A row of unit length for each case, twice: its title and its body. An empty text has an empty row."""

    grams: Hashes
    idf: npt.NDArray[np.float16]
    title: sp.csr_matrix
    body: sp.csr_matrix
    pieces: sp.csr_matrix
    """The beginning of the bodies in pieces that are about as short as a title."""
    piece_of: npt.NDArray[np.int64]
    """The case of each piece."""
    has_detail: npt.NDArray[np.bool_]


def vectors_of(texts: Sequence[tuple[str, str]]) -> Vectors:
    """``texts``: title and body of each case."""
    titles = [counted(title, "") for title, _ in texts]
    bodies = [counted("", detail) for _, detail in texts]
    grams, idf = _vocabulary([np.union1d(title, body) for (title, _), (body, _) in zip(titles, bodies, strict=True)])
    pieces = [(at, piece) for at, (_, detail) in enumerate(texts) for piece in _pieces(detail)]
    return Vectors(
        grams=grams,
        idf=idf,
        title=rows_of(titles, grams, idf),
        body=rows_of(bodies, grams, idf),
        pieces=rows_of([counted(piece, "") for _, piece in pieces], grams, idf),
        piece_of=np.array([at for at, _ in pieces], dtype=np.int64),
        has_detail=np.array([bool(detail.strip()) for _, detail in texts]),
    )


def _pieces(detail: str) -> list[str]:
    text = "".join(detail[: 2 * _PIECE * _MOST_PIECES].split())
    pieces = [text[at : at + _PIECE] for at in range(0, min(len(text), _PIECE * _MOST_PIECES), _PIECE)]
    return [piece for piece in pieces if len(piece) >= _LEAST_PIECE]


def _vocabulary(texts: Sequence[Hashes]) -> tuple[Hashes, npt.NDArray[np.float16]]:
    """The n-grams of at least two texts, the most frequent where there are too many, with what each tells."""
    grams, often = np.unique(np.concatenate(texts), return_counts=True)
    kept = often >= _LEAST_OFTEN
    if kept.sum() > MOST_GRAMS:
        kept = often > np.partition(often, -MOST_GRAMS)[-MOST_GRAMS]
    idf = np.log((1 + len(texts)) / (1 + often[kept])) + 1
    return grams[kept], idf.astype(np.float16)


def rows_of(texts: Sequence[tuple[Hashes, Counts]], grams: Hashes, idf: npt.NDArray[np.float16]) -> sp.csr_matrix:
    """Counted texts as rows of unit length over ``grams``."""
    found = np.concatenate([np.zeros(0, dtype=np.uint32), *(hashes for hashes, _ in texts)])
    counts = np.concatenate([np.zeros(0, dtype=np.float32), *(each for _, each in texts)])
    row = np.repeat(np.arange(len(texts)), np.array([len(hashes) for hashes, _ in texts], dtype=np.int64))
    column = np.minimum(np.searchsorted(grams, found), len(grams) - 1)
    known = grams[column] == found
    values = (1 + np.log(counts[known])) * idf[column[known]]
    matrix = sp.csr_matrix((values, (row[known], column[known])), shape=(len(texts), len(grams)), dtype=np.float32)
    return _unit(matrix)


def _unit(matrix: sp.csr_matrix) -> sp.csr_matrix:
    lengths = np.sqrt(np.asarray(matrix.multiply(matrix).sum(axis=1)).ravel())
    lengths[lengths == 0] = 1
    return sp.diags((1 / lengths).astype(np.float32)) @ matrix
