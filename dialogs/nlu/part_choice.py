"""Which of several matters is meant by a word that stands in one of them only: 先说路灯, 噪音那个."""

import re
from collections.abc import Sequence

from dialogs.text.clean import words_only

_LONGEST = 14
_AROUND = (
    r"我们?|咱们?|请|麻烦|那|就|还是|要|想|可以|能|先|首先|优先|只|光|单|再|说|讲|办|报|登记?|反映|投诉|举报|处理|解决|看|弄|管|"
    r"把|按|关于|有关|这|个|件|的|事情?|事儿|问题|那个|这个|那件|这件|那边|行|好|吧|呗|啊|呀|了|嘛|哈|要紧|着急|急|最|更|重要"
)
_BEFORE = re.compile(rf"^(?:{_AROUND})+")
_BEHIND = re.compile(rf"(?:{_AROUND})+$")
_FIRST = re.compile(r"第[一1](?:件|桩)|[前上]面?[那这一]?(?:件|桩)")
_LAST = re.compile(r"第[二2](?:件|桩)|[后下]面?[那这一]?(?:件|桩)|刚说的")
_NOT = re.compile(r"不(?:要|用|说|办|报|登记|反映|投诉|举报|管)|算了|别(?:办|报|登记|管|说)")


def part_meant(text: str, parts: Sequence[str]) -> int | None:
    """The number of the part that a short answer means; None where it means none, or no one alone."""
    bare = words_only(text)
    if len(bare) > _LONGEST or _NOT.search(bare):
        return None
    if _FIRST.search(bare):
        return 0
    if _LAST.search(bare):
        return 1
    core = _BEHIND.sub("", _BEFORE.sub("", bare[max(bare.find("先"), 0) :]))
    holding = [number for number, part in enumerate(parts) if core and core in words_only(part)]
    return holding[0] if len(holding) == 1 else None
