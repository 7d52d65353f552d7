"""A name that is spelled out: 我姓王，三横王，名字叫建国，建设的建国家的国; 弓长张; 孙德福道德的德福气的福."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from dialogs.nlu.names import bare_name, is_a_surname

_HAN = r"[\u3400-\u9fff]"
_RIDDLE = re.compile(
    r"(?:弓长(?=张)|木子(?=李)|十八子(?=李)|口天(?=吴)|双木(?=林)|耳东(?=陈)|古月(?=胡)|草头(?=黄)|共田(?=黄)|大肚(?=黄)|三横一?竖?(?=王)|双人(?:旁)?(?=徐)|立早(?=章)|言午(?=许)|"
    r"木易(?=杨)|双口(?=吕)|文刀(?=刘)|卯金刀(?=刘)|人可(?=何)|干[勾钩](?=于)|禾呈(?=程)|走肖(?=赵)|言身寸(?=谢)|两点马(?=冯)|二马(?=冯)|草重(?=董)|言西早(?=谭)|西早(?=覃)|"
    r"委鬼(?=魏)|金中(?=钟)|童金(?=钟)|丘山(?=岳)|四夕(?=罗)|宝盖木(?=宋)|小月(?=肖)|草肃(?=萧)|草将(?=蒋)|水工(?=江)|三点水工?(?=[江汪沈潘温汤洪])|西贝(?=贾)|龙共(?=龚)|"
    r"方也(?=施)|撇未(?=朱)|人五(?=伍)|人未(?=余)|人则(?=俞)|美女(?=姜)|羊女(?=姜)|生姜(?=姜)|子小(?=孙)|小子(?=孙)|大口(?=周)|吉口(?=周)|上下(?=卞)|山佳(?=崔)|"
    r"两点水(?=[冯凌冷])|单人旁?(?=[任何余伍付])|木字旁?(?=[杨林柳梅杜])|竖心旁?(?=[惠])|门字(?=[闫阎])|三个金(?=鑫)|大写的?(?=万))"
    rf"(?:的|字)?(?P<char>{_HAN})"
)
_OF_A_WORD = re.compile(rf"的(?P<char>{_HAN})字?")
_BESIDE = re.compile(
    rf"(?:{_HAN}字[旁头底边]|三点水旁?|两点水旁?|提手旁?|走之旁?|宝盖头?|[单双]人旁|竖心旁|绞丝旁|提土旁|反犬旁)"
    rf"的?(?P<char>(?![旁边头底的上下里]){_HAN})字?"
)
_WORD = range(2, 5)
_GOES_ON = re.compile(r"(?=$|[^\u3400-\u9fff]|电话|手机|号码|联系|我的?|那个|就|和|幺|一[三五八七九六四]|名|叫|姓|字)")
_BREAKS = " ，,、。；;"
_SURNAME = re.compile(r"(?:^|[，,、。；; ]|我|俺|免贵|本人)姓(?P<name>[\u3400-\u9fff])")
_GIVEN = re.compile(
    rf"(?:名字?儿?(?:就)?(?:叫|是)?|叫(?:做)?|单名(?:一个)?|是)(?:[，, ])*(?P<name>{_HAN}{{1,3}})(?=$|[^\u3400-\u9fff])"
)
_CALLED = re.compile(rf"(?:我?姓(?P<own>{_HAN})[啊呀嘛]?)(?P<full>(?P=own){_HAN}{{1,2}})(?=$|[^\u3400-\u9fff])")
_LEADS = re.compile(r"^(?:我|俺)?(?:的?名字?)?(?:就)?(?:叫|是)?")
_OF_A_UNIT = re.compile(r"[厂店司校村路院园区牌品]的?名")
"""厂名是明晖，日字旁的晖 spells no name of a person."""
_NAMED = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class _Phrase:
    """How one character is written. ``surname``: by a riddle that everybody knows it by."""

    start: int
    end: int
    char: str = field(repr=False)
    surname: bool


def unspelled(text: str) -> str:
    """The text with the name alone where it was spelled out; as it is where nothing is spelled."""
    phrases = _phrases(text)
    if not phrases or _OF_A_UNIT.search(text):
        return text
    rest = _without(text, phrases)
    riddles = [phrase.char for phrase in phrases if phrase.surname]
    spelled = [phrase.char for phrase in phrases if not phrase.surname]
    surname, given = _SURNAME.search(rest), _GIVEN.search(rest)
    first = surname["name"] if surname else next(iter(riddles), "")
    if first and re.search(rf"[老小]{first}", rest):  # 叫我小贾，西贝贾
        return rest
    whole = _whole(rest, first)
    if whole and (riddles or all(char in whole for char in spelled)):
        return _CALLED.sub(lambda found: found["full"], rest)
    called = given["name"] if given else ""
    first = first or next((char for char in spelled if char not in called and is_a_surname(char)), "")
    if not (riddles or (called and all(char in first + called for char in spelled))):
        return text
    called = called or "".join(char for char in spelled if char != first)
    said = [found.span() for found in (surname, given) if found]
    return _joined(_named(first, called), _cut(rest, said))


def _phrases(text: str) -> Sequence[_Phrase]:
    """What only tells how a character is written, in order; each ends where a clause or another such phrase begins."""
    found = [_Phrase(start=m.start(), end=m.end(), char=m["char"], surname=True) for m in _RIDDLE.finditer(text)]
    found += [
        _Phrase(start=m.start(), end=m.end(), char=m["char"], surname=False)
        for m in _BESIDE.finditer(text)
        if not any(one.start <= m.start() < one.end for one in found)
    ]
    for match in _OF_A_WORD.finditer(text):
        start = _word_before(text, match)
        if start is not None and not any(one.start < match.end() and start < one.end for one in found):
            found.append(_Phrase(start=start, end=match.end(), char=match["char"], surname=False))
    found.sort(key=lambda one: one.start)
    starts = {one.start for one in found}
    return [one for one in found if one.end in starts or _GOES_ON.match(text, one.end)]


def _word_before(text: str, match: re.Match[str]) -> int | None:
    """Where the word begins that holds the character: 建设 of 建设的建."""
    for length in _WORD:
        start = match.start() - length
        word = text[max(start, 0) : match.start()]
        if start >= 0 and re.fullmatch(rf"{_HAN}+", word) and match["char"] in word:
            alone = start == 1 or (start > 1 and text[start - 2] in _BREAKS)
            return start - 1 if alone and re.match(_HAN, text[start - 1]) else start  # 周大福的福
    return None


def _without(text: str, phrases: Sequence[_Phrase]) -> str:
    return _cut(text, [(one.start, one.end) for one in phrases])


def _cut(text: str, spans: Sequence[tuple[int, int]]) -> str:
    kept, at = "", 0
    for start, end in sorted(spans):
        kept += text[at:start] + "，" if start >= at else ""
        at = max(at, end)
    return re.sub(rf"[{_BREAKS}]*，[{_BREAKS}]*", "，", kept + text[at:]).strip(_BREAKS)


def _whole(text: str, surname: str) -> str:
    """The full name that stands in what is left."""
    if called := _CALLED.search(text):
        return called["full"]
    clauses = [_LEADS.sub("", one) for one in re.split(rf"[{_BREAKS}]+", text) if one]
    names = (name for one in clauses[:_NAMED] if (name := bare_name(one)))
    return next((name for name in names if name.startswith(surname) and not _riddle_of(name, surname)), "")


def _riddle_of(name: str, surname: str) -> bool:
    """大吉周 beside 姓周."""
    return bool(surname) and name != surname and name.endswith(surname) and not name.startswith(surname)


def _named(surname: str, given: str) -> str:
    if not given:
        return f"我姓{surname}"
    whole = given.startswith(surname) and len(given) > 1 if surname else False
    return f"我叫{given}" if whole else f"我叫{surname}{given}" if surname else f"叫{given}"


def _joined(name: str, rest: str) -> str:
    rest = re.sub(r"^(?:我?(?:叫|是)|名字?)(?=，|$)[，]*", "", rest)
    return f"{name}，{rest}" if rest else name
