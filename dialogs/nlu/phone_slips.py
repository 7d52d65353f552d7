"""A telephone number put right in part: 尾号不是5678是5679; 最后两位错了，是八九; 中间四位是4321; 第三位是8."""

import re
from dataclasses import dataclass, field

from dialogs.nlu.phones import figures_of

_LONGEST = 40
_ONE_BY_ONE = "零〇一幺二两三四五六七八九0-9"
_GAP = r"[ ，,、.-]?"
_DIGITS = rf"[{_ONE_BY_ONE}](?:{_GAP}[{_ONE_BY_ONE}]){{0,10}}"
_COUNT = {c: n for n, c in enumerate("一二三四五六七八", 1)} | {"两": 2, "俩": 2}
_COUNTED = rf"(?P<count>[{''.join(_COUNT)}1-8])"
_WHERE = (
    rf"(?:倒数第{_COUNTED.replace('count', 'back')}(?:位|个)?|第{_COUNTED.replace('count', 'nth')}(?:位|个)|"
    rf"(?:(?P<last>最后面?|末尾?|后面?|尾号|尾数|尾巴|结尾|尾)|(?P<first>开头|前面?|最前面?|打头)|(?P<middle>中间|当中))"
    rf"的?(?:是?{_COUNTED}(?:[位个]))?)(?:数字?|号码?|位)?(?:那?[位个])?"
)
_WRONG = (
    r"(?:我|刚才|也|都|好像|是)*(?:(?:写|打|填|说|记|输|登|弄|报)?(?:错了?|不对|反了?|岔了?)(?:了|啦)?(?:一个|一位)?)"
)
_BECOMES = r"(?:应该|应当|应|得|要)?(?:改成|改为|换成|写成|是|为|改)[：: ]*"
_PART = re.compile(
    rf"{_WHERE}[，, ]*(?:{_WRONG})?[，,。 ]*"
    rf"(?:(?:(?:不是|把)[：: ]*(?P<old>{_DIGITS}?)[，,。 ]*(?:是|而是|应该是|应是|改成|改为|换成)|"
    rf"(?:写|打|填|说|记|输|弄|报)(?:成|的是|了)(?P<typed>{_DIGITS}?)(?:了|啦)?[，,。 ]*{_BECOMES})|{_BECOMES})"
    rf"[：: ]*(?P<new>{_DIGITS})(?![{_ONE_BY_ONE}十百]|[号栋楼单室月天点年块元个次层户米人路])"
)
_AT_THE_END = re.compile(rf"{_WHERE}[，, ]*(?:{_WRONG})?[，,。 ]*(?P<old>)(?P<typed>)(?P<new>{_DIGITS})[。！!了吧的]*$")
"""尾号5679; 后四位错了，五六七九."""
_EITHER = re.compile(
    rf"^(?:[我的]*(?:手机|电话)?(?:号码?)?[，, ]*(?:里|中)?的?)?(?:不对|错了|写错了|"
    rf"打错了)?[，, ]*(?:不是|把)?(?P<old>{_DIGITS}?)[，, ]*"
    rf"(?:(?<=[{_ONE_BY_ONE}])[，, ]*(?:应该是|应是|改成|改为|换成|而是|是))(?P<new>{_DIGITS})[。！!了吧]*$"
)
_RIGHT = re.compile(
    rf"^(?:不对|不是|错了|写错了|打错了|说错了)(?:啊|呀|了)*[，,。！! ]*(?:应该)?(?:是|"
    rf"为)[：: ]*(?P<new>[{_ONE_BY_ONE}](?:{_GAP}[{_ONE_BY_ONE}]){{3,7}})[。！!]*$"
)
_OF_A_NUMBER = re.compile(r"电话|手机|号|位|尾|个数|开头|打头")
_MOBILE = 11
_MIDDLE = slice(3, 7)
_GROUPS = frozenset({0, 3, 7})
"""Where the groups begin that a number is said in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PartOfNumber:
    """Which digits are told anew: ``old`` those they stand for, "" where nobody said."""

    start: int
    end: int
    old: str = field(repr=False)
    new: str = field(repr=False)


def phone_put_right(text: str, phone: str) -> str:
    """The number with the digits that the text puts right; "" where it puts none right."""
    if not phone or len(text) > _LONGEST or (found := _read(text, phone)) is None:
        return ""
    stood = phone[found.start : found.end]
    if len(stood) != len(found.new) or (found.old and stood not in {found.old, found.new}):
        return ""
    return phone[: found.start] + found.new + phone[found.end :]


def _read(text: str, phone: str) -> PartOfNumber | None:
    if _OF_A_NUMBER.search(text) and (part := _PART.search(text) or _AT_THE_END.search(text)):
        new, old = figures_of(part["new"]), figures_of(part["old"] or part["typed"] or "")
        start = _start(part, len(new), phone)
        return None if start is None else PartOfNumber(start=start, end=start + len(new), old=old, new=new)
    either = _EITHER.match(text.strip())
    if either:
        return _alone(figures_of(either["old"]), figures_of(either["new"]), phone)
    right = _RIGHT.match(text.strip())
    return _nearly(figures_of(right["new"]), phone) if right else None


def _start(part: re.Match[str], told: int, phone: str) -> int | None:
    """Where the digits begin that are told; None where as many were not spoken of."""
    if place := part["nth"] or part["back"]:
        at = _number(place) - 1 if part["nth"] else len(phone) - _number(place)
        return at if told == 1 else None
    if part["count"] and _number(part["count"]) != told:
        return None
    if part["middle"]:
        return _MIDDLE.start if len(phone) == _MOBILE and told == _MIDDLE.stop - _MIDDLE.start else None
    return len(phone) - told if part["last"] else 0


def _alone(old: str, new: str, phone: str) -> PartOfNumber | None:
    """不是5678，是5679: the digits that stand there once, or at the end."""
    if len(old) != len(new) or len(old) < 2 or old not in phone:  # noqa: PLR2004 - one digit stands anywhere
        return None
    at = len(phone) - len(old) if phone.endswith(old) else phone.index(old)
    once = phone.endswith(old) or phone.count(old) == 1
    return PartOfNumber(start=at, end=at + len(old), old=old, new=new) if once else None


def _nearly(new: str, phone: str) -> PartOfNumber | None:
    """不对，是零零二三: those that differ from these in one digit, in the groups it is said in."""
    groups = [(at, phone[at : at + len(new)]) for at in range(len(phone) - len(new) + 1)]
    close = [(at, old) for at, old in groups if sum(a != b for a, b in zip(old, new, strict=True)) == 1]
    spoken = [one for one in close if one[0] in _GROUPS or phone.endswith(one[1])] or close
    if len(spoken) != 1:
        return None
    at, old = spoken[0]
    return PartOfNumber(start=at, end=at + len(new), old=old, new=new)


def _number(said: str) -> int:
    return int(said) if said.isdigit() else _COUNT[said]
