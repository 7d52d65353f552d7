"""Words that only point at what was sent: 就是这个坑, 你们看看这个, 就这儿."""

import re

from dialogs.text.clean import words_only
from dialogs.text.phrases import made_of

_LONGEST = 14
_LOOK = (
    r"你们?|您们?|大家|领导|请|麻烦|快|来|都|自己|给|帮我?|看看?|瞧瞧?|瞅瞅?|睇下?|瞄一眼|一?下|一眼|看一看|吧|啊|呀|嘛|呢|哈|了|"
    r"我(?:刚)?(?:拍|发|照)的?|拍(?:到|下来|的)|发(?:了|的)|刚(?:才|刚)?|就|就是|是|在|喏|诺|呐|哎|嗯|对|咯|撒|嘞"
)
_THIS = (
    r"这个?|那个?|呢个|嗰个|这[里儿边块样些种]|那[里儿边块样些种]|这(?:样子|地方|情况|东西|玩意儿?|张|家|条|件事?)|那(?:地方|东西|张|家)|图|图片|照片|相片|视频|"
    r"(?:图|图片|照片|相片|视频)(?:上|里)(?:面)?的?|现场(?:图|照片|视频)?|有图有真相|附图|如图|见图|他|它|她"
)
_ASKS = (
    r"像话[吗么嘛]|合理[吗么嘛]|合法[吗么嘛]|成(?:什么|啥)样(?:子)?了?|怎么(?:办|处理|搞|回事|弄|走|过|住)|咋(?:办|整|弄|搞|走|过)|点算|管不管|有人管[吗么]|"
    r"能管[吗么]?|行[吗么]|对[吗么]|是(?:什么|啥)|归谁管|多(?:吓人|危险|脏|乱|臭|恶心)"
)
_POINTS = made_of(f"{_LOOK}|{_THIS}|{_ASKS}")
_NAMES = re.compile(
    rf"(?:{_LOOK}|{_THIS})*?(?:这|那|呢|嗰)(?:个|条|家|棵|根|块|堆|口|辆|座|栋|片|面|盏|只)的?(?P<thing>(?!月|周|星期|礼拜|时|人)[\u3400-\u9fff]{{1,6}}?)[啊呀吧嘛呢了]*"
)
_SHOWS = re.compile(rf"{_THIS}|看|拍|瞧|瞅|睇|发")


def points(text: str) -> bool:
    """Whether a text only shows something, and does not say what it is."""
    bare = words_only(text)
    shows = 0 < len(bare) <= _LONGEST and bool(_SHOWS.search(bare))
    return shows and bool(_POINTS.fullmatch(bare) or _NAMES.fullmatch(bare))


def pointed_at(text: str) -> str:
    """What it calls the thing: 坑 of 就是这个坑; "" where it has no name for it."""
    bare = words_only(text)
    found = None if _POINTS.fullmatch(bare) else _NAMES.fullmatch(bare[:_LONGEST])
    return found["thing"] if found else ""
