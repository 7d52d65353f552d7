"""Several matters told in one message: where the text says so itself, and each part tells a trouble of its own.

Conservative: what goes on with the same trouble stays whole, and so does a list of what somebody asks for.
"""

import re
from collections.abc import Callable, Sequence
from itertools import pairwise

from dialogs.nlu.accusations import accuses_an_official
from dialogs.nlu.categories import Categories
from dialogs.nlu.kinds import goes_with_an_accusation, kind_of, things_in
from dialogs.nlu.matter import finds_fault, sounds_amiss

_FIRST = 3000
_MOST = 6
_SHORTEST = 4
_NUMERAL = "一二三四五六七八九"
_NUMBERED = re.compile(
    r"(?:^|(?<=[\n。；;，,！!：:？?、）)\x20\u3400-\u9fff]))[（(]?(?P<n>[1-9])(?:[、.．)）:：](?!\d)|\x20(?=[\u3400-\u9fff]))"
)
_ORDINAL = re.compile(
    rf"(?:^|(?<=[\n。；;，,！!：:？?\x20]))(?:第(?P<n>[{_NUMERAL}])(?:件事?|个(?:事|问题))?(?:是|就是)?[，,、：:]?(?![次天月年步批中小人期代章条款号季])|(?P<m>[{_NUMERAL}])(?:是|来|、|[，,]))"
)
_IN_TURN = re.compile(r"(?P<n>首先|其次|再次|然后|最后)[，,：:]?")
_ONE_IS = re.compile(
    r"(?:一个是|一件是|还有一个是|另一个是|再一个是|再一个就是|一个就是|还有就是|还有一个就是)[，,：:]?"
)
_ANNOUNCES = (
    r"(?:[，,])?(?:还)?(?:有)?(?:另)?(?:(?:个|一个|一件|件)(?:事儿?情?|问题|情况)?)?[，,]?(?:就?是|就)?"
    r"(?:我?(?:还|也)?(?:想|要)?(?:再|顺便)?(?:反映|投诉|举报|问|说|咨询)(?:一下|下|个|一个)*(?:问题|事情?)?)?[，,：:]?"
    r"(?!(?!\d{1,3}路)[两三四五六七八九十几半\d])"
)
_FRESH = r"(?:^|(?<=[\n。；;，,！!？?\x20]))(?:对了[，,]?)?"
_ANOTHER = re.compile(
    rf"{_FRESH}(?:另外|此外|除此(?:之外|以外)|除了这个|除了[^，,。；;]{1, 15}[，,](?=我?(?:们)?(?:还|也)(?:想|"
    rf"要|有))|再就是|再者|还有就是|再有就是|再有|再一个|顺便|另一(?:个|件)|"
    rf"还有(?:一)?(?:个|件)(?:事|问题)|对了[，,]?还有|最后还有){_ANNOUNCES}|"
    rf"(?<=[了的啊呢吧过着到行人修管])(?:还有就是|再就是|再一个(?:就是)?|再有就是|还有(?:一)?(?:个|件)(?:事|问题)|另外(?:还有)?(?:一)?(?:个|件)?(?:事|问题)?|完了(?:就是|还有)){_ANNOUNCES}"
)
"""Says that what follows is something else."""
_ALSO = re.compile(rf"{_FRESH}(?:同时|还有|还想|也想){_ANNOUNCES}")
"""May say so, or go on with the same."""
_TOO = re.compile(
    r"(?<=[，,。；;！!])(?=[^，,。；;！!？?\n也]{2,14}也(?:都|老是?)?(?:坏|不亮|堵|漏|丢|没了|裂|塌|不见|断))"
)
"""小区路灯也坏了, after something of another kind."""
_ALLOWANCE = re.compile(
    r"(?<=[，,。；;！!])(?=[^，,。；;！!？?\n]{0,6}(?:低保|养老金|退休金|五保|抚恤金|(?:高龄|残疾|粮食?)补贴)"
    r"[^，,。；;！!？?\n]{0,8}(?:停|取消|没发|不发|断|[不没]给|没了|少发))"
)
"""低保也给停了, after something of another kind."""
_CUT_OFF = re.compile(r"停电|没电|断电|停水|地震|台风|暴雨|大风|施工|被车")
"""What brings the one about and the other."""
_ASKED_FOR = re.compile(r"(?:诉求|要求|请求|希望|建议|恳请|望)[^。\n]{0,12}$")
"""Introduces a list of what is wanted, not of what is wrong."""
_LEAD = re.compile(
    r"(?:想|要)?(?:反映|投诉|说|咨询)?(?:一下)?(?:有)?[两二三四五几2-5](?:个|件|点)(?:问题|事情?|事儿?|情况|意见)?[是：:，,]*$"
)
_DONE_TO = re.compile(r"被|扣|贪|占|绕|乱|欠|倒|打")
_SAME = re.compile(r"^[^，,。]{0,6}(?:物业|居委会|社区|他们?|照样|一直|老是?没人)|态度|服务")
_LIKEWISE = re.compile(r"^[^，,。]{0,4}也[不没]")
_EDGES = " ，,；;。、：:\n"


def split_matters(text: str, categories: Categories) -> list[str]:
    """The matters of a text, in order and in the writer's words; empty where it tells one alone."""
    sample = text[:_FIRST]
    for marks in (
        _counted(sample, _NUMBERED, _figure),
        _counted(sample, _ORDINAL, _numeral),
        _turns(sample),
        _ones(sample),
    ):
        if len(marks) > 1:
            parts = _between(text, marks)
            asked_for = _ASKED_FOR.search(sample[: marks[0][0]])
            if _LEAD.search(sample[: marks[0][0]].strip(_EDGES)) and _as_many(parts, categories):
                return parts
            return parts if not asked_for and _differ(parts, categories, every=False) else []
    marks = sorted({*_spans(_ANOTHER, sample), *_spans(_ALSO, sample)})
    parts = _between(text, [(0, 0), *marks])
    if marks and _differ(parts, categories, every=True):
        return parts
    return _together(text, categories)


def _spans(pattern: re.Pattern[str], text: str) -> list[tuple[int, int]]:
    return [found.span() for found in pattern.finditer(text) if found.start()]


def _together(text: str, categories: Categories) -> list[str]:
    """Two matters that nothing but a comma parts: of kinds with nothing in common, the other a thing of its own."""
    allowance = _spans(_ALLOWANCE, text[:_FIRST])
    marks = allowance or _spans(_TOO, text[:_FIRST])
    if len(marks) != 1 or _CUT_OFF.search(text):
        return []
    parts = _between(text, [(0, 0), *marks])
    return parts if (allowance or things_in(parts[1])) and _differ(parts, categories, every=True) else []


def _between(text: str, marks: Sequence[tuple[int, int]]) -> list[str]:
    """What stands between the marks; what leads to the first (我有两件事) is no part of a matter."""
    ends = [start for start, _ in marks[1:]] + [len(text)]
    parts = [text[start:end].strip(_EDGES) for (_, start), end in zip(marks, ends, strict=True)]
    before = _LEAD.sub("", text[: marks[0][0]].strip(_EDGES))
    return [f"{before}，{parts[0]}" if len(before) > _SHORTEST and finds_fault(before) else parts[0], *parts[1:]]


def _differ(parts: Sequence[str], categories: Categories, *, every: bool) -> bool:
    """Whether each part tells a trouble, of kinds that differ: each from the one before it, where ``every``."""
    if not 2 <= len(parts) <= _MOST or min(map(len, parts)) < _SHORTEST:  # noqa: PLR2004 - one is not several
        return False
    if any(goes_with_an_accusation(a, b) for a, b in pairwise(parts)):
        return False
    if every:
        return all(map(_tells, parts)) and all(_apart(a, b, categories) for a, b in pairwise(parts))
    kinds = [kind_of(part, categories) for part in parts]
    return any(map(finds_fault, parts)) and "" not in kinds and len(set(kinds)) > 1


def _as_many(parts: Sequence[str], categories: Categories) -> bool:
    """Whether what was counted beforehand (我要反映三个事) is there: no part goes on with the one before it."""
    kinds = [kind_of(part, categories) for part in parts]
    alike = any(one and one == other for one, other in pairwise(kinds))
    enough = sum(map(_tells, parts)) > 1 and min(map(len, parts)) >= _SHORTEST
    return enough and len(parts) <= _MOST and not alike


def _tells(part: str) -> bool:
    return finds_fault(part) or sounds_amiss(part) or accuses_an_official(part) or bool(_DONE_TO.search(part))


def _apart(one: str, other: str, categories: Categories) -> bool:
    """Whether two parts are of kinds with nothing in common; or of two things, where each names its own."""
    kinds = [kind_of(part, categories) for part in (one, other)]
    things = [things_in(part) for part in (one, other)]
    if _SAME.search(other) or (_LIKEWISE.search(other) and not things[1]):
        return False
    if "" not in kinds and kinds[0].partition("/")[0] != kinds[1].partition("/")[0]:
        return True
    known = [kind or (things[at] and "?") for at, kind in enumerate(kinds)]
    if not all(known) or known[0] == known[1] or things[0] & things[1]:
        return False
    return bool(things[1]) or "" in kinds


def _counted(text: str, pattern: re.Pattern[str], value: Callable[[re.Match[str]], int]) -> list[tuple[int, int]]:
    """The marks that count up from one."""
    marks: list[tuple[int, int]] = []
    for found in pattern.finditer(text):
        if value(found) == len(marks) + 1:
            marks.append(found.span())
    return marks


def _figure(found: re.Match[str]) -> int:
    return int(found["n"])


def _numeral(found: re.Match[str]) -> int:
    return _NUMERAL.index(found["n"] or found["m"]) + 1


def _turns(text: str) -> list[tuple[int, int]]:
    found = list(_IN_TURN.finditer(text))
    return [one.span() for one in found] if found and found[0]["n"] == "首先" else []


def _ones(text: str) -> list[tuple[int, int]]:
    return [found.span() for found in _ONE_IS.finditer(text)]
