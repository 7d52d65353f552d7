"""What is said to whoever takes a petition down, not of the matter: to wait, to stop, to go on.

Such words stand in clauses of their own ("等一下，别提交"). They never become content, name, place or time; what is
said beside them is heard without them.
"""

import re
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache

from dialogs.text.clean import words_only
from dialogs.text.phrases import made_of


class Wish(StrEnum):
    """``WEAK_STOP``: 算了, which beside an answer means no more than "well then"."""

    STOP = "stop"
    WEAK_STOP = "weak stop"
    HOLD = "hold"
    GO_ON = "go on"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asides:
    """The wish, and the text without the clauses that say it."""

    wish: Wish | None
    rest: str = field(repr=False)


_REMEMBERED = 64
"""Texts: the parts of a turn ask about the same."""
_LONGEST = 40
_LONGEST_CLAUSE = 20
_CLAUSES = re.compile(r"[^，,。；;！!？?\n~～…、 ]+[，,。；;！!？?\n~～…、 ]*")
_FACES = re.compile(r"\[[\u3400-\u9fffA-Za-z]{1,4}\]")
"""[呲牙]: how a face is written where a picture cannot be."""
_QUOTES = re.compile(r"(?:说|讲|道|让|劝|叫|威胁|要求|回复|告诉|答复|表示|电话里)(?:我们?|俺|他们?|她)?[，,：: ]*$")
"""What follows is somebody else's word."""
_OWN_WORD = re.compile(
    r"(?:^|[，,。；;！!？?\n])(?:我|都|就|只是|不是)*(?:跟你)?(?:说说|说了|说过了?|说|讲)[，,：: ]*$"
)
_BEFORE = made_of(
    r"那|那么|我们?|咱们?|俺们?|还是|就|先|嗯|哎|唉|哦|噢|好|好的|行|要不|要不然|不然|都|都说了?|"
    r"说了|跟你说了?|你们?|您|请|麻烦|暂时|暂且|今天|现在|其实|真的|真|喂|同志|千万|可|也|想了想|"
    r"想了一?下|考虑了?一?下|算了吧?|罢了|哎呀|不好意思|对不起"
)
_AFTER = made_of(
    r"吧|了|啊|呀|哈|呢|嘛|哦|咯|啦|呗|得了|谢谢|谢谢你|一下|好了|行了|行不行|行不|可以吗|行吗|"
    r"好吗|好不好|成不|嘞|哩|咧|再说|先|你|你们|同志|不"
)
_DONE = (
    r"(?:登记|登|反映|反应|投诉|举报|检举|提交|申请|填写|填|上报|报|告|办理|办|弄|搞|写|整|问|"
    r"说|聊|谈|立案|录入|录|记录|上访|信访|走流程)"
)
_OF_THE_BOT = r"(?:登记|登|反映|反应|投诉|举报|检举|填写|填|立案|录入|记录)"
_IT = r"(?:我的?|这个|这件|这事|这件事|那个|它|下去|上去)?"
_NOT = r"(?:不|别|莫|不要|不用|不想|不必|无需|甭|勿|没必要|懒得|不打算|不准备)"
_STOP = re.compile(
    rf"{_NOT}(?:再|想|要|用|给我|帮我|替我|继续|你们|你|您)*{_DONE}{_IT}了(?:算了)?|"
    rf"{_NOT}(?:再|想|要|用|给我|帮我|替我|继续|你们|你|您)*{_OF_THE_BOT}{_IT}|"
    rf"(?:不|别|不要|不想)(?:再)?继续了?|放弃(?:{_DONE}|了)?|到此为止|就此打住|当我没说|当我没(?:反映|登记)过?|"
    rf"(?:退出|取消|终止|中止|结束|停止)(?:了|{_DONE}|本次|这次|这个)?|撤(?:了|回|掉|销|回来|下来)(?:了)?"
)
_WEAK = re.compile(r"算了(?:吧|算了)*|拉倒|罢了|作罢")
_NOT_YET = re.compile(r"(?:先|暂时?|还)(?:别|不要|不|莫)[^了]*$")
"""先别登记: to wait, where 别登记 is to stop."""
_TWICE = re.compile(r"(?P<one>.{2,6}?)(?P=one)+")
_SIGH = re.compile(r"^\W*(?:唉|哎|那|还是|就|要不)*算了吧?(?=[\u3400-\u9fff])")
_SUBMIT = r"(?:提交|交|发|报|上报|送|递交|递|登记|登|填|弄|办|立案)(?:上去|出去|过去)?"
_THINK = (
    r"(?:想(?:想|一想|一下|清楚|好)|考虑(?:一?下|考虑|清楚)?|琢磨(?:琢磨|一下)?|合计(?:合计|"
    r"一下)?|看(?:看|一看|一?下)|核对(?:核对|一下)?|商量(?:商量|一?下)?|谈谈|确认一下|核实(?:核实|"
    r"一下)?|缓(?:缓|一缓|一下))"
)
_ASK = r"(?:问(?:问|一问|一?下)|查(?:查|一查|一?下)|找(?:找|一找|一?下)|看(?:看|一?下))"
_I = r"(?:等我|让我|容我|待我|我|俺|咱|先|再|回去|回家|自己)"
_WITH = r"(?:(?:跟|和|同|找)(?:(?!谁|哪|什么)[\u3400-\u9fff]){1,8}?)"
_HOLD = re.compile(
    rf"(?:先|再|稍)?等(?:等|一?下|一?会儿?|会儿?|一等|着|哈)?(?:着)?|稍(?:等|候)(?:一?下|片刻)?|"
    rf"且慢|慢着|慢点|别急|不急|打住|停一?下|缓(?:缓|一缓|一下)|"
    rf"(?:先|暂|暂时|还)?(?:别|不要|莫|不能|勿|甭|不)(?:急着?|忙着?)?(?:给我|帮我|替我|把.{{1,6}})?{_SUBMIT}|"
    rf"{_I}*(?:好好|仔细|慢慢)?(?:再)?{_THINK}(?:再说|再定|再来)?|"
    rf"(?:(?:先|稍)?等(?:等|一?下|一?会儿?)?)?{_I}+{_WITH}?{_I}*(?:{_THINK}|{_ASK}(?:(?!进度|结果|进展|编号)[\u3400-\u9fff]){{0,6}}?)(?:再说|再定|再来)?|"
    rf"(?:等|过|晚|待)(?:一?会儿?|会儿?|点儿?|下|天|几天|两天|我.{{1,8}})(?:再|才)(?:{_DONE}|来|弄|定|看|决定)|"
    rf"(?:下次|改天|改日|回头|以后|明天|今晚|晚上|有空|有时间|下回|过后)(?:有空|有时间)?(?:再|"
    rf"在)?(?:{_DONE}|来|看|决定)?|"
    r"(?:我)?(?:还)?没(?:想好|考虑好|想清楚|确定|决定)|不确定"
)
_MADE_UP = r"(?:想|考虑|商量|问|核对|看|查|确认)(?:好|完|过|清楚|明白)"
_THEN = r"(?:昨天|昨晚|前天|刚才|刚刚|上次|之前|前面|早上|上午|下午|那天|今天)"
_TOOK = r"(?:登记|登|办|弄|说|填|报|来|反映|处理|讲|写|整|走|提交)"
_GO_ON = re.compile(
    rf"(?:我们|咱们)?(?:继续|接着|接下来|往下){_TOOK}?(?:{_TOOK}|{_THEN}|的|那个|那件|这个|这件|事|一下)*|"
    rf"(?:想|要|还是|得|给我|帮我|替我|给|帮|把|{_THEN}|的|那个|那件|这个|这件|事儿?|它)*登记?(?:上|一下)?|"
    rf"(?:我|那|就)*(?:又想|想了想还是|还是)(?:想|要|得|先)*(?:{_OF_THE_BOT}|报|提交|说|讲)(?:上|一下)?|"
    r"(?:我)?改主意|反悔|我?(?:又)?(?:回来|来|忙完|到家|有空|弄好|吃完饭?|开完会|接完电话)|我?在|"
    rf"{_THEN}?(?:我们?)?(?:说|讲|登记|填|办|弄|聊|进行)到(?:哪|哪儿|哪里|什么地方|第几步|啥地方|哪一?步)|"
    rf"(?:{_THEN}(?:我)?(?:太|一)?(?:在忙|有事|忙忘了?|忙|忘了?|给忘了|断网|掉线|没信号|没电|有点?事|手机没电|接电话|开会))|"
    rf"手机(?:刚才)?没电|信号不好|"
    rf"(?:我)?(?:又)?(?:想了想|想了一下|寻思了一下|考虑了(?:一下|考虑))|(?:我|我们)?(?:都)?{_MADE_UP}了?|"
    r"不改|不用改|不用了?改|恢复(?:刚才|一下)?的?"
)
_GO_ON_WITH = re.compile(
    rf"(?:把)?{_THEN}?(?:我)?(?:说|登记|反映|办|弄|填)?(?:到一半|没办完|没弄完|没登完|没说完)?的?(?:那个|"
    rf"那件|这个|这件)?[\u3400-\u9fff]{{0,10}}?(?:的|那个|那件|那事|的事)(?:继续|接着|还是|就){_TOOK}(?:一下)?|"
    rf"(?:继续|接着){_TOOK}{_THEN}?(?:我)?(?:说|登记|反映|办)?的?(?:那个|那件|这个|这件)?[\u3400-\u9fff]{{0,10}}?(?:的|"
    rf"的事|那个|那件|那事|的问题)"
)
"""Names the matter that is to go on: 昨天那个停水的接着登记, 接着弄井盖的."""
_SPEAKS = re.compile(
    r"^(?:那|我|还是|就|再)*(?:跟|和|给|告诉)?(?:你们?)?(?:说|讲|反映|登记)(?:说|讲|一下|一声|吧|啊|了)*"
    r"(?:[，,：: ]+|(?<=你说)|(?<=你讲))(?!不清|也|没用|不通|不明白|不着)(?=[\u3400-\u9fff]{3})"
)
"""算了跟你说: well then, what follows is told."""
_ANSWERS = re.compile(r"\d{5,}|匿名|实名|真名|叫|姓|地址|地点|电话|名字|改|确认|就这样|不留|没有|写|错|不是|不对|应该")
"""Beside a weak stop: the question is answered after all."""


@lru_cache(maxsize=_REMEMBERED)
def asides(text: str) -> Asides:
    """What is wished, and what else the text says; a long text tells a story and wishes nothing."""
    plain = _FACES.sub("", text)
    if len(words_only(plain)) > _LONGEST:
        return Asides(wish=None, rest=text)
    wishes: list[Wish] = []
    kept: list[str] = []
    for found in _CLAUSES.finditer(plain):
        before = plain[: found.start()]
        quoted = _QUOTES.search(before) and not _OWN_WORD.search(before)
        wish = None if quoted else _wish_of(found.group(), first=not before.strip())
        sigh = None if wish else _SIGH.match(found.group())
        if wish or sigh:
            wishes.append(wish or Wish.WEAK_STOP)
        if not wish:
            kept.append(found.group()[sigh.end() if sigh else 0 :])
    rest = "".join(kept).strip(" ，,；;、") if wishes else text
    wish = _strongest(wishes, rest)
    rest = _SPEAKS.sub("", rest) if wish is Wish.WEAK_STOP else rest
    return Asides(wish=wish, rest=rest if words_only(rest) else "")


def wish_in(text: str) -> Wish | None:
    return asides(text).wish


def goes_on(text: str) -> bool:
    """Whether somebody says that they want to go on, and nothing beside it."""
    said = asides(text)
    return said.wish is Wish.GO_ON and not said.rest


def stops(text: str) -> bool:
    return wish_in(text) is Wish.STOP


_WISHES = ((Wish.STOP, _STOP), (Wish.WEAK_STOP, _WEAK), (Wish.HOLD, _HOLD), (Wish.GO_ON, _GO_ON))


def _strongest(wishes: list[Wish], rest: str) -> Wish | None:
    """To stop goes before all else; to go on, said last, before a 算了 or a 等一下 that was said first."""
    if Wish.STOP in wishes:
        return Wish.STOP
    if Wish.GO_ON in wishes and wishes[-1] is Wish.GO_ON:
        return Wish.GO_ON
    if Wish.HOLD in wishes:
        return Wish.HOLD
    if Wish.WEAK_STOP in wishes:
        return Wish.WEAK_STOP if _ANSWERS.search(rest) or _SPEAKS.match(rest) else Wish.STOP
    return wishes[0] if wishes else None


def _wish_of(clause: str, *, first: bool) -> Wish | None:
    bare = words_only(clause)
    if not bare or len(bare) > _LONGEST_CLAUSE:
        return None
    cores = _cores(_TWICE.sub(r"\g<one>", bare))
    if _NOT_YET.search(bare) and any(_HOLD.fullmatch(core) for core in cores):
        return Wish.HOLD
    if re.fullmatch(rf"(?:我|我们|都|已经|家里|跟家里)*{_MADE_UP}了?", bare):
        return Wish.GO_ON
    for wish, pattern in _WISHES:
        if any(pattern.fullmatch(core) for core in cores):
            return wish
    return Wish.GO_ON if first and _GO_ON_WITH.fullmatch(bare.rstrip("吧了啊")) else None


def _cores(bare: str) -> tuple[str, ...]:
    """The clause as it is, and without what leads to it and what trails it."""
    led = _BEFORE.match(bare)
    ends = [bare, bare[led.end() :]] if led else [bare]
    cores = [one for end in ends for one in (end, _trimmed(end))]
    return tuple(dict.fromkeys(one for one in cores if one))


def _trimmed(text: str) -> str:
    for at in range(max(len(text) - 8, 1), len(text)):
        if _AFTER.fullmatch(text[at:]):
            return text[:at]
    return text
