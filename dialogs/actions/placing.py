"""The answer to "where": a place, none, or more of the matter."""

import re

from dialogs.actions.changed import replace
from dialogs.actions.changes import Heard, told, unclear
from dialogs.actions.draft import SURNAME_PENDING, Draft
from dialogs.actions.moving import moved
from dialogs.actions.told_places import NO_PLACE, NOWHERE, ONLY_A_ROAD, OURS, joined, made_one
from dialogs.actions.wondering import wondered
from dialogs.actions.world import Turn
from dialogs.nlu import commands
from dialogs.nlu.accusations import accuses_an_official
from dialogs.nlu.amounts import find_amounts
from dialogs.nlu.assent import agrees
from dialogs.nlu.facts import Facts, answered_place, in_order, only_place
from dialogs.nlu.gazetteer import Gazetteer
from dialogs.nlu.houses import only_house, rehoused
from dialogs.nlu.manners import without_scolding
from dialogs.nlu.matter import Categories, asks, tells_a_matter, type_of
from dialogs.nlu.names import bare_name, sounds_like_a_person
from dialogs.nlu.place_noise import without_doubt
from dialogs.nlu.places import Lack, find_place, is_no_place, lack_of
from dialogs.nlu.relations import is_relation
from dialogs.nlu.time_alone import time_alone
from dialogs.nlu.times import find_since
from dialogs.text.clean import words_only
from dialogs.text.ngrams import overlap, stands_in
from dialogs.text.phrases import made_of

LONG_ANSWER = 25
"""Characters; a longer answer tells a story."""
_NOWHERE = made_of(
    r"没有?|无|不涉及|没有具体(?:地点|地址)?|(?:就?不|凭啥|凭什么)(?:方便|想|便|愿意?|能|要)?(?:说|透露|告诉|跟|和)?(?:你们?|您)?(?:说|讲)?(?:地方|地点|地址|在哪)?|全市|全国|到处都?是?|没有地[点址]|无具体地[点址]|不限|跳过|在?哪(?:里|儿)?都(?:行|可以|一样|有)|地点|地址|具体地点"
)
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
_SMALL_CHANGE = re.compile(r"[\d一二三四五六七八九两几][毛角](?!地)")
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
_LEADS_TO_IT = 4  # 就在, 我们是
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
    said = without_scolding(said) or said
    if draft.name is None and sounds_like_a_person(said):
        return replace(heard, draft=replace(draft, name=bare_name(said), unclear=0))
    if (draft.place and turn.location) or (facts.anonymous and not facts.rest) or (facts.any and not said):
        return heard
    if _NOWHERE.fullmatch(words_only(said)):
        return replace(heard, draft=replace(draft, place=NO_PLACE, unclear=0))
    if is_relation(said):
        return _no_place(heard, said, categories)
    if time_alone(said) and not is_no_place(said):
        return replace(heard, draft=replace(told(draft, said), unclear=draft.unclear + 1)).remark("utter_told_no_place")
    if facts.place and len(words_only(said)) > LONG_ANSWER and tells_a_matter(said, categories):
        return replace(heard, draft=replace(told(draft, said), place=facts.place if facts.place_exact else None))
    if beside := _when_and_where(said) or _with_a_price(said) or _told_beside(said) or _in_our_hall(said):
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
    ours = bool(OURS.fullmatch(place))
    unknown = ours or (len(place) <= _ONLY_A_NAME and not find_place(place) and not gazetteer.place_in(place))
    if lack_of(place) not in {Lack.NAME, Lack.DISTRICT} and not unknown and not gazetteer.choices(place):
        return draft
    if type_of(draft.matter or "") in _ANYWHERE or accuses_an_official(draft.matter or ""):
        return draft
    return replace(draft, place=None, vague=place, asks={**draft.asks, _PRECISE: 1})


def _precisely(heard: Heard, text: str, facts: Facts) -> Heard:
    """What makes a vague place certain, joined with it; without it, the place stays as it was said."""
    named = heard.draft.name is None and (sounds_like_a_person(text) or bool(facts.surname))
    unnamed = facts.anonymous and len(words_only(text)) <= _A_REMARK  # 改成匿名 says nothing of where
    if ((facts.name or facts.phone) and not facts.rest) or named or unnamed:  # asked once, and passed over
        passed = replace(heard.draft, place=heard.draft.vague, vague=None, unclear=0)
        who = {"name": bare_name(text)} if bare_name(text) else {"pending": f"{SURNAME_PENDING}{facts.surname}"}
        return replace(heard, draft=replace(passed, **who) if named else passed)
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
    known = replace(heard, draft=replace(draft, place=place if whole else made_one(place, vague)))
    return known.remark("utter_place_known")


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
    better = moved(heard.draft, joined(stood, answered_place(said), exact=True))
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
    place = joined(draft.place or "", answered_place(text), exact=found.exact)
    if draft.place in NOWHERE or place in (draft.place or ""):
        return replace(
            heard, draft=replace(draft, place=draft.place if draft.place and place in draft.place else place)
        ).remark("utter_noted")
    if _HOME.search(text):
        return replace(heard, draft=told(draft, text)).remark("utter_added_to_matter")
    along = ONLY_A_ROAD.fullmatch(draft.place or "") and (draft.place or "") in place
    if along or (draft.place and place.endswith(draft.place)):  # the estate along it, the road that leads to it
        return replace(heard, draft=replace(draft, place=place, shown=None, unclear=0)).remark("utter_place_known")
    if lack_of(draft.place or "") is Lack.NOTHING and lack_of(place) is not Lack.NOTHING:
        return replace(heard, draft=told(draft, text)).remark("utter_added_to_matter")
    return replace(heard, draft=moved(draft, place)).remark("utter_place_changed")


def _no_place(heard: Heard, said: str, categories: Categories) -> Heard:
    """What tells more of the matter belongs to it. The place is asked once more, then taken as it is."""
    if asked := wondered(heard, said):
        return asked
    draft, before = heard.draft, heard.draft.unclear
    other = asks(said) or commands.affirms(said) or commands.denies(said)
    beside = is_no_place(said.removeprefix("就是")) or bool(_ABOUT_PEOPLE.search(said) or _A_FACT.fullmatch(said))
    remark = beside or tells_a_matter(said, categories)
    tells = not other and not _DOES_NOT_KNOW.search(said) and (remark or len(words_only(said)) >= _A_REMARK)
    if not (tells or before) and _DOES_NOT_KNOW.search(said):
        return unclear(heard, "utter_place_unnamed")
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
    """今天早上七点二十 | 在人民医院站, 政务中心 | 昨天上午: the time goes to the matter."""
    since = find_since(said)
    rest = said[len(since) :] if since and said.startswith(since) else f" {said.removesuffix(since)}" if since else ""
    where = rest.strip(" ，,") if rest.startswith((" ", "，", ",", "在", "就在")) else ""
    named = only_place(where) or (rest.startswith(("在", "就在")) and 2 < len(where) <= LONG_ANSWER // 2)  # noqa: PLR2004
    return (answered_place(where), said) if where and named and not is_no_place(where) else None


def _with_a_price(said: str) -> tuple[str, str] | None:
    """家乐福二楼小天才培训班 | 学费8800: the place, and what it cost."""
    where, _, price = re.sub(r"[，,。；;\s]+", "，", said.strip()).rpartition("，")
    paid = find_amounts(price) or _SMALL_CHANGE.search(price)
    costs = paid and len(price) <= LONG_ANSWER and not find_place(price)
    named = len(words_only(where)) >= _A_CLAUSE and not (is_no_place(where) or _STORY.search(where) or asks(said))
    return (answered_place(where), price) if costs and named else None


def _told_beside(said: str) -> tuple[str, str] | None:
    """西关派出所 | 说要亲子鉴定，八月份去的: the place of the first clause, and what the others tell."""
    first, _, rest = re.sub(r"[，,。；;]+", "，", said.strip()).partition("，")
    found = find_place(first)
    if not (found and found.exact) or found.start > _LEADS_TO_IT or find_place(rest):
        return None
    tells = len(words_only(rest)) >= _A_CLAUSE and _HAPPENED.search(rest)
    if not tells or _THE_WAY.search(rest) or asks(rest) or _DOES_NOT_KNOW.search(rest) or commands.denies(said):
        return None
    on = first[found.end :]
    named = only_place(first) or (len(on) <= _NAME_ON and not _STORY.search(on))
    return (answered_place(first), rest) if named else (found.value, said)


_HALL = re.compile(
    r"(?:就|都|是|在|你们?|您们?|这里|那里|那个|的)*(?P<hall>(?:[\u3400-\u9fff]{1,6}?(?:局|办|中心))?(?:接待|办事|服务|政务|便民|信访|办公)(?:大厅|室|窗口))"
    r"(?:那个|那位|里|的|那边|那儿|门口)*(?P<more>.*)"
)
"""就是接待大厅那个女的: a hall of offices, by whose name alone nobody would find a place."""


def _in_our_hall(said: str) -> tuple[str, str] | None:
    found = _HALL.fullmatch(said.strip("。！! ")) if len(said) <= LONG_ANSWER else None
    return (found["hall"], said) if found and found["more"] else None


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
    taken_at_its_word = len(bare) > 1 and not other
    return answered_place(said) if taken_at_its_word and re.search(r"[\u3400-\u9fffA-Za-z]", bare) else ""
