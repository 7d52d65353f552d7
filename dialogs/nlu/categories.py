"""The categories of a petition: by the words of ``categories.yml``, by what was learned where the words are torn.

An office that trained a model of its own (``train category``) has its cases filed under its own categories.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

from dialogs.nlu.category import TrainedCategories, load_weights
from dialogs.understanding import CategoryJudgment, CategoryModel, Understanding
from dialogs.yaml_text import read_yaml

WORDS = Path(__file__).with_name("categories.yml")
SHIPPED = Path(__file__).with_name("categories.npz")

_TURNED_TO = re.compile(
    r"(?:找|跟|向|给|问|和|联系|反映到|打)(?:了|过)?(?:物业|村委会|居委会|社区|派出所|交警|城管|学校|老师|开发商|环保局|法院|"
    r"村支书|村主任|12345|政府)[^，。；\n]{0,10}|"
    r"(?<![\u3400-\u9fff])(?:物业|社区|居委会|村里|派出所)(?:公司)?的?(?:电话[^，。；\n]{0,3}(?:没人接|打不通|不接)|[也又都就]?(?:不管|不理|不接电话|没人管|推给)|讲了|说了)[^，。；\n]{0,8}"
)
_BESIDE = re.compile(
    r"(?:小学|中学|大学|学校|幼儿园|医院|邮局|邮政|银行|派出所|居委会|酒店|宾馆|菜市场|火车站|公交站)的?(?:那个|这个)?"
    r"(?:[东南西北]+门|大?门口|门前|对面|旁边|隔壁|附近|边上|地方|放学)"
)
"""Where it is, or when: 邮局门口 says no more of the post than 小学放学的时候 of teachers."""
_MEANS = re.compile(
    r"(?:一个月|每个?月)?的?(?:这点儿?|那点儿?)?(?:退休金|退休工资|养老金)(?:一个月|每个?月)?(?:才|就|只有|没几个钱|过日子)|"
    r"就?靠(?:这点儿?)?(?:退休金|退休工资|养老金)"
)
"""What somebody lives on, said of what they are asked to pay."""
_DENIED = re.compile(r"(?:并?不是|没有|不属于)(?:停水|停电|停气|停暖)")
"""是停电，不是停水: what it is not is not what it is about."""
_FUMES = re.compile(r"(?:油烟|烟气|废气|臭气|臭味|异味)(?:太大|很大)?(?:严重)?扰民")
"""Fumes that disturb are fumes, not noise."""
_EARLY = 2.0
_LONG = 40
_TITLE_LIKE = 60
_SURE = 0.3
_REMEMBERED = 64


class Categories:
    """The two-level categories with their words, and what was learned of them."""

    def __init__(
        self,
        words: Mapping[str, Mapping[str, Sequence[str]]],
        *,
        shipped: CategoryModel | None = None,
        understanding: Understanding | None = None,
    ) -> None:
        self._words = [
            (word, f"{first}/{second}")
            for first, seconds in words.items()
            for second, ws in seconds.items()
            for word in ws
        ]
        self.words = frozenset(word for word, _ in self._words)
        self._by_start = _by_start(word for word, _ in self._words)
        self.labels = sorted({name for _, name in self._words})
        self._shipped = shipped
        self._understanding = understanding or Understanding()
        self._recent = lru_cache(maxsize=_REMEMBERED)(self._of)

    @classmethod
    def load(cls, path: Path, understanding: Understanding | None = None) -> "Categories":
        """Those of ``path``, with the model that ships."""
        shipped = TrainedCategories(load_weights(SHIPPED))
        return cls(read_yaml(path.read_bytes()), shipped=shipped, understanding=understanding)

    def of(self, text: str) -> str:
        """``城乡建设/路灯照明``; empty where no word tells.

        Earlier and longer words weigh more, and so do those of the same first level; whom people turned to in vain
        is not what it is about. Where words name several categories, the model that ships has half a say.
        """
        return self._recent(text)

    def filed_under(self, text: str) -> str:
        """What a case is filed under: the office's own category where a model was trained; empty: staff decide."""
        model = self._understanding.category
        if model is not None:
            return self._by_own(model, text)
        found = self.of(text)
        if found or self._shipped is None:
            return found
        judged = self.judge(text, "")
        return judged.label if judged.sure else ""

    def judge(self, title: str, detail: str) -> CategoryJudgment:
        """By words and the model that ships, half and half: fulfils ``CategoryModel``."""
        text = _plain(f"{title}。{detail}" if title and detail else title or detail)
        shares = self._shares(text)
        ranking = sorted(self._blended(text, shares).items(), key=lambda item: -item[1])
        return CategoryJudgment(label=ranking[0][0], sure=ranking[0][1] >= _SURE, ranking=tuple(ranking))

    def _of(self, text: str) -> str:
        text = _plain(text)
        shares = self._shares(text)
        if not shares:
            return ""
        best = max(shares, key=lambda name: shares[name])
        if len(shares) == 1 or self._shipped is None:
            return best
        blended = self._blended(text, shares)
        return max(blended, key=lambda name: blended[name])

    def _blended(self, text: str, shares: Mapping[str, float]) -> dict[str, float]:
        blended = dict.fromkeys(self.labels, 0.0)
        half = 0.5 if shares else 1.0
        for name, share in shares.items():
            blended[name] += half * share
        for name, probability in _asked(self._shipped, text) if self._shipped else ():
            if name in blended:  # an office's own file may lack some of what ships
                blended[name] += half * probability
        return blended

    def _shares(self, text: str) -> dict[str, float]:
        """What part of the say each category has that words name; they sum to 1, or there are none."""
        scores = self._scores(_aside(text)) or self._scores(text)
        firsts: dict[str, float] = {}
        for name, score in scores.items():
            firsts[_first(name)] = firsts.get(_first(name), 0.0) + score
        with_kin = {name: score + firsts[_first(name)] for name, score in scores.items()}
        return {name: score / sum(with_kin.values()) for name, score in with_kin.items()}

    def _scores(self, text: str) -> dict[str, float]:
        scores: dict[str, float] = {}
        starts = set(map("".join, pairwise(text))) | set(text)
        # in the order of the file, on which ties depend
        for word, name in map(
            self._words.__getitem__, sorted(at for key in starts for at in self._by_start.get(key, ()))
        ):
            at = text.find(word)
            if at >= 0:
                scores[name] = scores.get(name, 0.0) + len(word) + (_EARLY if at < _LONG else 0.0)
        return scores

    def _by_own(self, model: CategoryModel, text: str) -> str:
        """The office's label, with our second level where ours has a first level of that name; unsure: words decide."""
        judged = model.judge(text, "") if len(text) <= _TITLE_LIKE else model.judge("", text)
        by_words = self.of(text)
        if judged.label == _first(by_words):
            return by_words
        if not judged.sure:
            return ""
        shares = {name: share for name, share in self._shares(_plain(text)).items() if _first(name) == judged.label}
        return max(shares, key=lambda name: shares[name]) if shares else judged.label


def _by_start(words: Iterable[str]) -> Mapping[str, Sequence[int]]:
    """Where in the list the words are that begin with two characters, or are one: few of a thousand begin in a text."""
    found: dict[str, list[int]] = defaultdict(list)
    for at, word in enumerate(words):
        found[word[:2]].append(at)
    return found


def _asked(model: CategoryModel, text: str) -> Sequence[tuple[str, float]]:
    return model.judge(text, "").ranking


def _aside(text: str) -> str:
    """The text without whom people turned to, what it is beside, what they live on."""
    return _MEANS.sub("", _BESIDE.sub("", _TURNED_TO.sub("", text)))


def _plain(text: str) -> str:
    return _DENIED.sub("", _FUMES.sub("油烟", text))


def _first(category: str) -> str:
    return category.partition("/")[0]
