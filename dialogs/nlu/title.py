"""A title of about nineteen characters for a matter: place, thing, fault."""

import re

from dialogs.nlu.matter import Categories, finds_fault
from dialogs.nlu.places import find_place, without_district

BEST_LENGTH = 19
LONGEST = 24
_CLAUSE = re.compile(r"[，,。；;！!？?：:\n]+|(?<=[\u4e00-\u9fff]) (?=[\u4e00-\u9fff])")
_OPENING = re.compile(
    r"^(?:(?:尊敬的|各位)?领导(?:们)?|[您你]们?好|请问(?:一下)?|麻烦(?:问一下)?|我们?(?:这里|这边|这)?(?:想|要|来|是)?(?:要)?(?:反映|投诉|咨询|举报|说)?(?:一下|一个)?|"
    r"(?:想|要)?反映(?:一下|一个)?|本人|关于|就是|那个|然后|还有|另外|因为|由于|现在|目前|最近|一直以来|希望|请求?|强烈|恳请|要求|咨询(?:一下)?|问题是|情况是|事情是|在|咱们?|俺们?)+"
)
_CLOSING = re.compile(r"(?:的(?:问题|情况|事情?)|(?<=[天月年周])了|啊|呀|吧|呢|哦|吗|的)+$")
_WEAK = re.compile(r"(?:非常|特别|十分|实在|真的|已经|一直|总是|经常|都|也|就|还|又)")
NEUTRAL_ACCUSATION = "反映公职人员有关问题"


def make_title(content: str, place: str, categories: Categories) -> str:
    """The clause that says most, with the place in front where it lacks one."""
    clauses = [c for c in (_stripped(part) for part in _CLAUSE.split(content[:1500])) if len(c) >= 2]  # noqa: PLR2004
    if not clauses:
        return _cut(_stripped(content) or "反映问题", LONGEST)
    core = max(clauses[:12], key=lambda clause: _weight(clause, clauses.index(clause), categories))
    return _with_place(core, place)


def _weight(clause: str, position: int, categories: Categories) -> float:
    fault = 4.0 if finds_fault(clause) else 0.0
    thing = 3.0 if categories.of(clause) else 0.0
    length = min(len(clause), BEST_LENGTH) / BEST_LENGTH * 2 - max(len(clause) - LONGEST, 0) * 0.1
    return fault + thing + length - position * 0.4


def _with_place(core: str, place: str) -> str:
    said = find_place(core)
    if said and said.start <= 1:
        core = without_district(core) if len(core) > BEST_LENGTH or said.exact else core
        return _cut(_stripped(core), LONGEST)
    short = _short_place(place)
    if said or not short or short in core:
        return _cut(core, LONGEST)
    core = re.sub(r"^(?:小区|村里|路上|门口|楼下)", "", core) or core
    return _cut(short + core, LONGEST)


def _short_place(place: str) -> str:
    """The part of a place that tells it from others, at most ten characters."""
    short = re.sub(r"[（(].*", "", without_district(place))
    if len(short) > 10:  # noqa: PLR2004 - a title is 19
        short = re.sub(r"\d+(?:号楼|号|栋|幢|单元|楼|室|层|米).*$", "", short)
    return short if 2 <= len(short) <= 12 else ""  # noqa: PLR2004


def _stripped(clause: str) -> str:
    return _CLOSING.sub("", _OPENING.sub("", clause.strip(" 、.…")).strip())


def _cut(title: str, longest: int) -> str:
    """Not longer than ``longest``, ending with a word where the weak ones can be spared."""
    if len(title) > longest:
        title = _WEAK.sub("", title)
    return title[:longest].rstrip("的和与、在 ")
