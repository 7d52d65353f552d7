"""The matter itself: what is told of it, unasked, when asked, and beside the answers to other questions."""

import re

from dialogs.actions.changed import replace
from dialogs.actions.changes import Heard, told, unclear
from dialogs.actions.draft import Draft
from dialogs.actions.placing import LONG_ANSWER, place_beside
from dialogs.actions.world import Turn
from dialogs.nlu import commands
from dialogs.nlu.details import is_a_detail
from dialogs.nlu.facts import Facts, only_place, read_facts
from dialogs.nlu.gatherings import only_presses, plans_a_gathering, without_threats
from dialogs.nlu.matter import Categories, asks, finds_fault, is_a_story, sounds_amiss, tells_a_matter
from dialogs.nlu.names import bare_name
from dialogs.nlu.openers import opens_praise
from dialogs.nlu.places import unnamed_in
from dialogs.nlu.plain_questions import not_ours, without_door
from dialogs.nlu.pointing import pointed_at, points
from dialogs.nlu.topics import topic_of
from dialogs.nlu.verdict import is_another_matter
from dialogs.nlu.waiting import tells_of_waiting
from dialogs.text.clean import words_only
from dialogs.text.phrases import made_of

_A_SENTENCE = 6
_LONGER_THAN_A_NAME = 10
_A_MATTER = 4
_TELLS = re.compile(r"[了过着给是在没有要被把的]")
_WORDS = re.compile(r"[\u3400-\u9fff]{2}")
_NO_ANSWER = re.compile(
    r"(?:我|也|就)*(?:不知道|不晓得|不清楚|随便|都行|都可以|无所谓|你看着办|看着办|就这样?|就这些|没了|没有了)(?:怎么说|咋说|说啥|说什么|啊|呀|了|吧|呗)*"
)
_LONGEST_FRAGMENT = 100
_ASKS_OF = 10
"""Characters; who asks so much of what the city deals with, and is heard to file, consults."""
_SAYS_WHAT_FOR = 20
"""Characters; who tells so much of waiting says what for."""
_WHEN = re.compile(r"[每天]天|每[晚日周月]|晚上|夜里|半夜|白天|早上|一直|老是|总是|经常|好久|[天个周年]了$|从早到晚")
"""When it is so says what is wrong with a noise or a smell."""
_SMALL_TALK = re.compile(
    r"天气|下雨了|吃(?:饭|过)?了[吗没]|哈哈|呵呵|嘿嘿|你(?:今年)?(?:几岁|多大|叫(?:什么|啥)|是男|是女|是谁|真(?:可爱|聪明|笨|好))|无聊|讲个?笑话|"
    r"唱(?:首|个)?歌|聊(?:聊天|会儿)|好(?:热|冷|困|累)啊?$|(?:今天|现在)(?:星期|几号|几点)|红烧肉|怎么做(?:饭|菜)|股票|彩票|世界杯"
)
_RIGHT_DOOR = re.compile(
    r"(?:您?你?好)?(?:请问|问一下)?(?:一下)?(?:你们?|您)?(?:这里|这边|这儿|这个号|信访局)?(?:能不能|可不可以|可以|能|是不是|是|管不管|管)(?:反映|投诉|举报|说|受理|登记|处理|管|解决)(?P<this>[^，。]{0,12}?)(?:的)?(?:问题|事情?|事儿)?(?:吗|么|吧|不)|"
    r"(?:(?:另外|顺便|对了|再|还)?(?:想|我)?(?:问|请问)?(?:一下|下|个)?)?"
    r"(?P<that>[^，。]{1,8}?)(?:这种|这样|这类|这)?(?:的)?(?:事情?|问题|事儿)?(?:你们?|您|这里|这边|信访局)(?:也|都|还)?"
    r"(?:管(?:不管|得了吗|吗|么|不)|(?:能不能|可不可以|可以|能|会|归)(?:管|处理|反映|受理|解决|登记)(?:得了)?(?:吗|么|不|吧)?)"
)
_THIS = re.compile(r"(?:这|那|我|俺|的|种|类|样|个|些|件|什么|啥|事情?|事儿|问题|情况|你们?|政府|部门|工作人员)+")
_ANOTHER = re.compile(
    r"^(?:对了|另外|还有|哦)?[，, ]*(?:我|俺|我们)?(?:再|还|另外|又|也)(?:想|要|得|来)*"
    r"(?:反映|反应|说|投诉|登记|举报|报|提)(?:一下|一?[个件下桩条])(?:新?的?(?:事情?|事儿|问题|情况|投诉))?[，,：: ]+|"
    r"^除了[^，,。；;]{1,15}[，, ]*我?(?:们)?(?:还|也|另外|再)(?:想|要|得)?(?:反映|说|投诉|登记|讲|提|"
    r"有)?(?:一下|下|一个|个|一件|件)?|"
    r"^(?:对了|另外|还有|再就是|顺便)?[，, ]*(?:(?:再|还|另外?)(?:有|要|想)?(?:反映|说|投诉|登记|有)?"
    r"(?:另外)?(?:一|两)?(?:个|件|下)?(?:别的|其他的?)?"
    r"(?:事|问题)(?:儿|情)?|另(?:一|外一)(?:件|个)(?:事|问题)(?:情|儿)?|"
    r"再(?:反映|投诉|登记|说)(?:一)?(?:个|件)?(?:事|问题)?)[，,：:。 ]*"
)
_FOUND_IN_IT = re.compile(r"有(?:虫|蟑螂|老鼠|头发|味|异物)|太[贵少远]")
_BESIDE = re.compile(
    r"^除了[^，,。；;]{1,15}[，, ]*我?(?:们)?(?:还|也|另外|再)(?:想|要|得)(?:反映|说|投诉|登记|讲|提)(?:一下|"
    r"下|一个|个|一件|件)?|"
    r"^[哦嗯]?(?:对了)?[，, ]*(?:另外|此外|顺便|还有就是|再就是|再有)"
    r"(?:我?(?:再|还)?(?:想|要)?(?:反映|说|问|提)(?:一下|一句|一个|个)?)?(?:就是)?[，,：: ]*"
)
_BLAME = re.compile(r"不[管修理]|不解决|不处理|没人[管修来]|推诿|敷衍|态度(?:恶劣|差|不好)")
"""What is found fault with in any matter: 另外物业也不管 is no other."""
_FILES = re.compile(
    r"我?(?:这里|这儿|手里)?(?:还|再|也)(?:有|想|要|可以)?(?:发|传|补|补充|提供|交)?(?:一下|点)?(?:[一两几]?[张个份段些])?(?:现场)?(?:照片|图片|视频|录音|材料|证据|截图)(?:要发|要传|可以发|要补充|发给你们?|(?:刚才)?(?:忘记?了?|忘|没|漏了?)(?:发|传|交|给)?(?:了|上)?)?(?:吗|了|呢)?"
)
_OF_THE_BOT = re.compile(r"[你您]|登记|反映|投诉|怎么用|怎么弄|操作|菜单|办理")
"""What is asked so is asked of this service, and no trouble of the city's."""
_GOES_HIGHER = re.compile(r"告状|上访|告御状|讨说法|要说法|维权|北京|中央|巡视")
"""What somebody will do about it says not what it is."""
_COURTESIES = made_of(
    r"我|俺|那个|这个|投诉|举报|实名|匿名|真名|找|你们?|您|有|点|事情?|事儿|问题|情况|麻烦|帮|给|办|一下|登记|看看|问|反映|谢谢|请|来|要|想|忙|处理|解决|尽快|联系|回电话?|打电话|留个?|这是|的|了|吧|啊"
)
_APART = 40
_A_FEW = 6


def opening(heard: Heard, turn: Turn, facts: Facts, categories: Categories) -> Heard:
    """The first message: its matter, or the whole of it where it is long enough to be one."""
    if is_a_right_door_question(turn.text):
        asked_of = without_door(turn.text)
        heard = heard.remark("utter_right_door")
        if sounds_amiss(asked_of):
            return replace(heard, draft=told(heard.draft, asked_of))
        return replace(heard, draft=replace(heard.draft, fragment=_asked_of(turn.text) or None))
    thing = pointed_at(turn.text) if points(turn.text) and not facts.matter else ""
    thing = turn.text if opens_praise(turn.text) else topic_of(turn.text, categories) or thing
    if topic := thing or _only_threatened(turn.text, categories):
        return replace(heard, draft=replace(heard.draft, fragment=topic))
    nothing_yet = commands.opens(turn.text) or _COURTESIES.fullmatch(words_only(facts.matter))
    if facts.matter and not nothing_yet:
        return replace(heard, draft=told(heard.draft, without_another(facts.matter)))
    if tells_of_waiting(turn.text) and len(turn.text) <= _LONGEST_FRAGMENT:
        said = len(words_only(turn.text)) >= _SAYS_WHAT_FOR
        waiting = told(heard.draft, turn.text) if said else replace(heard.draft, fragment=turn.text)
        return replace(heard, draft=waiting)
    return _beside_who_writes(heard, turn.text, facts) or _half_told(heard, turn.text, facts, categories)


def _only_threatened(text: str, categories: Categories) -> str:
    """The text where it says what will be done if nobody helps, and not what is the matter; else ""."""
    threatens = plans_a_gathering(text) and not tells_a_matter(without_threats(text), categories)
    return text if threatens or (only_presses(text) and not categories.of(text)) else ""


def _half_told(heard: Heard, text: str, facts: Facts, categories: Categories) -> Heard:
    """What may be a matter, though nothing in it says so: taken at its word where it is long, else asked on about."""
    bare = words_only(text)
    consults = asks(text) and len(bare) >= _ASKS_OF and categories.of(text)
    says_only_so = commands.command_in(text, in_form=False) or only_place(text) or facts.any
    if consults or (len(bare) >= LONG_ANSWER and (asks(text) or not says_only_so)):
        return replace(heard, draft=told(heard.draft, text))
    if says_only_so or commands.opens(text) or _COURTESIES.fullmatch(bare) or not _may_be_one(text, bare, categories):
        return heard
    return replace(heard, draft=replace(heard.draft, fragment=text))


def _may_be_one(text: str, bare: str, categories: Categories) -> bool:
    """小区有野猪, 谁管流浪狗: whoever is heard to file and names something means that; of this bot it is only asked."""
    if len(bare) < _A_MATTER or len(text) > _LONGEST_FRAGMENT:
        return bool(categories.of(text) or sounds_amiss(text))
    of_us = (asks(text) and _OF_THE_BOT.search(bare)) or _GOES_HIGHER.search(bare)
    return bool(_WORDS.search(bare)) and not of_us


def answer_matter(  # noqa: PLR0911 - a table, one line a meaning
    heard: Heard, turn: Turn, facts: Facts, categories: Categories
) -> Heard:
    if not_ours(turn.text):
        return unclear(heard, "utter_not_ours")
    if topic_of(turn.text, categories) or (points(turn.text) and not facts.matter):
        return _fragment(heard, turn.text)
    whole = _completed(heard.draft.fragment or "", turn.text)
    if facts.matter or whole:
        apart = replace(heard.draft, fragment=None) if whole else heard.draft
        return replace(heard, draft=retold(told(apart, whole or facts.matter), facts))
    if heard.draft.fragment and (_WHEN.search(turn.text) or (facts.place_exact and only_place(turn.text))):
        words = heard.draft.fragment if facts.place_exact else turn.text  # 噪音, 每天晚上; 供暖, 柳荫里
        return replace(heard, draft=retold(told(heard.draft, words), facts))
    if beside := _beside_who_writes(heard, turn.text, facts):
        return beside
    says_who_or_where = facts.name or facts.phone or facts.id_number or not facts.rest or only_place(turn.text)
    if says_who_or_where or commands.affirms(turn.text) or commands.opens(turn.text):
        return heard
    if is_small_talk(turn.text, categories):
        return unclear(heard, "utter_not_ours")
    if (name := bare_name(turn.text)) and not heard.draft.name:
        return replace(heard, draft=replace(heard.draft, name=name))
    again = heard.draft.unclear > 0 and len(words_only(turn.text)) >= _A_MATTER
    if again or (len(words_only(turn.text)) >= _A_MATTER and _says_something(turn.text, categories)):
        return replace(heard, draft=told(heard.draft, turn.text))
    return _fragment(heard, turn.text)


def _completed(fragment: str, text: str) -> str:
    """井盖没了, of 井盖 and 没了; "" where the two say no trouble together."""
    whole = f"{fragment}{text.strip()}"
    short = 0 < len(words_only(text)) <= _A_FEW and bool(_WORDS.search(text))
    if opens_praise(fragment):
        return f"{fragment}，{text.strip()}"
    return whole if fragment and short and finds_fault(whole) and not finds_fault(fragment) else ""


def _beside_who_writes(heard: Heard, text: str, facts: Facts) -> Heard | None:
    """Words before a name and a number that nobody understood: they begin the story, and it is asked on."""
    rest = facts.rest
    bare = words_only(rest)
    tells = (facts.name or facts.phone) and _WORDS.search(rest) and len(bare) >= _A_MATTER
    if not tells or only_place(rest) or _COURTESIES.fullmatch(bare):
        return None
    if commands.opens(text) or commands.command_in(rest, in_form=False) or commands.affirms(rest) or asks(rest):
        return None
    if len(bare) >= LONG_ANSWER:
        return replace(heard, draft=told(heard.draft, rest))
    before = heard.draft.fragment
    kept = f"{before}，{rest}" if before and rest not in before else rest
    return replace(heard, draft=replace(heard.draft, fragment=kept[:_LONGEST_FRAGMENT]))


def _fragment(heard: Heard, text: str) -> Heard:
    """Too little to be a matter (供暖, 就是这个坑): kept, and asked what about it; 就这儿 says nothing."""
    if points(text) and not (text := pointed_at(text)):
        return unclear(heard, "utter_only_pointed")
    if _NO_ANSWER.fullmatch(words_only(text)) and (before := heard.draft.fragment) and sounds_amiss(before):
        return replace(heard, draft=told(heard.draft, before))
    if (
        _NO_ANSWER.fullmatch(words_only(text))
        or not _WORDS.search(text)
        or commands.denies(text)
        or unnamed_in(text) == words_only(text)
    ):
        return unclear(heard, "utter_bad_matter")
    before = heard.draft.fragment
    kept = f"{before}，{text}" if before and text not in before and before not in text else text
    heard = replace(heard, draft=replace(heard.draft, fragment=kept[:_LONGEST_FRAGMENT]))
    return unclear(heard, "utter_matter_fragment")


def _says_something(text: str, categories: Categories) -> bool:
    """A sentence, or a question about something the city deals with: a consultation is a matter too."""
    return bool(categories.of(text)) or is_a_story(text) if asks(text) else len(words_only(text)) >= 10  # noqa: PLR2004 - a short sentence


def retold(draft: Draft, facts: Facts) -> Draft:
    """A matter told anew brings its own place, and name and phone where it says them."""
    exact = facts.place_exact and draft.latitude is None
    draft = replace(draft, place=facts.place if exact else draft.place)
    if draft.anonymous:
        return draft
    return replace(draft, name=facts.name or draft.name, phone=facts.phone or draft.phone)


def beside(heard: Heard, turn: Turn, facts: Facts, categories: Categories) -> Heard | None:
    """Something else than what was asked: where it is, another matter, or more of this one. None for neither."""
    if placed := place_beside(heard, turn.text):
        return placed
    if is_small_talk(turn.text, categories):
        return None
    if another := another_matter(heard, turn.text, facts, categories):
        return another
    other = asks(turn.text) or commands.denies(turn.text) or commands.abuses(turn.text)
    telling = bool(_TELLS.search(facts.rest)) or len(facts.rest) >= _LONGER_THAN_A_NAME
    goes_on = len(words_only(facts.rest)) >= _A_SENTENCE and not other and telling
    goes_on = goes_on or is_a_detail(facts.rest)
    if not (facts.matter or goes_on):
        return None
    return replace(heard, draft=told(heard.draft, facts.rest)).remark("utter_added_to_matter")


def another_matter(heard: Heard, text: str, facts: Facts, categories: Categories) -> Heard | None:
    """A matter of its own, told while the first is not filed yet: it is kept for afterwards, and said to be."""
    draft = heard.draft
    said = _ANOTHER.match(text)
    words = facts.rest[said.end() :] if said and facts.rest.startswith(said.group()) else facts.rest
    amiss = finds_fault(words) or (said and sounds_amiss(words)) or bool(said and _FOUND_IN_IT.search(words))
    if not (draft.matter and amiss and (facts.matter or said)):
        return None
    elsewhere = facts.place_exact and is_another_matter(
        words, f"{draft.place or ''}{draft.matter[:_APART]}", categories, by_place=True, by_category=False
    )
    different = is_another_matter(words, draft.matter[:_APART], categories, by_place=False)
    if not (said or (elsewhere and different)):
        return None
    return replace(heard, draft=replace(draft, later=(*draft.later, words), unclear=0)).remark("utter_later_noted")


def told_apart(heard: Heard, turn: Turn, facts: Facts, categories: Categories) -> Heard | None:
    """A trouble of another kind, announced as one (另外路灯也坏了) or told after an alarm: kept for afterwards."""
    draft, said = heard.draft, _BESIDE.match(facts.rest)
    words = facts.rest[said.end() :] if said else facts.rest if turn.entity("kind") == "over" else ""
    if not (words and facts.matter and draft.matter and finds_fault(_BLAME.sub("", words))):
        return None
    if not is_another_matter(words, draft.matter[:_APART], categories, by_place=False):
        return None
    return replace(heard, draft=replace(draft, later=(*draft.later, words), unclear=0)).remark("utter_later_noted")


def is_a_right_door_question(text: str) -> bool:
    """Whether somebody only asks if this is the place to turn to."""
    return bool(_RIGHT_DOOR.fullmatch(words_only(text)))


def _asked_of(text: str) -> str:
    """黑网吧 of 这里能举报黑网吧吗; "" where no more is said than 这种事, 问题."""
    found = _RIGHT_DOOR.fullmatch(words_only(text))
    named = (found["this"] or found["that"] or "") if found else ""
    return named if _WORDS.search(named) and not _COURTESIES.fullmatch(named) and not _THIS.fullmatch(named) else ""


def announces_another(text: str) -> bool:
    """Whether somebody says that there is one more matter, and no more than that."""
    said = _ANOTHER.match(text)
    return bool(said and not words_only(text[said.end() :]))


def announces_files(text: str) -> bool:
    """Whether somebody only says that pictures or papers are to come: 还有一张照片."""
    return bool(_FILES.fullmatch(words_only(text)))


def without_another(text: str) -> str:
    """The text without the words that announce one more matter."""
    said = _ANOTHER.match(text)
    return text[said.end() :] if said else text


def is_of_the_matter(added: str, categories: Categories) -> bool:
    """Whether what is called an addition is no answer: name, number or place alone."""
    facts = read_facts(added, categories)
    return not (facts.name or facts.phone or only_place(added))


def is_small_talk(text: str, categories: Categories) -> bool:
    """Whether a text makes talk: no matter, no answer to any question."""
    talk = bool(_SMALL_TALK.search(text)) and not finds_fault(text) and not categories.of(text)
    return talk or not_ours(text)
