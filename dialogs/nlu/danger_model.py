"""Danger in words nobody thought of: a trained model beside the patterns of ``danger``.

It reads character n-grams, so it costs a tenth of a millisecond and is there from the first second. Where it is all
but certain its word is as good as the patterns'; where it only leans, the message is answered as what else it is,
after one line with the emergency numbers, and staff are told.
"""

import json
import math
import re
import zipfile
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import BinaryIO

import numpy as np

from dialogs.nlu.danger import LETTER, Danger, danger_in, is_of_these_hours, sounds_over
from dialogs.nlu.linear import GramScorer, Saved, named, under
from dialogs.nlu.wording import plain

SHIPPED = Path(__file__).with_name("danger.npz")
_FORMAT = 1
_CERTAIN = 2.5
_CERTAIN_OF_DESPAIR = 1.8
"""Of self-harm: whoever speaks of it hears a kind word too often rather than once too seldom."""
_PERHAPS = 0.65
"""Log-odds; chosen on ``danger_dev.yml``, see docs/decisions/0015."""
_OVER = 1.5
"""What is taken off where the sentence remembers, fears or asks what if, or tells what has gone on for months."""
_CHRONIC = re.compile(r"[半几两三多]个?[月年]了?|好几[回次年]|[多数]次|天天|长年|常年|长期|老是|总是|一直|好久")
_ONE_OF_MANY = 1.0
"""What is taken off where the best of several pieces is judged."""
_SHORTEST = 6
"""Characters in plain wording; what is shorter says too little for a guess."""
_WHOLE = 60
_PIECE = 40
_MOST_PIECES = 40
_CLAUSE = re.compile(r"[^，,。；;！!？?\n]{1,40}[，,。；;！!？?\n]*")
_REMEMBERED = 64
_OF_LIFE = re.compile(r"(?:你|你们|大家)(?:觉得|认为|说|怎么看)[^。！？\n]{0,6}活着[^，。！？\n]{0,3}意[义思]")
"""Asks what life is for: small talk perhaps, and perhaps not."""
_NEVER_OVER = frozenset({Danger.SELF_HARM, Danger.THREAT})


class WeightsRefused(Exception):
    """The file holds no danger model that this program can read."""

    retryable = False
    sentence = "危险识别模型文件损坏或版本不符，请重新安装程序"


@dataclass(frozen=True, slots=True, kw_only=True)
class DangerWeights:
    """What training leaves behind. ``kinds``: the classes in order, "none" after the last."""

    kinds: tuple[str, ...]
    light: GramScorer
    fingerprint: str

    def save(self, path: Path | BinaryIO) -> None:
        """As ``.npz``, without pickles."""
        head = {"format": _FORMAT, "kinds": self.kinds, "fingerprint": self.fingerprint}
        text = np.frombuffer(json.dumps(head).encode(), dtype=np.uint8)
        np.savez_compressed(path, allow_pickle=False, head=text, **named("light", self.light.saved()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """The help that is needed; ``certain`` False: only perhaps."""

    danger: Danger
    certain: bool


class DangerEar:
    """Patterns and model together. The last few texts are remembered: several parts of a turn ask about the same."""

    def __init__(self, weights: DangerWeights) -> None:
        self._weights = weights
        self.hear = lru_cache(maxsize=_REMEMBERED)(self._hear)

    def certain(self, text: str) -> Danger | None:
        """What must be answered as danger before all else."""
        heard = self.hear(text)
        return heard.danger if heard and heard.certain else None

    def _hear(self, text: str) -> Heard | None:
        if known := danger_in(text):
            return Heard(danger=known, certain=True)
        if _OF_LIFE.search(text[:LETTER]):
            return Heard(danger=Danger.SELF_HARM, certain=False)
        pieces = _pieces(text)
        best = max(map(self._odds, pieces), default=(-math.inf, Danger.VIOLENCE))
        best = (best[0] - (_ONE_OF_MANY if len(pieces) > 1 else 0.0), best[1])
        if best[0] < _PERHAPS:
            return None
        needed = _CERTAIN_OF_DESPAIR if best[1] is Danger.SELF_HARM else _CERTAIN
        # A letter has many sentences, each a chance to be wrong, and somebody had the time to write it.
        return Heard(danger=best[1], certain=best[0] >= needed and len(text) <= LETTER)

    def _odds(self, piece: str) -> tuple[float, Danger]:
        """Log-odds of danger against none, and the likeliest kind."""
        bare = plain(piece)
        if len(bare) < _SHORTEST or not self._weights.light.knows(bare):
            return -math.inf, Danger.VIOLENCE
        probabilities = self._weights.light.probabilities(bare)
        kind = Danger(self._weights.kinds[int(probabilities[:-1].argmax())])
        none = min(max(float(probabilities[-1]), 1e-6), 1 - 1e-6)
        over = _OVER if kind not in _NEVER_OVER and (sounds_over(piece) or _CHRONIC.search(piece)) else 0.0
        return math.log((1 - none) / none) - over, kind


def _pieces(text: str) -> list[str]:
    """What is judged by itself: a short text whole, a longer one some clauses at a time, a letter at its ends.

    Of the middle of a letter only what happens in these hours.
    """
    if len(text) <= _WHOLE:
        return [text]
    pieces = [""]
    for clause in _CLAUSE.findall(text):
        if len(pieces[-1]) + len(clause) > _PIECE:
            pieces.append("")
        pieces[-1] += clause
    if len(text) > LETTER:
        pieces = [*pieces[:2], *(piece for piece in pieces[2:-2] if is_of_these_hours(piece)), *pieces[-2:]]
    return [*pieces[: _MOST_PIECES // 2], *pieces[_MOST_PIECES // 2 :][-_MOST_PIECES // 2 :]]


@cache
def shipped_ear() -> DangerEar:
    """The one that ships, read once."""
    with SHIPPED.open("rb") as file:
        return DangerEar(load_weights(file))


def load_weights(path: Path | BinaryIO) -> DangerWeights:
    """What ``DangerWeights.save`` kept.

    Raises:
        WeightsRefused: the file is none, or of another version.
        OSError: it cannot be read.
    """
    try:
        with np.load(path, allow_pickle=False) as file:
            return _restored(dict(file))
    except (ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile) as error:
        raise WeightsRefused(str(error)) from error


def _restored(arrays: Saved) -> DangerWeights:
    head = json.loads(arrays["head"].tobytes())
    if head["format"] != _FORMAT:
        raise ValueError("another format")
    light = GramScorer.restored(under("light", arrays))
    return DangerWeights(kinds=tuple(head["kinds"]), light=light, fingerprint=head["fingerprint"])
