"""A title of about nineteen characters for a matter: place, thing, fault."""

import re
from collections.abc import Iterator

from dialogs.nlu.masking import masked
from dialogs.nlu.matter import Categories, finds_fault
from dialogs.nlu.places import find_place, without_district

BEST_LENGTH = 19
WANTED = 20
"""What fits a notice of the platforms; longer only where a shorter one would say less than the fault."""
LONGEST = 24
_NO_WORDS = re.compile(
    r"[A-Za-z][A-Za-z0-9+.-]{1,15}://[!-~]+|<!\[CDATA\[|\]\]>|</?[A-Za-z][^<>]{0,40}>|&[a-z]{2,6};|[\u2600-\u27bf\U0001f000-\U0001faff]"
)
"""Links and markup stay in the content; a title is words."""
_HIDDEN = re.compile(r"[\d-]*\*{4,}[\dXx]*")
_CLAUSE = re.compile(r"[，,。；;！!？?\n<>{}|]+|(?<!\d)[：:]|[：:](?!\d)|(?<=[\u4e00-\u9fff]) (?=[\u4e00-\u9fff])")
_OPENING = re.compile(
    r"^(?:是(?![不非否])|那?就?[帮替给]我(?:反映|反应|登记|投诉|记)(?:一?下)?[嘛吧啊]?|[啊嗯呃哦唉哎噢]|(?:尊敬的|各位)?领导(?:们)?|[您你]们?好[哈啊呀]?|师傅|[（(]?\d[、.．)）](?!\d)|(?:反映|反应)一?下|一下|请问(?:一下)?|(?:居民|业主|村民|群众|市民)(?:们)?反映|麻烦(?:问一下)?|我(?![家妈爸父母爱老儿女孩丈妻弟哥姐妹爷奶公婆]|们[村庄镇乡小社单公厂校班])们?(?:这里|这边|这(?![栋个条楼片家座]))?(?:想|要|来|是)?(?:要)?(?:反映|投诉|咨询|举报|说)?(?:一下|一个)?|"
    r"(?:想|要)?(?:反映|(?:投诉|举报)(?!电话|热线|信|人|箱|无|没|后|了|过))(?:一下|一个)?|本人|关于|就是|那个|然后|还有|另外|因为|由于|现在|目前|最近|一直以来|希望|请求?|强烈|恳请|要求|咨询(?:一下)?|到现在|至今|问题是|情况是|事情是|在|咱们?|俺们?|\d{4}年(?:\d{1,2}月(?:\d{1,2}[日号])?)?[春夏秋冬]?天?)+"
)
_CLOSING = re.compile(r"(?:的(?:问题|情况|事情?)|(?<=[天月年周])了|啊|呀|吧|呢|哦|吗|嘛|的)+$")
_GOES_ON = re.compile(
    r"影响|导致|结果|把|到(?!现在)|去(?!年)|找|问|后来|当时|结果|第[一二三四五]|说|他|她|它|让|也|又|再|还|都|才|可是|但是?|所以|于是|跟|给|推给|里面|今年\d|家住|住在|"
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
    r"(?=(?:、|吵得|并|而|但|导致|造成|影响|(?<!原)因|由于|至今|一直|多次|每天|已经|经常|希望|要求|还|又|却|也|都|没有|无人|没人|无法|擅自|长期|严重(?!的|了)|根本|随意|(?<!现)在|(?<!方)向|对(?!面)|(?<![理自])由|[把被给让从跟]))|(?<=了)(?![一两三几个])"
)
"""Where a sentence may be left: before what goes on with it, after what is done."""
_ANEW = re.compile(
    r"(?=(?:我们(?:这里|这边|小区|村|家)|我家|俺家|结果|后来|找(?:物业|城管|社区|村)|然后|现在|都[一两三四五六七八九十半几]+个?[天月周年]|麻烦|希望|因为|但是|可是|不知道|问了|老板也|影响|导致|恳请|请求|(?<!请)求))|(?<=的住户)|(?<=的时候)"
)
"""Where a new thought begins in a text without a stop."""
_RUN_ON = 26
_ONLY_A_PLACE, _MOST_OF_IT = 4.0, 0.8
UNLABELLED = "发送的位置"
"""A point on the map without a name: no words for a title."""
_SHORTEST_CUT = 10
_EDGES = re.compile(r"^[\W_]+|[\W_]+$")
_HERE = re.compile(
    r"^(?:我们?|咱们?|俺们?|你们)?(?:那个)?(?:小区|村里|村(?![民委主支官务路干口])|庄里|庄上|村口|路上|大?门口|楼下|这?栋楼|这里|这边)+[的滴]?"
)
_PLACE_ENDS = ("小区", "社区", "公园", "市场", "学校", "医院", "村", "庄", "镇", "楼", "路", "街", "巷")
NEUTRAL_ACCUSATION = "反映公职人员有关问题"


def make_title(content: str, place: str, categories: Categories) -> str:
    """The clause that says most, with the place in front where it lacks one."""
    said = _NO_WORDS.sub("\n", _HIDDEN.sub("", masked(content[:3000])))
    clauses = [c for c in (_stripped(part) for part in _clauses(said[:1500])) if len(c) >= 2]  # noqa: PLR2004
    if not clauses:
        return _cut(_stripped(said) or "反映问题", LONGEST)
    of_all = categories.of(content)
    weights = {clause: _weight(clause, at, categories, of_all) for at, clause in reversed([*enumerate(clauses[:12])])}
    core = max(clauses[:12], key=weights.__getitem__)
    place = "" if place == UNLABELLED else place
    return _with_place(core, place, elsewhere=bool(place) and place not in content)


def _clauses(text: str) -> Iterator[str]:
    """The clauses; what was spoken without a stop, cut before the words that begin anew."""
    for clause in _CLAUSE.split(text):
        parts = _ANEW.split(clause) if len(clause) > _RUN_ON else ()
        yield from (_HALF_SAID.sub("", part) for part in parts) if parts else (clause,)


def _weight(clause: str, position: int, categories: Categories, of_all: str) -> float:
    """Higher for a clause that names fault and thing, the thing of the whole matter above all; lower for one that
    only goes on with the story.
    """
    category = categories.of(clause)
    fault = (4.0 if category else 3.0) if finds_fault(clause) else 0.0
    thing = 3.0 if category and category == of_all else 2.5 if category else 0.0
    thing -= 3.0 if _GOES_ON.match(clause) or clause.endswith(("时候", "以后", "之后")) else 0.0
    said = find_place(clause)
    thing -= _ONLY_A_PLACE if said and len(said.value) >= len(clause) * _MOST_OF_IT else 0.0
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
        short = re.sub(r"[甲乙丙丁]?\d+(?:号楼|号|栋|幢|单元|楼|室|层|米).*$", "", short)
    return short if 2 <= len(short) <= 12 else ""  # noqa: PLR2004


def _stripped(clause: str) -> str:
    return _CLOSING.sub("", _OPENING.sub("", _EDGES.sub("", clause)).strip())


def _cut(title: str, longest: int) -> str:
    """At most ``WANTED`` characters where that keeps the fault, never more than ``longest``; whole words."""
    if len(title) > WANTED:
        title = _WEAK.sub("", title)
    if len(title) > WANTED:
        wanted = [part for part in _breaks(title, WANTED) if finds_fault(part)]
        title = max(wanted, key=len, default=title)
    if len(title) > longest:
        breaks = _breaks(title, longest)
        best = max(breaks, key=lambda part: (finds_fault(part), part.endswith("了"), len(part)), default="")
        title = best or _HALF_SAID.sub("", title[:longest])
    return title.rstrip("的和与、在 ")


def _breaks(title: str, longest: int) -> list[str]:
    """The beginnings that may stand alone."""
    parts = [title[: found.start()] for found in _BREAK.finditer(title, _SHORTEST_CUT) if found.start() <= longest]
    return [part for part in parts if not _HALF_SAID.search(part)]
