"""Danger in words nobody thought of: a trained model beside the patterns of ``danger``.

It reads character n-grams, so it costs a tenth of a millisecond and is there from the first second. Where it is all
but certain its word is as good as the patterns'; where it only leans, the message is answered as what else it is,
after one line with the emergency numbers, and staff are told.
"""

import json
import math
import re
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import BinaryIO

import numpy as np

from dialogs.nlu.blocked_lanes import without_blocked_lanes
from dialogs.nlu.danger import LETTER, Danger, danger_in, dangers_named, is_armed, is_now, is_of_these_hours, is_rescued
from dialogs.nlu.danger_features import features, is_cheated_or_unsafe
from dialogs.nlu.details import only_counts
from dialogs.nlu.everyday import is_of_every_day, only_lost_money, only_presses_us
from dialogs.nlu.gatherings import climbs, plans_a_gathering
from dialogs.nlu.linear import GramScorer, Saved, named, under
from dialogs.nlu.put_right import is_right_again
from dialogs.nlu.worse import titles_of_what_got_worse
from dialogs.text.clean import words_only
from dialogs.text.wording import plain

SHIPPED = Path(__file__).with_name("danger.npz")
_FORMAT = 2
_CERTAIN = 0.15
_CERTAIN_OF_DESPAIR = 0.1
"""Of self-harm: whoever speaks of it hears a kind word too often rather than once too seldom."""
_PERHAPS = -0.86
_OF_MANY_WORDS = 0.5
"""What more is needed of what is no short message, and twice to be certain: told at length, danger has its words."""
_OF_EVERY_DAY = 1.2
"""What more is needed to be heard at all of what neighbours do for months, where no word names a danger."""
_OF_FRAUD_OR_WORK = 1.2
"""What more is needed to be certain where somebody was cheated or works unsafely: they are afraid, and tell it so."""
# Log-odds of what no pattern names; how they were chosen: docs/decisions/0015.
_DOUBTED = -0.3
"""Below this the patterns' alarm is said gently: they saw the words, all else speaks against it."""
_DISBELIEVED = -2.0
"""Below this it is not heard at all, but of self-harm and threats."""
_NEVER_DISBELIEVED = frozenset({Danger.SELF_HARM, Danger.THREAT})
_DOUBTABLE = 8
"""Characters; of what is shorter the patterns' word stands, and where the model knows nothing of the wording."""
_SHARE, _LEAST = 0.2, -3.0
"""What the worst piece weighs beside the whole."""
_AMONG_OTHERS = 0.4
"""What is taken off a piece that stands alone against all else: danger may be said at the end of a long complaint."""
_IN_A_LETTER = 1.3
"""What is taken off where the best of a letter's many pieces is judged."""
_AT_LENGTH = 100
"""Characters; who takes so many to tell it names the danger, or the model alone is not certain of it."""
_SHORTEST = 6
"""Characters in plain wording; what is shorter says too little for a guess."""
_WHOLE = 26
_PIECE = 24
_MOST_PIECES = 40
_CLAUSE = re.compile(r"[^，,。；;！!？?\n]{1,40}[，,。；;！!？?\n]*")
_SPACED_OUT = re.compile(r"(?:(?<=^[\u3400-\u9fff])|(?<= [\u3400-\u9fff])) (?=[\u3400-\u9fff])")
"""The spaces of 有人 拿 刀 and 着 火 了: so voice input and some hands write."""
_REMEMBERED = 64
_OF_LIFE = re.compile(r"(?:你|你们|大家)(?:觉得|认为|说|怎么看)[^。！？\n]{0,6}活着[^，。！？\n]{0,3}意[义思]")
"""Asks what life is for: small talk perhaps, and perhaps not."""
_IN_DEBT = re.compile(
    r"日子[^，。！？\n]{0,4}(?:没法|没办法|不知道?怎么)(?:再|往下)?过(?=[^。！？\n]{0,16}(?:债|破产|绝望|一个人|孤))|"
    r"(?:债|破产|绝望|孤)[^。！？\n]{0,16}日子[^，。！？\n]{0,4}(?:没法|没办法|不知道?怎么)(?:再|往下)?过"
)
"""这日子没法过了 is said of noise upstairs as well; of debts and of being alone it is heard gently."""

_ANSWERS_A_QUESTION = re.compile(
    r"(?:(?:我|我们|俺|俺们|我家|家)(?:就)?住(?:在|到)|(?:地址|地点|位置)(?:是|在|就在|就是)?[：:]?|免贵|我?姓|我(?:叫|喊)(?=.{2,4}$))"
    r"[^，,。；;！!？?\n]{1,24}[。！!]?"
)
"""Where somebody lives, what they are called: places and names have all kinds of words in them."""
_NOT_TO_BE_KEPT = re.compile(
    r"(?:还是|算了|请|那就)*(?:别|不要|不想|不用|甭|莫)(?:再)?(?:留|存|记|写|填)(?:我的?|俺的?)?(?:姓名|名字?|手机|电话|号码|联系方式)号?码?[了吧啊嘛。！]*"
)
_TAKEN_BACK = re.compile(r"(?<!不是)(?:是|说的?)(?:气话|气头上|一时气|玩笑)|(?<!不是)开玩笑的")
"""Said of one's own words: then they are answered gently, never not at all."""


class WeightsRefused(Exception):
    """The file holds no danger model that this program can read."""

    retryable = False
    sentence = "危险识别模型文件损坏或版本不符，请重新安装程序"


@dataclass(frozen=True, slots=True, kw_only=True)
class DangerWeights:
    """What training leaves behind. ``whether``: none, danger; ``which``: one class for each of ``kinds``, in order."""

    kinds: tuple[str, ...]
    whether: GramScorer
    which: GramScorer
    fingerprint: str

    def save(self, path: Path | BinaryIO) -> None:
        """As ``.npz``, without pickles."""
        head = {"format": _FORMAT, "kinds": self.kinds, "fingerprint": self.fingerprint}
        text = np.frombuffer(json.dumps(head).encode(), dtype=np.uint8)
        scorers = {**named("whether", self.whether.saved()), **named("which", self.which.saved())}
        np.savez_compressed(path, allow_pickle=False, head=text, **scorers)


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
        text = _SPACED_OUT.sub("", without_blocked_lanes(text).replace("_", ""))
        odds = self._judged(text)
        if known := danger_in(text):
            doubtful = len(words_only(text)) >= _DOUBTABLE and odds != -math.inf
            doubtful = doubtful and not (len(text) <= LETTER and is_armed(text))
            return _weighed(known, odds if doubtful else math.inf, taken_back=_takes_back(text))
        if _OF_LIFE.search(text[:LETTER]) or _IN_DEBT.search(text[:LETTER]):
            return Heard(danger=Danger.SELF_HARM, certain=False)
        more = _OF_MANY_WORDS if _WHOLE < len(text) <= LETTER else 0.0
        afraid = _OF_FRAUD_OR_WORK if is_cheated_or_unsafe(text) else 0.0
        more += _OF_EVERY_DAY if is_of_every_day(text) and not dangers_named(text) else 0.0
        if (
            odds < _PERHAPS + more
            or _is_a_gathering(text)
            or _ANSWERS_A_QUESTION.fullmatch(text)
            or only_counts(text)
            or _NOT_TO_BE_KEPT.fullmatch(text)
        ):
            return None
        if only_presses_us(text) or only_lost_money(text) or is_right_again(text) or titles_of_what_got_worse(text):
            return None
        kind = self._kind(text)
        if kind not in _NEVER_DISBELIEVED and is_rescued(text) and not is_now(text):
            return None
        needed = 2 * more + afraid + (_CERTAIN_OF_DESPAIR if kind is Danger.SELF_HARM else _CERTAIN)
        # A letter has many sentences, each a chance to be wrong, and somebody had the time to write it.
        # A weapon that the patterns took for dreamt of or past is asked after gently.
        doubtful = len(text) > _AT_LENGTH or _takes_back(text) or is_armed(text)
        return Heard(danger=kind, certain=odds >= needed and not doubtful)

    def _judged(self, text: str) -> float:
        """Log-odds of danger against none: of a short text at once; of a longer one the worst piece has its share."""
        if len(text) <= _WHOLE:
            return self._odds(text)
        worst = max(map(self._odds, _pieces(text)), default=-math.inf)
        if len(text) > LETTER:
            return worst - _IN_A_LETTER
        return max((1 - _SHARE) * self._odds(text) + _SHARE * max(worst, _LEAST), worst - _AMONG_OTHERS)

    def _odds(self, piece: str) -> float:
        bare = plain(piece)
        if len(bare) < _SHORTEST or not self._weights.whether.knows(bare):
            return -math.inf
        none = float(self._weights.whether.of_pieces(features(piece))[0])
        none = min(max(none, 1e-6), 1 - 1e-6)
        return math.log((1 - none) / none)

    def _kind(self, text: str) -> Danger:
        """The likeliest, by the worst piece."""
        worst = max(_pieces(text), key=self._odds) if len(text) > _WHOLE else text
        return Danger(self._weights.kinds[int(self._weights.which.of_pieces(features(worst)).argmax())])


def _is_a_gathering(text: str) -> bool:
    """Whether many mean to block a way or sit somewhere: staff are told of it as what it is."""
    return plans_a_gathering(text) and not climbs(text)


def _takes_back(text: str) -> bool:
    return bool(_TAKEN_BACK.search(text))


def _weighed(known: Danger, odds: float, *, taken_back: bool) -> Heard | None:
    """What becomes of the patterns' alarm by all else that is said."""
    if odds < _DISBELIEVED and known not in _NEVER_DISBELIEVED:
        return None
    return Heard(danger=known, certain=odds >= _DOUBTED and not taken_back)


def _pieces(text: str) -> list[str]:
    """What is judged by itself: from each clause on as many as are short together; a letter at its ends.

    Of the middle of a letter only what happens in these hours.
    """
    clauses = _CLAUSE.findall(text)
    if len(text) > LETTER:
        pieces = _parted(clauses)
        pieces = [*pieces[:2], *(piece for piece in pieces[2:-2] if is_of_these_hours(piece)), *pieces[-2:]]
        return [*pieces[: _MOST_PIECES // 2], *pieces[_MOST_PIECES // 2 :][-_MOST_PIECES // 2 :]]
    return [_parted(clauses[at:])[0] for at in range(len(clauses))]


def _parted(clauses: Sequence[str]) -> list[str]:
    """Clauses put together while they are short."""
    pieces = [""]
    for clause in clauses:
        if pieces[-1] and len(pieces[-1]) + len(clause) > _PIECE:
            pieces.append("")
        pieces[-1] += clause
    return pieces


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
    whether, which = (GramScorer.restored(under(name, arrays)) for name in ("whether", "which"))
    return DangerWeights(kinds=tuple(head["kinds"]), whether=whether, which=which, fingerprint=head["fingerprint"])
