"""What somebody says after a case was answered, or asked back: content or not, an answer, or another matter."""

import re

from dialogs.nlu import commands
from dialogs.nlu.danger import danger_in
from dialogs.nlu.kinds import goes_with_an_accusation, is_beside_an_accusation
from dialogs.nlu.matter import Categories, asks, finds_fault, is_a_story
from dialogs.nlu.places import find_place
from dialogs.text.clean import words_only
from dialogs.text.ngrams import overlap

DISSATISFIED = 2
SATISFIED = 4
_GRADES = (
    (1, re.compile(r"(?:非常|很|极|十分|太)不满意|差评|^(?:我|就|给|打|评|你们|个)*[1一]颗?[分星]")),
    (2, re.compile(r"不(?:太|大|怎么)?满意|^(?:我|就|给|打|评|你们|个)*[2二两]颗?[分星]")),
    (3, re.compile(r"(?:基本|还算|一般|比较)满意|^(?:我|就|给|打|评|你们|个)*[3三]颗?[分星]")),
    (5, re.compile(r"(?:非常|很|十分|特别|挺)满意|好评|五星|^(?:我|就|给|打|评|你们|个)*[5五]颗?[分星]")),
    (4, re.compile(r"满意|^(?:我|就|给|打|评|你们|个)*[4四]颗?[分星]")),
)
_DISCONTENT = re.compile(
    r"没有?(?:人?(?:给|来)?(?:真正|彻底|完全|全部)?)(?:修好|修|解决|办好|办成|弄好|处理|改善|整改|落实|变化|动静|人来|来人|来|人管|管|人联系|到位)|"
    r"(?:还是|仍然?|依然|依旧|照样|照旧|又)[^，。；]{0,8}(?:不|没|坏|黑|漏|堵|吵|臭|灭|停|乱|脏|老样子|原样|一样|那样)|"
    r"根本[没不]|(?:问题|情况)(?:都)?(?:还在|依旧|依然|照旧|仍在|还存在)|不认可|不接受|不同意(?:这|你|该|这样)|"
    r"(?:重新|再次)(?:给我?们?)?(?:办理?|处理|申请|修|受理)|返工|重办|"
    r"糊弄|敷衍|骗人|答非所问|与事实不符|不属实|瞎说|胡说|白跑|走过场|做样子|老样子|没有?(?:一点儿?|什么|半点)?用处?(?:$|[，。！])|一点儿?用"
)
_CONTENT = re.compile(
    r"(?<![没未])(?:修|弄|办|处理|解决|整改|搞|补)好了|(?:已经|都|终于|真的|问题|事情?|给)(?:给)?解决了|^解决了|"
    r"(?:灯|都|已经|终于|^)亮了|(?:已经|都|现在)好了|点赞|来水了|来电了"
)
_ANOTHER = re.compile(
    r"另(?:外)?(?:有|还有)?(?:一)?(?:件|个)|(?:要|想)(?:再)?(?:反映|投诉|举报|求助|咨询)(?!的)|再反映|别的(?:事|问题)|"
    r"新的?(?:问题|事|诉求)|还有(?:一)?(?:件|个)(?:事|问题)|重新登记"
)
_SIGH = re.compile(r"呢[。！!]*$")
"""还没修呢 asks nothing."""
_OPENING = 20
_A_VERDICT = 200
_ANSWER = 2


def grade_in(text: str) -> int | None:
    """1 (very dissatisfied) to 5; None where the text says none."""
    return next((grade for grade, pattern in _GRADES if pattern.search(text)), None)


def verdict(text: str) -> int | None:
    """The grade that the words come to, of somebody whose case was answered; None where they pass no judgment.

    A question and a long letter pass none: they are read as what they are.
    """
    if len(text) > _A_VERDICT or (asks(_SIGH.sub("", text)) and not is_a_story(text)):
        return None
    stated = grade_in(text)
    if stated is not None:
        return stated
    if _DISCONTENT.search(text):
        return DISSATISFIED
    return SATISFIED if _CONTENT.search(text) and not finds_fault(text) else None


def is_a_statement(text: str) -> bool:
    """Whether the words answer rather than ask, order, greet or nod; "补充：…" is an answer too."""
    if commands.case_numbers(text) and not commands.query_code(text):
        text = commands.without_case_numbers(text)
    if len(words_only(text)) < _ANSWER or danger_in(text) or commands.opens(text):
        return False
    command = commands.command_in(text, in_form=False)
    if command and not (command == "add_to_case" and commands.addition_text(text)):
        return False
    nods = commands.affirms(text) or commands.denies(text)
    swears = commands.abuses(text) and not finds_fault(text)
    return not (nods or swears or (asks(text) and not is_a_story(text)))


def is_another_matter(
    text: str, title: str, categories: Categories, *, by_place: bool, by_category: bool = True, accuses: bool = False
) -> bool:
    """Whether the words tell of something else than the case of that title.

    ``by_place``: the same trouble at another exact place is another matter; not where the place is what was asked.
    ``by_category``: trouble of another kind is; not where a reason was asked, which may be any trouble.
    ``accuses``: the case accuses somebody, whatever its title says.
    """
    if _ANOTHER.search(text[:_OPENING]):
        return True
    if not finds_fault(text):
        return False
    ours, theirs = categories.of(text), categories.of(title)
    kin, beside = (tells(text, title, accuses=accuses) for tells in (goes_with_an_accusation, is_beside_an_accusation))
    if by_category and not kin and (beside or (ours and theirs and ours != theirs)):
        return True
    here, there = find_place(text), find_place(title)
    both = by_place and here and there and here.exact
    return bool(both and here and there and overlap(there.value, here.value) < 0.5)  # noqa: PLR2004 - more than half another name
