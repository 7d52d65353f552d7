"""The answer to "where": a place, none, or more of the matter."""

import re

from dialogs.actions.changed import replace
from dialogs.actions.changes import Heard, told, unclear
from dialogs.actions.draft import Draft
from dialogs.actions.moving import moved
from dialogs.actions.wondering import wondered
from dialogs.actions.world import Turn
from dialogs.nlu import commands
from dialogs.nlu.accusations import accuses_an_official
from dialogs.nlu.assent import agrees
from dialogs.nlu.facts import Facts, answered_place, in_order, only_place
from dialogs.nlu.gazetteer import Gazetteer
from dialogs.nlu.houses import only_house, rehoused
from dialogs.nlu.matter import Categories, asks, tells_a_matter, type_of
from dialogs.nlu.names import bare_name, sounds_like_a_person
from dialogs.nlu.place_noise import without_doubt
from dialogs.nlu.places import Lack, find_district, find_place, is_no_place, lack_of, without_district
from dialogs.nlu.time_alone import time_alone
from dialogs.nlu.times import find_since
from dialogs.text.clean import words_only
from dialogs.text.ngrams import overlap, stands_in
from dialogs.text.phrases import made_of

LONG_ANSWER = 25
"""Characters; a longer answer tells a story."""
_NOWHERE = made_of(
    r"没有?|无|不涉及|没有具体(?:地点|地址)?|不(?:方便|想|便|愿意?)(?:说|透露)?(?:地方|地点|地址|在哪)?|全市|全国|到处都?是?|没有地[点址]|无具体地[点址]|不限|跳过|在?哪(?:里|儿)?都(?:行|可以|一样|有)|地点|地址|具体地点"
)
NO_PLACE = "无具体地点"
LEFT_OPEN = "暂无"
"""Asked often enough, and not told."""
NOWHERE = frozenset({None, "", NO_PLACE, LEFT_OPEN})
_SHORTEST_PLACE = 2
_PRECISE = "precise"
_MOSTLY = 0.5
_ANYWHERE = frozenset({"表扬", "建议", "咨询"})
"""What needs nobody to go there."""
_A_REMARK = 6
_HOME = re.compile(r"^我?们?家?(?:是)?(?:住|家住|住址)|家在")
_ABOUT_PEOPLE = re.compile(
    r"(?:邻居|房东|老板|户主|他|她|[爸妈爹娘奶爷姥公婆]|楼[上下]的?)(?:名字)?(?:是|叫)|"
    r"^是?[我俺](?:[爸妈爹娘哥姐弟妹]+|父亲|母亲|奶奶|爷爷|姥姥|老伴|儿子|女儿|闺女)(?:家|的)|"
    r"^叫[\u3400-\u9fff]{2,3}$|扫(?:马路|大街)|家里|(?:有|是)(?:个)?(?:老人|孩子|小孩|病人|孕妇)|(?:老人|孩子)[没不很都]|没法|受不了|没水|没电"
)
_A_FACT = re.compile(
    r"(?:就是|是|坐|[那这]个|[那这]趟)*(?:[A-Za-z]?\d{1,3}|[一二三四五六七八九十百]{1,4})路(?:公交车?|车|的|那趟)*[。！]?|"
    r"(?:就是|是|都是|用的?)?(?:中国)?(?:[中申圆]通|韵达|顺丰|京东|极兔|邮政|菜鸟|德邦|美团|饿了么|拼多多|淘宝|滴滴|抖音|移动|联通|电信|广电)(?:的|快递|外卖|宽带|公司|平台|物流|网络|家)*[。！]?|"
    r"(?!.*[里村庄屯边面头侧口院楼区县镇乡街路园苑城栋号幢层段角]的?$)[^，。\d]{2,6}的|"
    r"车牌号?.*|[\u3400-\u9fff]?[A-Z][·.]?[A-Z0-9]{5,6}"
)
"""27路, 中通的: which one it is, not where."""
_LIKE_A_PLACE = re.compile(r"(?:[站池点口边旁里侧处院楼房坑沟]|[对后]面|附近)$")
_NO_NOUN = re.compile(
    r"^(?:我?要求|谁|给|帮|替|催|快|赶|请|麻烦|求|让|叫|能|可以|会|要|想|等|算了|谢|再|你|他(?!们[村家])|她|为啥|为什|急|看看|问问|查查|说|管)|"
    r"道歉|赔[钱偿]|催|尽快|赶紧|[吗嘛]$|(?P<twice>[\u3400-\u9fff])(?P=twice)(?:吧|呗)?$"
)
"""给我催催: a wish, no name of a place."""
_TELLING = re.compile(
    r"还在|正在|打桩|施工中|半夜|天天|会(?!展|堂|馆|所|议)|[给被把怕想]|老师|孩子|名字|更正|[写说弄搞]错"
)
"""老师会给孩子穿小鞋: no part of where it is."""
_HAPPENED = re.compile(
    r"[了过没]|[说要让](?!是)|不(?!远)|[去吃买办看修交做开装住][的]$|[上中下]午|晚上|月份|[上下]个?月|[昨前今]天|[去前今]年|(?:周|星期|礼拜)[一二三四五六日天]"
)
_THE_WAY = re.compile(
    r"[往朝]|(?<!左)[左右](?!右)|拐|进去|走[到过]|过了|[东南西北]边?$|(?:旁边?|对面|附近|楼|号|层|室)$|不对|不是|错|门牌"
)
"""How to get there, and corrections, belong to the place."""
_STORY = re.compile(r"[的了有没是很么把被给说要来去叫让在]")
_A_CLAUSE = 4
_NAME_ON = 4
"""Characters; 福满楼 goes on after 解放路, 大车压坏路面 does not."""
_ONLY_A_NAME = 5
"""Characters; 福满楼 alone says not where it is."""
_LEADS_TO_IT = 4
"""Characters; 就在, 我们是 before the place."""
_DOES_NOT_KNOW = re.compile(r"不(?:知道|清楚|确定|记得|明白|太清楚|晓得)|记不清|忘了|说不[清准好]")


def answer_place(  # noqa: C901, PLR0911 - a table, one line a meaning
    heard: Heard, turn: Turn, facts: Facts, categories: Categories
) -> Heard:
    draft = heard.draft
    if accuses_an_official(draft.matter or ""):
        return _whom(heard, turn.text, facts)
    if draft.vague:
        return _precisely(heard, turn.text, facts)
    if house := only_house(turn.text) if draft.moved_from else None:  # told anew is where it stood, in another house
        place = rehoused(draft.moved_from or "", house) or f"{draft.moved_from}{house.said}"
        return replace(heard, draft=replace(draft, place=place, unclear=0))
    said = without_doubt(facts.rest if facts.name or facts.phone else facts.rest or turn.text)
    if draft.name is None and sounds_like_a_person(said):
        return replace(heard, draft=replace(draft, name=bare_name(said), unclear=0))
    if (draft.place and turn.location) or (facts.anonymous and not facts.rest) or (facts.any and not said):
        return heard
    if _NOWHERE.fullmatch(words_only(said)):
        return replace(heard, draft=replace(draft, place=NO_PLACE, unclear=0))
    if time_alone(said) and not is_no_place(said):
        return replace(heard, draft=replace(told(draft, said), unclear=draft.unclear + 1)).remark("utter_told_no_place")
    if facts.place and len(words_only(said)) > LONG_ANSWER and tells_a_matter(said, categories):
        return replace(heard, draft=replace(told(draft, said), place=facts.place if facts.place_exact else None))
    if beside := _when_and_where(said) or _told_beside(said):
        return replace(heard, draft=replace(told(draft, beside[1]), place=beside[0], unclear=0))
    if place := _place_answer(said, facts, categories):
        more = facts.place_exact and place == facts.place and tells_a_matter(said.replace(place, "", 1), categories)
        return replace(heard, draft=replace(told(draft, said) if more else draft, place=place, unclear=0))
    return _no_place(heard, said, categories)


def says_nowhere(text: str) -> bool:
    """没有具体地点: said once more where something else was asked, it tells nothing."""
    return bool(_NOWHERE.fullmatch(words_only(text))) and ("地" in text or "限" in text)


def asked_precisely(draft: Draft, gazetteer: Gazetteer) -> Draft:
    """A place that nobody could go to (小区门口, a village of no town) is asked once more; what was said is kept."""
    place = draft.place
    told_where = draft.latitude is not None or draft.vague or draft.asked(_PRECISE)
    if place is None or place in NOWHERE or told_where:
        return draft
    ours = bool(_OURS.fullmatch(place))
    unknown = ours or (len(place) <= _ONLY_A_NAME and not find_place(place) and not gazetteer.place_in(place))
    if lack_of(place) not in {Lack.NAME, Lack.DISTRICT} and not unknown and not gazetteer.choices(place):
        return draft
    if type_of(draft.matter or "") in _ANYWHERE or accuses_an_official(draft.matter or ""):
        return draft
    return replace(draft, place=None, vague=place, asks={**draft.asks, _PRECISE: 1})


def _precisely(heard: Heard, text: str, facts: Facts) -> Heard:
    """What makes a vague place certain, joined with it; without it, the place stays as it was said."""
    named = sounds_like_a_person(text) and heard.draft.name is None
    unnamed = facts.anonymous and len(words_only(text)) <= _A_REMARK  # 改成匿名 says nothing of where
    if ((facts.name or facts.phone) and not facts.rest) or named or unnamed:  # asked once, and passed over
        passed = replace(heard.draft, place=heard.draft.vague, vague=None, unclear=0)
        return replace(heard, draft=replace(passed, name=bare_name(text)) if named else passed)
    vague, said = heard.draft.vague or "", in_order(facts.rest or text)
    draft = replace(heard.draft, vague=None, unclear=0)
    found = find_place(said)
    if not found and (is_no_place(said) or _ABOUT_PEOPLE.search(said) or _TELLING.search(said)):
        return replace(heard, draft=replace(told(draft, said), place=vague)).remark("utter_added_to_matter")
    short = len(words_only(said)) <= LONG_ANSWER and not (asks(said) or commands.denies(said) or agrees(said))
    if _NOWHERE.fullmatch(words_only(said)) or _DOES_NOT_KNOW.search(said) or not (found or short):
        return replace(heard, draft=replace(draft, place=vague))
    place = answered_place(said) if only_place(said) or not found else found.value
    whole = stands_in(vague, place) or overlap(vague, place) >= _MOSTLY
    known = replace(heard, draft=replace(draft, place=place if whole else _made_one(place, vague)))
    return known.remark("utter_place_known")


def _made_one(place: str, vague: str) -> str:
    """阳光花园 and 小区幼儿园门口; what is named needs no 我们小区, and a house no gate of the estate."""
    if _PHASE.fullmatch(place):
        return f"{vague}{place}"
    if _OURS.fullmatch(vague) or _HOUSE_AT_END.search(place):
        return place
    named = next((kind for kind in ("小区", "社区", "村") if place.endswith(kind)), "")
    return f"{place}{_OUR.sub('', vague).removeprefix(named)}"


def bettered(heard: Heard, before: Draft, text: str, facts: Facts) -> Heard:
    """A place that can be gone to, told beside another answer: it completes or replaces one that could not.

    新华路阳光花园，王海 139…, after 奎文区.
    """
    stood, place = before.place or "", facts.place
    loose = bool(stood) and stood not in NOWHERE and lack_of(stood) is not Lack.NOTHING
    same = heard.draft.place == before.place and heard.draft.later == before.later
    if not (loose and same and facts.place_exact and facts.place_findable) or place in stood:
        return heard
    said = facts.rest.removesuffix("。")
    if before.latitude is not None or not only_place(said) or _HOME.search(text):
        return heard
    better = moved(heard.draft, _joined(stood, answered_place(said), exact=True))
    return replace(heard, draft=better).remark("utter_place_changed")


def _whom(heard: Heard, text: str, facts: Facts) -> Heard:
    """Whom an accusation is against: asked once; a place in the answer is kept as one, the words in any case."""
    if facts.anonymous and not facts.rest:
        return replace(heard, draft=replace(heard.draft, place=""))
    if agrees(text) and heard.draft.asked("place") <= 1:
        return replace(heard, draft=replace(heard.draft, unclear=heard.draft.unclear + 1))
    said, draft = facts.rest or text, replace(heard.draft, place=facts.place or "", unclear=0)
    if agrees(text):
        return replace(heard, draft=draft)
    if _NOWHERE.fullmatch(words_only(said)) or _DOES_NOT_KNOW.search(said) or commands.denies(said):
        return replace(heard, draft=draft)
    return replace(heard, draft=told(draft, said)).remark("utter_noted")


def place_beside(  # noqa: PLR0911 - a table, one line a meaning
    heard: Heard, text: str
) -> Heard | None:
    """An address sent where something else was asked: the place if it is missing, else its correction.

    None for what is no address. Where somebody lives is not where it happened: it goes to the matter.
    """
    found, draft = find_place(text), heard.draft
    if (house := only_house(text)) and draft.place not in NOWHERE and not accuses_an_official(draft.matter or ""):
        place = rehoused(draft.place or "", house)
        return replace(heard, draft=moved(draft, place)).remark("utter_place_known") if place else None
    accused = draft.place == "" and accuses_an_official(draft.matter or "")
    if not found or asks(text) or not only_place(text) or not (found.exact or draft.place or accused):
        return None
    place = _joined(draft.place or "", answered_place(text), exact=found.exact)
    if draft.place in NOWHERE or place in (draft.place or ""):
        return replace(
            heard, draft=replace(draft, place=draft.place if draft.place and place in draft.place else place)
        ).remark("utter_noted")
    if _HOME.search(text):
        return replace(heard, draft=told(draft, text)).remark("utter_added_to_matter")
    along = _ONLY_A_ROAD.fullmatch(draft.place or "") and (draft.place or "") in place
    if along or (draft.place and place.endswith(draft.place)):  # the estate along it, the road that leads to it
        return replace(heard, draft=replace(draft, place=place, shown=None, unclear=0)).remark("utter_place_known")
    if lack_of(draft.place or "") is Lack.NOTHING and lack_of(place) is not Lack.NOTHING:
        return replace(heard, draft=told(draft, text)).remark("utter_added_to_matter")
    return replace(heard, draft=moved(draft, place)).remark("utter_place_changed")


def _joined(before: str, place: str, *, exact: bool) -> str:
    """District and street, whichever of them was said first."""
    if _ROAD.search(place) and _ESTATE.search(before) and not _ROAD_IN.search(before):
        return f"{place}{before}"
    if (
        place != before
        and _ONLY_A_ROAD.fullmatch(before)
        and (estate := without_district(place))
        and _ESTATE.search(estate)
    ):
        district = find_district(place) if not find_district(before) else ""
        return f"{district}{before}{estate}"
    if _HOUSE_ALONE.fullmatch(before) and not _HOUSE_ALONE.fullmatch(place):
        return f"{place}{before}"
    if _TOWN.fullmatch(before) and _VILLAGE.fullmatch(place):
        return f"{before}{place}"
    if exact:
        return f"{before}{place}" if before and find_district(before) == before and not find_district(place) else place
    return place if before in NOWHERE else f"{place}{before}" if not find_district(before) else before


_PHASE = re.compile(
    r"(?:第?[\dA-Za-z一二三四五六七八九十东南西北]{1,2}[期区])?(?:[\dA-Za-z一二三四五六七八九十]{1,4}(?:号楼|栋|幢|座|单元|号院)[\d一二三四五六七八九十单元楼层室号]*)?"
)
"""2期, 3栋: of the estate that was told before."""
_OUR = re.compile(r"^(?:我们?|咱们?|俺们?|本|这个?|那个?)?家?")
_OURS = re.compile(
    r"(?:就|在|是)*(?:[我俺咱本这那]们?个?|家)+(?:小区|社区|村里?|学校|单位|厂|[门楼][口上下]|旁边|附近|隔壁|对面|这边|那边)?的?"
    r"(?:[那这]?(?:条|个|片|块|里|边)?(?:路|地方|街|巷子?|沟|地))?"
)
"""我们小区, 我家门口那条路: of nobody knows whom."""
_HOUSE_AT_END = re.compile(r"\d(?:号楼?|栋|幢|单元|楼|层|室|户)?$|[楼栋幢]$")
_ROAD = re.compile(r"[\u3400-\u9fff](?:路|街|大道|巷|胡同|里弄)(?:[\d一二三四五六七八九十百]+号(?:院)?)?$")
_TOWN = re.compile(r"[\u3400-\u9fff]{2,12}(?:[镇乡区县市]|街道)")
_VILLAGE = re.compile(r"(?![\u3400-\u9fff]{2,6}[镇乡区县市])[\u3400-\u9fff]{2,5}(?:村|庄|屯|社区|组)")
_ONLY_A_ROAD = re.compile(r"(?:[\u3400-\u9fff]{1,4}[区县市])?[\u3400-\u9fff]{2,6}?(?:路|街|大道|巷)(?:[东西南北中]段)?")
"""No house, no number: what stands along it says where."""
_HOUSE_ALONE = re.compile(
    r"(?:(?:地下|负)?[一二三四五六七八九十\dA-Za-z-]{1,5}(?:号楼?|栋|幢|单元|楼|层|室|户|区|座)?)+(?:车位|车库)?"
)
_ROAD_IN = re.compile(r"[\u3400-\u9fff](?:路|街|大道|巷|胡同)")
_ESTATE = re.compile(
    r"^(?![\u3400-\u9fff]{1,4}(?<![小社])[区县市]$)[\u3400-\u9fffA-Za-z0-9]{2,12}"
    r"(?:[城苑园府湾庭居轩邸阁都村]|小区|花园|家园|公寓|广场|大厦|社区|公司|工地|学校|医院|市场)(?:[\d一二三四五六七八九十A-Z]+(?:号楼|栋|期|单元).{0,8})?$"
)


def _no_place(heard: Heard, said: str, categories: Categories) -> Heard:
    """What tells more of the matter belongs to it. The place is asked once more, then taken as it is."""
    if asked := wondered(heard, said):
        return asked
    draft, before = heard.draft, heard.draft.unclear
    other = asks(said) or commands.affirms(said) or commands.denies(said)
    beside = is_no_place(said.removeprefix("就是")) or bool(_ABOUT_PEOPLE.search(said) or _A_FACT.fullmatch(said))
    remark = beside or tells_a_matter(said, categories)
    tells = not other and not _DOES_NOT_KNOW.search(said) and (remark or len(words_only(said)) >= _A_REMARK)
    if tells and remark and before:
        told_more = replace(told(draft, said), unclear=before + 1)
        return replace(heard, draft=told_more).remark("utter_added_to_matter")
    if before and (not other or before > 1):
        none = other or _DOES_NOT_KNOW.search(said) or _NO_NOUN.search(said)
        place = NO_PLACE if none else answered_place(said) or NO_PLACE
        return replace(heard, draft=replace(draft, place=place, unclear=0))
    if tells:
        return replace(heard, draft=replace(told(draft, said), unclear=before + 1)).remark("utter_told_no_place")
    return unclear(heard, "utter_bad_place")


def _when_and_where(said: str) -> tuple[str, str] | None:
    """今天早上七点二十 | 在人民医院站: the time goes to the matter."""
    since = find_since(said)
    rest = said[len(since) :] if since and said.startswith(since) else ""
    where = rest.strip(" ，,") if rest.startswith((" ", "，", ",", "在", "就在")) else ""
    return (answered_place(where), said) if where and only_place(where) else None


def _told_beside(said: str) -> tuple[str, str] | None:
    """西关派出所 | 说要亲子鉴定，八月份去的: the place of the first clause, and what the others tell."""
    first, _, rest = re.sub(r"[，,。；;]+", "，", said.strip()).partition("，")
    found = find_place(first)
    if not (found and found.exact) or found.start > _LEADS_TO_IT or find_place(rest):
        return None
    tells = len(words_only(rest)) >= _A_CLAUSE and _HAPPENED.search(rest) and not _THE_WAY.search(rest)
    if not tells or asks(rest) or _DOES_NOT_KNOW.search(rest) or commands.denies(said):
        return None
    on = first[found.end :]
    named = only_place(first) or (len(on) <= _NAME_ON and not _STORY.search(on))
    return (answered_place(first), rest) if named else (found.value, said)


def _place_answer(said: str, facts: Facts, categories: Categories) -> str:
    """The whole answer where it is a place; else the place in it; else a short phrase, taken at its word."""
    bare = words_only(said)
    beside = tells_a_matter(said.replace(facts.place, "", 1), categories) if facts.place_exact else False
    if only_place(said) or (facts.place and len(bare) <= LONG_ANSWER and not beside):
        return answered_place(said)
    if facts.place:
        return facts.place
    remark = (
        is_no_place(said)
        or bool(_NO_NOUN.search(said))
        or bool(_ABOUT_PEOPLE.search(said) or _A_FACT.fullmatch(said))
        or (tells_a_matter(said, categories) and not _LIKE_A_PLACE.search(said))
    )
    other = commands.affirms(said) or commands.denies(said) or asks(said) or remark
    taken_at_its_word = len(bare) >= _SHORTEST_PLACE and not other
    return answered_place(said) if taken_at_its_word and re.search(r"[\u3400-\u9fffA-Za-z]", bare) else ""
