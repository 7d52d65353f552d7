"""Words in an answer that promise nothing or send people away: shown to whoever is about to send it, never forbidden.

What people complain of in answers (信访工作条例 2022 §45: 推诿、敷衍、拖延), and what a reader at the office would
strike out.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

_TELLING: Sequence[tuple[str, str]] = (
    (
        r"不归(我们|我单位|本单位|我局)管|不(属于|是)(我们|我单位|我局|本单位)(的)?(职责|管)",
        "写明应该由哪个单位办理，怎么联系",
    ),
    (r"没(有)?办法|无能为力|无法解决|解决不了|爱莫能助", "写明为什么，依据是什么，来信人还可以怎么办"),
    (r"研究研究|再研究|正在研究|进一步研究", "写明谁在研究，什么时候有结果"),
    (r"尽量|争取|力争|尽可能", "写明做什么，做到什么程度"),
    (r"尽快|近期|适时|择机|逐步", "写明具体日期"),
    (r"高度重视", "写明做了什么"),
    (r"请(耐心)?等待|耐心等候", "写明等到什么时候"),
    (r"以后再说|到时候再说|以后注意", "写明什么时候办"),
    (r"您?(自己)?去(找|问)|请?向有关(部门|单位)(反映|咨询)|有关(部门|单位)", "写明单位名称和电话"),
    (r"你(应该|必须|不要)|无理(取闹)?|刁民", "换成客气的说法"),
    (r"原则上|一般情况下", "写明这一件怎么处理"),
)
_SHORTEST = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag:
    """``words`` as they stand in the answer, and what to write in their place."""

    words: str
    advice: str


def flags_in(answer: str) -> Sequence[Flag]:
    """Give what a reader would object to, in the order of the answer, each wording once."""
    found: dict[str, tuple[int, Flag]] = {}
    for pattern, advice in _TELLING:
        for match in re.finditer(pattern, answer):
            found.setdefault(match[0], (match.start(), Flag(words=match[0], advice=advice)))
    told = [flag for _, flag in sorted(found.values(), key=lambda each: each[0])]
    if len(answer.strip()) < _SHORTEST:
        told.append(Flag(words="答复很短", advice="写明收到什么、查了什么、结果怎样、找谁问"))
    if not re.search(r"\d{3,4}[- ]?\d{7,8}|1[3-9]\d{9}|12345", answer):
        told.append(Flag(words="没有联系电话", advice="写上承办单位的电话，来信人好问"))
    return told
