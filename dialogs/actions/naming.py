"""Who asks, and how to reach them: the answers to both questions, together or one after the other."""

import re

from dialogs.actions.changed import replace
from dialogs.actions.changes import Heard, anonymous, unclear
from dialogs.actions.draft import SURNAME_PENDING, Draft
from dialogs.actions.placing import LONG_ANSWER, place_beside, says_nowhere
from dialogs.actions.telling import beside, is_small_talk
from dialogs.actions.wondering import wondered
from dialogs.actions.world import Turn
from dialogs.nlu import commands
from dialogs.nlu.assent import agrees
from dialogs.nlu.facts import Facts
from dialogs.nlu.matter import Categories
from dialogs.nlu.names import answered_name, bare_name, is_a_surname, taken_as_name
from dialogs.nlu.phones import find_phones, lacks_area_code, looks_like_a_try
from dialogs.nlu.pointing import points
from dialogs.nlu.refusals import has_no_telephone, refuses
from dialogs.nlu.time_alone import time_alone
from dialogs.text.clean import words_only

_NO_NAME = re.compile(
    r"匿名|不(?:想|愿意?|便|方便|能|用|要|敢)?(?:说|留|透露|告诉|写|提供)|保密$|没必要|懒得(?:说|写|填|留)|唔(?:想|留|讲|话|俾|写|使|要|方便)|(?:莫|勿|弗)(?:要|想|留|讲|说|问)|不告诉你?|跳过|^(?:都|我)?(?:不用|不要|不想|不给|不填|不写)(?:你们?)?(?:了|啊)?$"
)
_NO_PHONE = re.compile(
    r"[我俺咱]?(?:(?:没得|莫得|么得|冇得?|没有?|无)(?:啥|什么|得)?(?:手机号?|电话|号码|联系方式)|(?:没有?|无|跳过|不(?:想|愿意?|方便|便|用|要|能)?(?:留|给|提供|说|透露)?(?:手机号?|电话|号码|联系方式)?)了?[\W_]*$|(?:就|可以)?在?(?:这里|这儿|这上面|微信)(?:上|里)?(?:联系|回复|回|找|说))|(?:不(?:想|愿意?|方便|便|用|要)?|别|甭)再?(?:留|给|提供|说|透露|写|记)(?:[我俺]的?)?(?:手机|电话|号码)"
)
_WITHOUT_PHONE = re.compile(
    r"(?:没得|莫得|么得|冇得?|没有?|无|(?:不(?:想|愿意?|方便|便|用|要)?|别|甭)再?(?:留|给|提供|说|透露|写|记)(?:[我俺]的?)?)(?:手机|电话|号码|联系方式)号?码?[了吧啊嘛]*|"
    r"(?:就|可以|直接)+(?:在|用|通过)(?:我|俺)?(?:这里|这儿|这上面|这个)?(?:微信|号)?(?:上|里)?(?:跟我|给我)?(?:联系|回复|找)我?(?:就行|吧|行吗)?"
)
_FORGOT = re.compile(
    r"(?:号|手机|电话)[^，。]{0,4}(?:不记得|记不[得住清]|忘|不晓得|不知道)|(?:不晓得|不知道|记不得|唔知)[^，。]{0,4}(?:号|电话)|^我?(?:不记得|记不[得住清]|忘|想不起)"
)
_ANOTHERS = re.compile(
    r"(?:[留写用填打是]|电话|手机|号码?)[^，。]{0,6}(?:儿子|女儿|闺女|老伴|老公|老婆|家里人|家人|孩子|孙子|孙女|邻居|别人|朋友|我妈|我爸|座机|固话)[^，。]{0,8}(?:行不行|行不|行吗|可以吗|可不可以|中不中|成吗|要得不|得不得行|能不能)"
)
"""电话是我儿子的行不行."""
_GENDER = re.compile(r"(?<![\u3400-\u9fff])(?:性别[:： ]*)?[男女](?:性)?(?![\u3400-\u9fff])")
_CLAUSES = re.compile(r"[，,、；;。 \n]+")
_GIVEN = re.compile(r"(?![只就不没可随行好嗯确同])[\u3400-\u9fff]{1,2}")
_GIVEN_NAME = 2
_EDGES = " ，,、；;。"


def answer_name(heard: Heard, turn: Turn, facts: Facts, categories: Categories) -> Heard:
    draft = heard.draft
    if draft.anonymous or draft.name == "":  # no name is left, but perhaps a number
        return heard
    only_phone = bool(_WITHOUT_PHONE.search(turn.text)) and "名" not in turn.text
    if refuses(turn.text) and not (surname_told(draft) or only_phone):
        return replace(heard, draft=anonymous(draft)).remark("utter_anonymous")
    if _WITHOUT_PHONE.search(turn.text) and draft.phone is None and not facts.phone:
        draft = replace(draft, phone="")
        heard = replace(heard, draft=draft)
    rest = _WITHOUT_PHONE.sub("", _GENDER.sub(" ", facts.rest)).strip(_EDGES)
    if since := time_alone(rest):
        return replace(heard, draft=replace(draft, when=since, unclear=0)).remark("utter_noted")
    if says_nowhere(turn.text) or points(turn.text):
        return replace(heard, draft=replace(draft, unclear=0)).remark("utter_noted")
    if is_small_talk(turn.text, categories):
        return unclear(heard, "utter_bad_name")
    return _by_surname(heard, facts, rest) or _by_name(heard, turn, facts, rest, categories)


def _by_surname(heard: Heard, facts: Facts, rest: str) -> Heard | None:
    """Who tells a surname is asked for the whole name, once."""
    if surname_told(heard.draft):
        return _whole_name(heard, facts, rest)
    alone = words_only(rest)
    surname = facts.surname or (alone if len(alone) == 1 and is_a_surname(alone) else "")
    told = answered_name(rest) or ""
    if not surname or facts.name or (told.startswith(surname) and told != surname):  # 姓魏，魏建
        return None
    return replace(heard, draft=replace(heard.draft, pending=f"{SURNAME_PENDING}{surname}", unclear=0))


def _by_name(heard: Heard, turn: Turn, facts: Facts, rest: str, categories: Categories) -> Heard:
    draft = heard.draft
    name = facts.name or answered_name(rest) or _clause_that_names(rest)
    name = name or (taken_as_name(rest) if draft.unclear and not agrees(rest) else None)
    if name:
        named = replace(heard, draft=replace(draft, name=name, unclear=0))
        if _ANOTHERS.search(turn.text) and not facts.phone:
            return named.remark("utter_any_phone")
        if facts.phone == "" and lacks_area_code(turn.text):
            return replace(named, draft=replace(named.draft, phone=None)).remark("utter_area_code")
        mistyped = draft.phone is None and not facts.phone and looks_like_a_try(turn.text)
        return named.remark("utter_bad_phone") if mistyped else named
    secret = facts.confidential and facts.phone
    if _NO_NAME.search(rest) and len(turn.text) <= LONG_ANSWER and not secret:
        return replace(heard, draft=anonymous(draft)).remark("utter_anonymous")
    if not rest or rest.isdecimal():
        return _no_name(heard, turn.text, facts) if rest else heard
    return beside(heard, turn, facts, categories) or wondered(heard, rest) or _no_name(heard, turn.text, facts)


def surname_told(draft: Draft) -> str:
    """The surname, while the rest of the name is asked for; empty where it is not."""
    return (
        draft.pending.removeprefix(SURNAME_PENDING)
        if draft.pending and draft.pending.startswith(SURNAME_PENDING)
        else ""
    )


def _whole_name(heard: Heard, facts: Facts, rest: str) -> Heard:
    """What was said when the rest of the name was asked: the surname will do where it is all that is told."""
    surname = surname_told(heard.draft)
    told = facts.name or bare_name(rest) or answered_name(rest) or ""
    if len(told) == _GIVEN_NAME and not told.startswith(surname):  # 叫桂兰, after 我姓张
        told = f"{surname}{told}"
    name = told if told.startswith(surname) or bare_name(told) else ""
    given = words_only(re.sub(r"^(?:我?(?:名字?)?叫|名|单名)", "", rest))
    if not name and _GIVEN.fullmatch(given) and not (commands.affirms(rest) or commands.denies(rest)):
        name = f"{surname}{given}"
    return replace(heard, draft=replace(heard.draft, name=name or surname, pending=None, unclear=0))


def _clause_that_names(text: str) -> str | None:
    """The name where it stands beside something else: "闫淑珍，家里座机"."""
    clauses = [clause for clause in _CLAUSES.split(text) if clause]
    return next((name for clause in clauses[:4] if (name := bare_name(clause))), None) if len(clauses) > 1 else None


def _no_name(heard: Heard, text: str, facts: Facts) -> Heard:
    if (facts.phone or facts.id_number) and not facts.rest:
        return heard
    if looks_like_a_try(text):
        return unclear(heard, "utter_bad_phone")
    return unclear(heard, "utter_bad_name")


def answer_phone(heard: Heard, turn: Turn, facts: Facts, categories: Categories) -> Heard:
    draft = heard.draft
    if draft.anonymous:
        return heard
    found = find_phones(turn.text)
    if found:
        return replace(heard, draft=replace(draft, phone=facts.phone or found[0].value, unclear=0))
    if lacks_area_code(turn.text):
        return unclear(heard, "utter_area_code")
    no = refuses(turn.text, bare=not turn.number_known) or has_no_telephone(turn.text)
    if no or (_NO_PHONE.match(turn.text.strip()) and len(turn.text) <= LONG_ANSWER):
        return replace(heard, draft=replace(draft, phone="", unclear=0))
    return heard if facts.id_number and not facts.rest else _no_number(heard, turn, facts, categories)


def _no_number(  # noqa: PLR0911 - a table, one line a meaning
    heard: Heard, turn: Turn, facts: Facts, categories: Categories
) -> Heard:
    """What was said instead of a telephone number; an address is no number, however many digits it has."""
    if _ANOTHERS.search(turn.text):
        return unclear(heard, "utter_any_phone")
    if _FORGOT.search(turn.text) and len(turn.text) <= LONG_ANSWER:
        return unclear(heard, "utter_phone_forgotten")
    if commands.denies(turn.text) or agrees(turn.text):
        refused = turn.number_known and commands.denies(turn.text)
        return unclear(heard, "utter_another_phone" if refused else "utter_no_phone_here")
    if placed := place_beside(heard, turn.text):
        return placed
    if looks_like_a_try(turn.text):
        return unclear(heard, "utter_bad_phone")
    if told_beside := beside(heard, turn, facts, categories) or wondered(heard, turn.text):
        return told_beside
    if facts.surname and (heard.draft.name or "").startswith(facts.surname):
        return heard  # how it is written was told once more
    name = answered_name(turn.text) if not heard.draft.name or facts.name else ""
    return replace(heard, draft=replace(heard.draft, name=name)) if name else unclear(heard, "utter_no_phone_in_it")
