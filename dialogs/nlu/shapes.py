"""What a text outside forms surely is by its shape, whatever it holds besides; and how what is sure is said."""

import re

from dialogs.engine.contract import Entity, IntentScore, Parse
from dialogs.nlu import plain_questions
from dialogs.nlu.about_us import about_us, is_lonely, only_chats
from dialogs.nlu.accusations import accuses_an_official
from dialogs.nlu.everyday import asks_to_come_together
from dialogs.nlu.places import find_place
from dialogs.nlu.unnamed import (
    asks_who_handles,
    gives_up_for_fear,
    leaves_name,
    only_fears,
    only_of_ones_name,
    only_wishes_secrecy,
)

_TROUBLE = re.compile(
    r"不安全|危险|隐患|坏了|不亮|断裂|破损|漏[水电雨气]|积水|堵了|塌|掉落|停[水电暖]|没[水电]|噪[音声]|扰民|恶臭|臭味|垃圾|油烟|污水|"
    r"占道|违建|违停|乱停|充电|飞线|拖欠|欠薪|不给|不退|被骗|受伤|摔"
)
_OF_A_CASE = re.compile(
    r"那个|那件|这件|上次|之前|的事|咋样|怎么样|进度|结果|[撤销催查]|评价|满意|人工|客服|补充|好了|解决|不用|算了|取消|谁|什么时候|多久|[?？]"
)


def by_shape(text: str) -> Parse | None:
    """What a text outside forms surely is, whatever it holds besides."""
    if plain_questions.discontent(text):
        return sure("ask_policy", answer_id="review", kind="discontent")
    if asked := _asked(text):
        return sure("ask_policy", answer_id=asked)
    if plain_questions.not_ours(text):
        return sure("small_talk")
    if only_chats(text) or is_lonely(text):
        return sure("small_talk", kind="chat" if only_chats(text) else "lonely")
    kind = about_us(text)
    if kind in {"robot", "fee"}:
        return sure("ask_policy", kind=kind)
    return None if _TROUBLE.search(text) else _of_being_known(text)


def _asked(text: str) -> str:
    """The answer that is surely asked for."""
    if plain_questions.asks_when_answered(text):
        return "finish_deadline"
    if asks_to_come_together(text):
        return "visit"
    return "delegate" if plain_questions.asks_on_behalf(text) else ""


def _of_being_known(text: str) -> Parse | None:
    """What is said of being known while nothing is taken down, and tells no matter beside it."""
    tells = accuses_an_official(text) or find_place(text)
    if only_fears(text) or (gives_up_for_fear(text) and not tells):
        return sure("ask_policy", kind="fear")
    if asks_who_handles(text):
        return sure("ask_policy", kind="handles")
    secret = leaves_name(text) and only_wishes_secrecy(text)
    return sure("ask_policy", kind="unnamed") if secret or only_of_ones_name(text) else None


def surely_told(text: str) -> bool:
    """Whether a short text tells a trouble and mentions no case: no model makes a wish of it."""
    return bool(_TROUBLE.search(text)) and not _OF_A_CASE.search(text)


def stranger(confidence: float, ranking: tuple[IntentScore, ...], *, by: str) -> Parse:
    return Parse(intent="out_of_scope", confidence=confidence, ranking=ranking, by=by)


def sure(intent: str, **entities: str) -> Parse:
    named = tuple(Entity(entity=name, value=value, extractor="patterns") for name, value in entities.items())
    ranking = (IntentScore(name=intent, confidence=1.0),)
    return Parse(intent=intent, confidence=1.0, entities=named, ranking=ranking, by="patterns")
