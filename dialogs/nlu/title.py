"""A title of about nineteen characters for a matter: place, thing, fault."""

import re

from dialogs.nlu.masking import masked
from dialogs.nlu.matter import Categories, finds_fault
from dialogs.nlu.places import find_place, without_district

BEST_LENGTH = 19
LONGEST = 24
_NO_WORDS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]{1,15}://[!-~]+|<!\[CDATA\[|\]\]>|</?[A-Za-z][^<>]{0,40}>|&[a-z]{2,6};")
"""Links and markup stay in the content; a title is words."""
_HIDDEN = re.compile(r"[\d-]*\*{4,}[\dXx]*")
_CLAUSE = re.compile(r"[，,。；;！!？?\n<>{}|]+|(?<!\d)[：:]|[：:](?!\d)|(?<=[\u4e00-\u9fff]) (?=[\u4e00-\u9fff])")
_OPENING = re.compile(
    r"^(?:(?:尊敬的|各位)?领导(?:们)?|[您你]们?好|请问(?:一下)?|(?:居民|业主|村民|群众|市民)(?:们)?反映|麻烦(?:问一下)?|我(?![家妈爸父母爱老儿女孩丈妻弟哥姐妹爷奶公婆])们?(?:这里|这边|这(?![栋个条楼片家座]))?(?:想|要|来|是)?(?:要)?(?:反映|投诉|咨询|举报|说)?(?:一下|一个)?|"
    r"(?:想|要)?(?:反映|(?:投诉|举报)(?!电话|热线|信|人|箱|无|没|后|了|过))(?:一下|一个)?|本人|关于|就是|那个|然后|还有|另外|因为|由于|现在|目前|最近|一直以来|希望|请求?|强烈|恳请|要求|咨询(?:一下)?|问题是|情况是|事情是|在|咱们?|俺们?|\d{4}年(?:\d{1,2}月(?:\d{1,2}[日号])?)?[春夏秋冬]?天?)+"
)
_CLOSING = re.compile(r"(?:的(?:问题|情况|事情?)|(?<=[天月年周])了|啊|呀|吧|呢|哦|吗|的)+$")
_GOES_ON = re.compile(
    r"把|到|去|找|问|后来|当时|结果|第[一二三四五]|说|他|她|它|让|也|又|再|还|都|才|可是|但是?|所以|于是|跟|给|推给|里面|今年\d|家住|住在|"
    r"请|盼|望|谢|联系|共计|其中|户口|跑了"
)
"""How a clause begins that tells what came of it, not what it is."""
_WEAK = re.compile(
    r"(?:非常|特别|十分|实在|真的|已经|一直|总是|经常|都|也|就|还(?![是有])|又|(?:在|于|从)?\d{4}年\d{1,2}月(?:\d{1,2}[日号])?)"
)
_HALF_SAID = re.compile(
    r"(?:共计|一共|总共|合计|大约|约|共)?[\d.]+$|(?:擅自|长期|严重|随意|根本|一直|还|又|却|也|都|没有|[把被给让向从跟对]|了一?个|盖了|还有)$"
)
"""What a title that was cut must not end with."""
_BREAK = re.compile(
    r"(?=(?:、|并|而|但|导致|造成|影响|(?<!原)因|由于|至今|一直|多次|每天|已经|经常|希望|要求|还|又|却|也|都|没有|无人|没人|无法|擅自|长期|严重(?!的|了)|根本|随意|(?<!现)在|(?<!方)向|对(?!面)|(?<![理自])由|[把被给让从跟]))|(?<=了)(?![一两三几个])"
)
"""Where a sentence may be left: before what goes on with it, after what is done."""
_SHORTEST_CUT = 10
_EDGES = re.compile(r"^[\W_]+|[\W_]+$")
_HERE = re.compile(r"^(?:我们?|咱们?|俺们?)?(?:小区|村里|庄里|村口|路上|大?门口|楼下|这?栋楼|这里|这边)+[的滴]?")
_PLACE_ENDS = ("小区", "社区", "公园", "市场", "学校", "医院", "村", "庄", "镇", "楼", "路", "街", "巷")
NEUTRAL_ACCUSATION = "反映公职人员有关问题"


def make_title(content: str, place: str, categories: Categories) -> str:
    """The clause that says most, with the place in front where it lacks one."""
    said = _NO_WORDS.sub("\n", _HIDDEN.sub("", masked(content[:3000])))
    clauses = [c for c in (_stripped(part) for part in _CLAUSE.split(said[:1500])) if len(c) >= 2]  # noqa: PLR2004
    if not clauses:
        return _cut(_stripped(said) or "反映问题", LONGEST)
    of_all = categories.of(content)
    core = max(clauses[:12], key=lambda clause: _weight(clause, clauses.index(clause), categories, of_all))
    return _with_place(core, place, elsewhere=bool(place) and place not in content)


def _weight(clause: str, position: int, categories: Categories, of_all: str) -> float:
    """Higher for a clause that names fault and thing, the thing of the whole matter above all; lower for one that
    only goes on with the story.
    """
    category = categories.of(clause)
    fault = (4.0 if category else 3.0) if finds_fault(clause) else 0.0
    thing = 3.0 if category and category == of_all else 2.5 if category else 0.0
    thing -= 3.0 if _GOES_ON.match(clause) or clause.endswith(("时候", "以后", "之后")) else 0.0
    length = min(len(clause), BEST_LENGTH) / BEST_LENGTH * 2 - max(len(clause) - LONGEST, 0) * 0.25
    return fault + thing + length - position * 0.5


def _unrepeated(place: str, core: str) -> str:
    """``core`` without the word that ``place`` ends with: "前王村" and "村的路坏了" are "前王村" and "路坏了"."""
    last = next((word for word in _PLACE_ENDS if place.endswith(word) and core.startswith(f"{word}的")), None)
    return core[len(last) + 1 :] or core if last else core


def _with_place(core: str, place: str, *, elsewhere: bool) -> str:
    """``elsewhere``: the place was given, or corrected, beside the matter: it goes before one that the clause names."""
    said = find_place(core)
    if said and said.start <= 1:
        place = place if elsewhere else said.value
        rest = _OPENING.sub("", core[said.end :].lstrip("的")) if len(core) - said.end > 3 else core[said.end :]  # noqa: PLR2004 - a word of its own
        core = _HERE.sub("", rest) or rest
    elif said:
        return _cut(core, LONGEST)
    short = _short_place(place)
    if not short or short in core:
        return _cut(core if short else f"{place if said else ''}{core}", LONGEST)
    core = _unrepeated(short, _HERE.sub("", core) or core)
    if len(short + core) > LONGEST:
        short = _last_part(short)
    return _cut(short + core, LONGEST)


def _last_part(place: str) -> str:
    """The estate, village or street alone: 虞景嘉园 of 虞河路虞景嘉园."""
    if re.search(r"[与和]", place):
        return place
    parts = re.split(r"(?<=[\u3400-\u9fff][路街道镇乡])", place)
    return next((part for part in reversed(parts) if len(part) >= 3), place)  # noqa: PLR2004 - shorter ones name nothing


def _short_place(place: str) -> str:
    """The part of a place that tells it from others, at most ten characters."""
    short = re.sub(r"[（(].*", "", without_district(place))
    if len(short) > 10:  # noqa: PLR2004 - a title is 19
        short = re.sub(r"\d+(?:号楼|号|栋|幢|单元|楼|室|层|米).*$", "", short)
    return short if 2 <= len(short) <= 12 else ""  # noqa: PLR2004


def _stripped(clause: str) -> str:
    return _CLOSING.sub("", _OPENING.sub("", _EDGES.sub("", clause)).strip())


def _cut(title: str, longest: int) -> str:
    """Not longer than ``longest``, ending with a word where the weak ones can be spared."""
    if len(title) > longest:
        title = _WEAK.sub("", title)
    if len(title) > longest:
        breaks = [title[: b.start()] for b in _BREAK.finditer(title, _SHORTEST_CUT) if b.start() <= longest]
        whole = [part for part in breaks if not _HALF_SAID.search(part)]
        best = max(whole, key=lambda part: (finds_fault(part), part.endswith("了"), len(part)), default="")
        title = best or _HALF_SAID.sub("", title[:longest])
    return title.rstrip("的和与、在 ")
