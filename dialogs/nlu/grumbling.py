"""Grumbles about how offices work, with no matter in them: 你们就是应付差事, 办个事真难. They are met as anger is."""

import re

from dialogs.text.phrases import made_of
from dialogs.text.wording import plain

_LONGEST = 24
_BLAMED = (
    r"应付差事|应付了事|应付一下|应付|走过场|走形式|做样子|装样子|形式主义|官僚主义|官僚|踢皮球|打太极|推来推去|互相推诿|推诿|扯皮|"
    r"糊弄|忽悠|官官相护|官官相卫|一伙儿?的|一丘之貉|穿一条裤子|和稀泥|敷衍了事|敷衍|说一套做一套|摆设|聋子的耳朵|光说不练|光打雷不下雨|不办实事|不干实事|说了不算|"
    r"办个?事儿?|办点事儿?|求人|告状|反映个?问题"
)
_HARD = r"难|难办|费劲|难死人|难于上青天|难如登天"
_BESIDE = (
    r"感觉|我看|我觉得|我算看透|看透|反正|其实|你们?|您们?|政府|信访局|部门|单位|这些|那些|人|当官的|领导|干部|都|就是?|就会|就知道|只会|只知道|还不是|不过是|不过|"
    r"真是|真的|真|简直|全是|净|光|会|老是|总是|天天|整天|太|好|这么|那么|怎么|现在|如今|老百姓|百姓|群众|我们?|咱们?|找|想|在|跟|是|又|还|一样|罢了|而已|的|了|吧|啊|呀|呢|嘛|哦|哼|唉"
)
_WHOLE = made_of(f"{_BLAMED}|{_HARD}|{_BESIDE}")
_NAMED = re.compile(f"(?:{_BLAMED})")
_WORKS = re.compile(r"办个?事儿?|办点事儿?|求人|告状|反映个?问题|应付$|应付一下$")
_IS_HARD = re.compile(_HARD)


def only_grumbles(text: str) -> bool:
    """Whether the whole text is a grumble at us or at offices, which names no matter."""
    bare = plain(text)
    if len(bare) > _LONGEST or not _WHOLE.fullmatch(bare):
        return False
    named = _NAMED.search(bare)
    return bool(named and (not _WORKS.fullmatch(named.group()) or _IS_HARD.search(bare)))
