"""Short questions that are known by their shape, before any approved answer is compared."""

import re

from dialogs.faq.aspects import follows_up
from dialogs.nlu.clean import words_only
from dialogs.nlu.matter import asks

_LONGEST = 24
_RESULT = r"(?:这个|你们的?|处理|办理|信访|的){0,3}(?:结果|意见|答复|回复)"
_AGAINST = r"(?:很|非常|太|一直)?(?:不满意|不服气?|不认可|不同意|有意见)"
_WHAT_NOW = r"(?:了|的话)?(?:怎么办|咋办|咋整|怎么弄|该?找谁|该怎么办|要怎么办)?(?:啊|呀|呢)?"
_DISCONTENT = re.compile(f"我?(?:对{_RESULT}{_AGAINST}|{_AGAINST}{_RESULT}){_WHAT_NOW}")
_PHOTOS = re.compile(
    r"(?:那|我)?(?:刚才|刚刚)?(?:发|传|拍)?的?(?:照片|图片|视频|附件|材料)(?:你们?|您)?(?:都|已经)?(?:收到|看到|传上|发过去|有)了?(?:吧|吗|么|没有?)"
)
_LOOKS_UP = re.compile(
    r"[\u4e00-\u9fff]{2,8}?(?:怎么|咋|如何|在哪里?|去哪里?)(?:查询?|缴费?|补办|年检|年审|预约)(?:吗|呢|啊|呀)?|"
    r"[\u4e00-\u9fff]{2,8}?(?:现在|今天|明天|周[一二三四五六日天末]|星期[一二三四五六日天]|节假日|中午)?"
    r"(?:几点|什么时候|啥时候)?(?:上不上班|上班|下班|开门|关门|办公|营业)(?:吗|么|呢|啊|呀)?"
)
_ALSO_ASKS = re.compile(r"几点|谁|([管能会行要])不\1|没有?$")
_HOW_LONG = re.compile(r"多久|多长时间|几天|多少天")


def discontent(text: str) -> bool:
    """Whether somebody says no more than that they do not accept a decision: 我对处理结果不满意."""
    return _whole(_DISCONTENT, text)


def asks_after_photos(text: str) -> bool:
    """照片收到了吧."""
    return _whole(_PHOTOS, text)


def looks_up(text: str) -> bool:
    """Asks how to use some office's service, and tells no trouble: 交通违章怎么查."""
    return asks_anyhow(text) and _whole(_LOOKS_UP, text)


def asks_anyhow(text: str) -> bool:
    """Whether a short text is a question in words that also begin a matter: for texts near a known question."""
    return asks(text) or bool(_ALSO_ASKS.search(words_only(text)))


def only_asks_how_long(text: str) -> bool:
    """那要多久之内提: no part of a petition."""
    return follows_up(text) and bool(_HOW_LONG.search(text))


def _whole(pattern: re.Pattern[str], text: str) -> bool:
    bare = words_only(text)
    return len(bare) <= _LONGEST and bool(pattern.fullmatch(bare))
