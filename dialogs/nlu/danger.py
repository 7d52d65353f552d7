"""Danger to life: what must never run as a common petition.

It errs on the side of taking a text seriously; what is plainly over (去年着火) or a manner of speaking (累死了) is
left out of the alarms, but never talk of ending one's life.
"""

import re
from collections.abc import Sequence
from enum import StrEnum
from functools import lru_cache

from dialogs.nlu.armed import ARMED, I_AM_ARMED, without_tools
from dialogs.nlu.blocked_lanes import without_blocked_lanes
from dialogs.nlu.danger_words import COLLAPSE, DESPAIR, FIRE, GAS, MEDICAL, SELF_HARM, SPEECH, THREAT, VIOLENCE
from dialogs.text.clean import words_only


class Danger(StrEnum):
    """Which help is needed."""

    SELF_HARM = "self_harm"
    VIOLENCE = "violence"
    THREAT = "threat"
    FIRE = "fire"
    GAS = "gas"
    COLLAPSE = "collapse"
    MEDICAL = "medical"


ARE_A_MATTER = frozenset({Danger.COLLAPSE, Danger.FIRE, Danger.GAS})
"""Dangers that the city has to deal with: what tells of them belongs to the petition too."""

_OVER_BEFORE = re.compile(
    r"去年|前[几两三]?年|往年|上个?月|上上?个?(?:周|星期|礼拜)|(?:\d+|[一二两三四五六七八九十几好多半]+)(?:多)?(?:个)?(?:多)?(?:年|月|周|星期|礼拜|天)(?:多)?(?:以)?前|多年前|早年|以前|曾经?|之前|当年|那年|当时|小时候|(?:19|20)\d\d年(?!底到)|"
    r"新闻|梦[见到里]|噩梦|听说(?:隔壁市|邻市|外地|别处|别的|网上)|报道|报导|电视|视频|电影|小说|演练|演习|培训|宣传|讲座|预防|防止|防范|防火|防溺|避免|以防|差(?:一)?点儿?(?=有人|砸|掉|摔|撞|就|把)|险些|怕|担心|生怕|万一|如果|要是|假如|一旦|容易|可能会|会不会|隐患|风险|存在"
)
"""What makes that which follows in the sentence a memory, a fear or a report."""
_OVER_AFTER = re.compile(
    r"(?:去年|前年|上上?个月|上上?周|以前|之前|那年|年前|月前)的事|扑灭|鉴定|定责|责任(?:认定|划分)|(?:半|\d|[一二两三四五几])个?[月年]了?(?:都|也|还)?[没不]|[理没不]赔|只[给赔垫出]了?[\d一二两三四五六七八九十几]|赔(?:偿|付|钱|多少|不)|认定|伤残|报销|算不算|工伤|怎么(?:申请|办理|交|预防|防)|可以申请|能申请|补[助贴偿]|政策|收费|责任书?|演练|隐患|官司|判(?:了|决|刑)|后遗症|的?新闻|那年|的?时候|风险|受理吗|保险|应急预案|栓|报警器(?:多少|坏|免费|怎么|要)|证怎么"
)
_OVER_OF_SELF_HARM = re.compile(
    r"(?:以前|之前|曾经?|去年|前年|\d{4}年|年前|上个?月)[^，。；\n]{0,10}(?:有人|有个|学生|老人|有女|有男|邻居)|防止|避免|预防|怕有人|(?:看了?|的|条)新闻|电影|电视"
)
_NOW = re.compile(
    r"正在|刚刚|刚才|此刻|快来|快点(?:派|来)|快派|赶紧来|赶快来|马上来|快救|救命|快叫|还在(?:烧|冒|打|里|漏|砍)|又(?:着|起|塌|爆)|(?<![到至])现在(?:又|还|正|就|着|起|满|全)"
)
"""Whatever was feared or remembered beside it, this is happening."""
LETTER = 160
"""Characters; a longer text is a letter, whose middle tells a story."""
_ENDS_OF_A_LETTER = 60
_IN_THESE_HOURS = re.compile(
    r"现在|目前正|正在|刚|今[天晚早]|马上|快来|救|还在|此刻|此时|紧急|立即|立刻|眼看|快要|昨[天晚]"
)
_RESCUED = re.compile(
    r"(?:被|给|把)[^，,。；;！!？?\n]{0,8}(?:救|解救|放|拉|抬)(?:了)?(?:出来|下来|上来|出去)(?!的?时|不)|获救|脱困|脱险|"
    r"(?:才|终于|最后|后来)[^，,。；;！!？?\n]{0,8}(?:救|放|打开|弄|走|爬|撬)(?:了)?(?:出来|出去|开门|下来)"
)
_SEVERAL_TIMES = re.compile(r"[了过]?(?:好?[几多]|[两三四五])[次回]")
_NOT_ALL = re.compile(r"还有|还(?:没|困|在)|没(?:有)?(?:被)?(?:救|放)|另[外一]")
_SENTENCE_END = re.compile(r"[。！？!?\n]")
_CONTEXT = 30
_AFTER = 14
_CLAUSE = re.compile(r"[^，,。；;！!？?\n]+[，,。；;！!？?\n]*")
_ALONE = re.compile(DESPAIR)
_REMEMBERED = 64


_PLEA = re.compile(r"救救(?:孩子们?|娃娃?们?|我们?|老百姓|大家|小区)[吧啊呀]*")
_NUISANCE = re.compile(
    r"吵(?!架)|噪[音声]|扰民|装修|施工|广场舞|作业|中考|高考|升学|补课|甲醛|味道?|臭|灰尘?|扬尘|食堂|堵|停车|路灯|电梯(?:老|总|天天|又)?坏|垃圾|污水|物业"
)
_HARM = re.compile(
    r"[打揍掐踢砍捅杀关锁绑困掉淹埋砸压摔撞抽晕昏吐血死伤病拐抢跳]|着火|救命|没反应|[带抱拖]走|走丢|不[吃喝动醒]|出不来|烧(?!烤)"
)


def _any_of(alternatives: Sequence[str]) -> re.Pattern[str]:
    return re.compile("|".join(alternatives), re.IGNORECASE)


_WORDS = {
    danger: _any_of(words)
    for danger, words in (
        (Danger.SELF_HARM, SELF_HARM),
        (Danger.GAS, GAS),
        (Danger.FIRE, FIRE),
        (Danger.COLLAPSE, COLLAPSE),
        (Danger.THREAT, THREAT),
        (Danger.VIOLENCE, VIOLENCE),
        (Danger.MEDICAL, MEDICAL),
    )
}
"""In the order in which they are asked for."""
_ARMED = _any_of((*ARMED, *I_AM_ARMED))


def danger_in(text: str) -> Danger | None:
    """Which danger the text speaks of, now; None for none."""
    sample = without_blocked_lanes(without_speech(text))
    for danger in _named(sample):
        for match in _WORDS[danger].finditer(sample):
            if not _is_over(sample, match, danger):
                return danger
    return Danger.SELF_HARM if _ALONE.fullmatch(words_only(sample[:_CONTEXT])) and len(sample) < _CONTEXT else None


def _is_over(text: str, match: re.Match[str], danger: Danger) -> bool:
    """Whether the sentence remembers, fears or reports; of suicide nothing is over but what others did once."""
    before = _SENTENCE_END.split(text[max(match.start() - _CONTEXT, 0) : match.start()])[-1]
    after = _SENTENCE_END.split(text[match.end() : match.end() + _CONTEXT])[0]
    if danger is Danger.SELF_HARM:
        return bool(_OVER_OF_SELF_HARM.search(before) or re.search(r"理赔|保险|赔偿标准|讲座", after))
    if danger is Danger.THREAT:
        return False
    if is_rescued(match.group() + after) or (danger is Danger.MEDICAL and _SEVERAL_TIMES.match(after)):
        return True
    if _NOW.search(before + match.group() + after):
        return False
    if _in_the_middle(text, match) and not _IN_THESE_HOURS.search(before + match.group() + after):
        return True
    return bool(_OVER_BEFORE.search(before + match.group()) or _OVER_AFTER.search(after[:_AFTER]))


def _in_the_middle(text: str, match: re.Match[str]) -> bool:
    return len(text) > LETTER and match.start() > _ENDS_OF_A_LETTER and len(text) - match.end() > _ENDS_OF_A_LETTER


def dangers_named(text: str) -> list[Danger]:
    """The kinds whose words occur at all, past, feared or asked after as they may be."""
    return list(_named(without_speech(text)))


@lru_cache(maxsize=_REMEMBERED)
def _named(sample: str) -> tuple[Danger, ...]:
    """Their kinds, in order. A turn asks several times of the same words."""
    return tuple(danger for danger, pattern in _WORDS.items() if pattern.search(sample))


def without_speech(text: str) -> str:
    """As long as ``text``, with the manners of speaking that only sound like danger blotted out."""
    text = SPEECH.sub(_blotted, without_tools(text.replace("著", "着")))
    return _PLEA.sub(_blotted, text) if "救救" in text and _pleads_for_quiet(text) else text


def _blotted(found: re.Match[str]) -> str:
    return "_" * len(found.group())


def _pleads_for_quiet(text: str) -> bool:
    """救救孩子吧，楼上天天装修: what neighbours do is told, and nobody's harm."""
    return bool(_NUISANCE.search(text)) and not _HARM.search(text)


def is_armed(text: str) -> bool:
    """Whether somebody holds a weapon, in words that tell of nothing else."""
    return bool(_ARMED.search(without_speech(text)))


def is_rescued(sentence: str) -> bool:
    """Whether somebody was in need and is out of it: 困了四十分钟才被救出来."""
    return bool(_RESCUED.search(sentence)) and not _NOT_ALL.search(sentence)


def is_remembered(sentence: str) -> bool:
    """Whether a sentence remembers, fears, reports or asks what if."""
    return bool(_OVER_BEFORE.search(sentence) or _OVER_AFTER.search(sentence))


def is_now(sentence: str) -> bool:
    """Whether something in it is happening at this moment."""
    return bool(_NOW.search(sentence))


def is_of_these_hours(sentence: str) -> bool:
    """Whether it says that it happens now, or nearly."""
    return bool(_IN_THESE_HOURS.search(sentence))


def without_danger(text: str) -> str:
    """The text without the clauses that speak of danger: what is left may be the matter behind it."""
    return "".join(clause for clause in _CLAUSE.findall(text) if danger_in(clause) is None)
