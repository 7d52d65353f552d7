"""What a text outside forms surely is by its shape, whatever it holds besides; and how what is sure is said."""

import re

from dialogs.engine.contract import Entity, IntentScore, Parse
from dialogs.nlu import plain_questions
from dialogs.nlu.about_us import about_us, is_lonely, only_chats
from dialogs.nlu.accusations import accuses_an_official
from dialogs.nlu.at_a_loss import asks_in_vain
from dialogs.nlu.everyday import asks_to_come_together
from dialogs.nlu.grumbling import only_grumbles
from dialogs.nlu.openers import names_only_of_what, opens_praise, says_there_is_a_question
from dialogs.nlu.places import find_place
from dialogs.nlu.put_right import is_right_again
from dialogs.nlu.unnamed import (
    asks_who_handles,
    gives_up_for_fear,
    leaves_name,
    only_fears,
    only_of_ones_name,
    only_wishes_secrecy,
    wishes_to_stay_unnamed,
)
from dialogs.text.clean import words_only

_TROUBLE = re.compile(
    r"不安全|危险|隐患|坏了|爆[了管裂咗]|不亮|断裂|破损|漏[水电雨气]|积水|堵了|塌|掉落|停[水电暖]|没[水电]|噪[音声]|扰民|恶臭|臭味|垃圾|油烟|污水|"
    r"占道|违建|违停|乱停|充电|飞线|拖欠|欠薪|不给|不退|被骗|受伤|摔"
)
_ONLY_SCOLDS_US = re.compile(
    r"(?:你们?|您|政府|信访局|领导|我问|到底|究竟|还|倒是|是不是|有没有人)*(?:管不管|办不办|理不理|管吗|有没有人管|管不管事)(?:了|啊|呀|嘛|事|的|我们?|老百姓)*"
)
"""你们到底管不管: of no matter yet."""
_NAMED_OR_NOT = re.compile(
    r"(?:你好|您好|请问|我想问下?|那|在这|这里|网上)*(?:反映|举报|投诉|登记|信访|提意见)?(?:问题|情况|事情|人)?"
    r"(?:是不是)?(?:要不要|必须要?|需要|一定要|非得|得|要|可不可以|可以|能不能|能)(?:实名|匿名|留名字?|留姓名|写名字|写真名|用真名)(?:制|举报|反映|登记|投诉)?(?:吗|么|不|嘛|吧|才行吗|可以吗|行吗)?"
)
"""反映问题要实名吗."""
_OF_A_CASE = re.compile(
    r"那个|那件|这件|上次|之前|的事|咋样|怎么样|进度|结果|[撤销催查]|评价|满意|人工|客服|补充|好了|解决|不用|算了|取消|谁|什么时候|多久|[?？]"
)


def by_shape(  # noqa: PLR0911 - a table, one line a meaning
    text: str,
) -> Parse | None:
    """What a text outside forms surely is, whatever it holds besides."""
    if plain_questions.discontent(text):
        return sure("ask_policy", answer_id="review", kind="discontent")
    if "谢" in text and is_right_again(text):
        return sure("thanks")
    if asked := _asked(text):
        return sure("ask_policy", answer_id=asked)
    scolds = bool(_ONLY_SCOLDS_US.fullmatch(words_only(text)))
    scolds = scolds or only_grumbles(text)
    if scolds or plain_questions.not_ours(text):
        return sure("abuse" if scolds else "small_talk")
    if says_there_is_a_question(text):
        return sure("ask_policy", kind="topics")
    if names_only_of_what(text) or opens_praise(text):
        return sure("file_petition")
    if only_chats(text) or is_lonely(text):
        return sure("small_talk", kind="chat" if only_chats(text) else "lonely")
    kind = about_us(text)
    if kind and kind != "materials":  # outside it is a question of policy: 要带什么材料, but for what?
        return sure("ask_policy", kind=kind)
    if asks_in_vain(text):
        return stranger(1.0, (), by="patterns")
    return None if _TROUBLE.search(text) else _of_being_known(text)


def _asked(text: str) -> str:
    """The answer that is surely asked for."""
    if plain_questions.asks_when_answered(text):
        return "finish_deadline"
    if asks_to_come_together(text):
        return "visit"
    if _NAMED_OR_NOT.fullmatch(words_only(text)):
        return "anonymous"
    return "delegate" if plain_questions.asks_on_behalf(text) else ""


def _of_being_known(text: str) -> Parse | None:
    """What is said of being known while nothing is taken down, and tells no matter beside it."""
    tells = accuses_an_official(text) or find_place(text)
    if only_fears(text) or (gives_up_for_fear(text) and not tells):
        return sure("ask_policy", kind="fear")
    if asks_who_handles(text):
        return sure("ask_policy", kind="handles")
    secret = wishes_to_stay_unnamed(text) or (leaves_name(text) and only_wishes_secrecy(text))
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
