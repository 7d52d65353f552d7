"""The gist of a long text: a few of its own sentences, in their order. Nothing the person did not say."""

import re

from dialogs.nlu.masking import masked
from dialogs.nlu.matter import finds_fault
from dialogs.nlu.times import find_since

LONGEST = 200
_READ = 9000
_MOST_SENTENCES = 120
_SENTENCE = re.compile(r"[^。！？!?；;\n]+[。！？!?；;\n]*")
_WISH = re.compile(r"希望|请求|要求|恳请|诉求|盼|请(?:求|相关|有关|领导|尽快|帮)|建议|求助")
_MONEY = re.compile(r"\d[万元块]|[十百千万][元块]")
_TALK = re.compile(r"^(?:尊敬的|各位|[您你]们?好|领导|谢谢|感谢|此致|敬礼|祝)|^我(?:叫|是)[^，。]{2,12}$")
_GOOD_LENGTH = range(8, 90)
_SHORTEST = 4


def make_gist(content: str, *, longest: int = LONGEST) -> str:
    """At most ``longest`` characters: what is wrong, since when, what is wanted; numbers that identify are masked."""
    sentences = [said.strip() for said in _SENTENCE.findall(masked(content[:_READ]))[:_MOST_SENTENCES]]
    if sum(map(len, sentences)) <= longest:
        return "".join(sentences)
    ranked = sorted(range(len(sentences)), key=lambda at: -_worth(sentences[at], at))
    chosen: list[int] = []
    room = longest
    for at in ranked:
        if _SHORTEST <= len(sentences[at]) <= room:
            chosen.append(at)
            room -= len(sentences[at])
    return "".join(sentences[at] for at in sorted(chosen)) or sentences[ranked[0]][:longest]


def _worth(sentence: str, at: int) -> float:
    told = 3.0 * finds_fault(sentence) + 2.0 * bool(_WISH.search(sentence))
    detail = 1.0 * bool(find_since(sentence)) + 1.0 * bool(_MONEY.search(sentence))
    fits = 1.0 if len(sentence) in _GOOD_LENGTH else 0.0
    return told + detail + fits - 4.0 * bool(_TALK.search(sentence)) - 0.05 * at
