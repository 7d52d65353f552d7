"""A bare word of complaint (物业, 我想反映个占道经营的问题): what it is about, and nothing of what happened."""

import re

from dialogs.nlu.categories import Categories
from dialogs.nlu.matter import finds_fault
from dialogs.nlu.places import find_place
from dialogs.nlu.title_words import stripped

_LONGEST = 10
_SHORTEST = 2
_HAPPENS = re.compile(
    r"[没不无坏断堵漏欠裂塌偷骗被掉太很难吵烂破臭黑冒震响拖灭死倒乱]|扰民|停(?!车)|打架|开除|辞退|违停|加盖|圈起"
)
"""Says what is wrong: 停水 is told, 物业 is not."""
_AROUND = re.compile(
    r"^(?:小区|村里|楼[上下]|附近|单位|公司|周边|这[里边]|的|关于|有关|一些|一下)+|(?:方面|的?(?:问题|事情?|事儿|情况|纠纷|现象))+$"
)
_COLD = re.compile(
    r"(?:我|俺|这里?|今年|今天|现在)*(?:太|好|真|很|贼|可|得|都)?冷(?:得很|得慌|得要命|死(?:人|我)?|啊|哦|呀|嘛|了|咯|哩)*"
)
"""冷 alone is said of a home in winter; what is cold, and where, is asked."""
_CALLED = frozenset({"老师", "医生", "律师", "校长", "交警", "派出所"})
"""May be spoken to."""


def topic_of(text: str, categories: Categories) -> str:
    """The topic that a text names without telling anything of it; empty where it tells more, or none."""
    if len(text) > _LONGEST * 3:
        return ""
    place = find_place(text)
    said = text.replace(place.value, "", 1) if place and place.exact else text
    bare = stripped(re.sub(r"[\W_]+", "", said))
    bare = _AROUND.sub("", _AROUND.sub("", bare))
    if _COLD.fullmatch(bare):
        return bare
    if not _SHORTEST <= len(bare) <= _LONGEST or _HAPPENS.search(bare) or bare in _CALLED:
        return ""
    return bare if _only_words(bare, categories.words) else ""


def _only_words(bare: str, words: frozenset[str]) -> bool:
    """Whether it is one of the words, or two of them."""
    return bare in words or (
        not finds_fault(bare) and any(bare[:at] in words and bare[at:] in words for at in range(2, len(bare) - 1))
    )
