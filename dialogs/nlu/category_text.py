"""A petition's text as counted character n-grams, each a number: the same for training and for serving."""

import re
import unicodedata

import numpy as np
import numpy.typing as npt

TITLE_WEIGHT = 3
"""A title says as much as its words written three times into the body would."""
SIZES = (1, 2)
LONGEST_TITLE = 300
HEAD, TAIL = 1_200, 300
"""Characters of the body that are read: how it begins and how it ends. More was measured to add nothing."""

_SPACE = re.compile(r"\s+")
_DIGITS = re.compile(r"\d+")
_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)
_SHIFT = np.uint64(29)
_HALF = np.uint64(32)
_RUN = 6

Codes = npt.NDArray[np.uint64]
Hashes = npt.NDArray[np.uint32]
Counts = npt.NDArray[np.float32]


def counted(title: str, detail: str) -> tuple[Hashes, Counts]:
    """The n-grams of both, each once, in ascending order, with how often it occurs; those of the title weigh more."""
    head = _hashes(_even(title[:LONGEST_TITLE]))
    body = _hashes(_even(detail if len(detail) <= HEAD + TAIL else detail[:HEAD] + detail[-TAIL:]))
    grams, where = np.unique(np.concatenate([head, body]), return_inverse=True)
    weights = np.ones(len(where), dtype=np.float32)
    weights[: len(head)] = TITLE_WEIGHT
    return grams, np.bincount(where, weights, minlength=len(grams)).astype(np.float32)


def fingerprints(text: str) -> npt.NDArray[np.uint64]:
    """The runs of six characters of a text, each a number, ascending: what near copies share. Short texts have one."""
    codes = _codes(_even(text[: HEAD + TAIL]))
    return np.unique(_mixed(codes, min(_RUN, len(codes)) or 1))


def _even(text: str) -> str:
    """Full-width and half-width, capitals and spaces make no difference, and no number means more than another."""
    return _DIGITS.sub("0", _SPACE.sub("", unicodedata.normalize("NFKC", text).lower()))


def _hashes(text: str) -> Hashes:
    """32 bits for each n-gram: among some hundred thousand n-grams a few share one, which does no harm."""
    codes = _codes(text)
    return np.concatenate([(_mixed(codes, size) >> _HALF).astype(np.uint32) for size in SIZES])


def _codes(text: str) -> Codes:
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32).astype(np.uint64)


def _mixed(codes: Codes, size: int) -> Codes:
    """A well mixed number for each run of ``size`` characters."""
    count = max(0, len(codes) - size + 1)
    mixed = np.full(count, size, dtype=np.uint64)
    for at in range(size):
        mixed = (mixed ^ codes[at : at + count]) * _MULTIPLIER
        mixed ^= mixed >> _SHIFT
    return mixed
