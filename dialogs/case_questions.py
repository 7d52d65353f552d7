"""What people ask of their own cases, and of what is kept of them: who handles it, until when, why so long.

Whether "什么时候能办好" asks after a case or after the law is known from whether there is a case, so it is read here,
before the engine; what is said is an action's.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from dialogs.actions.asking_after import due
from dialogs.actions.telling import announces_another, announces_files
from dialogs.faq.aspects import asks_of_lateness
from dialogs.nlu import commands, wishes
from dialogs.nlu.case_words import (
    asks_for_code,
    changes_number,
    forgot_files,
    gives_number,
    has_no_number,
    has_waited,
    is_dropped,
    is_impatient,
    is_settled,
    is_the_other,
    kin_of,
    meant,
    names_last,
    of_all,
    of_the_same,
    that_one,
    urged_matter,
    urges,
)
from dialogs.nlu.matter import finds_fault, is_a_story
from dialogs.nlu.put_right import is_right_again
from dialogs.nlu.refusals import refuses
from dialogs.nlu.unnamed import is_of_being_known
from dialogs.nlu.verdict import verdict
from dialogs.nlu.waiting import waits_for_a_report
from dialogs.ports import Cases, CaseView
from dialogs.text.clean import words_only
from dialogs.text.dialect_questions import in_common_words

_TOPICS = (
    (
        "why",
        re.compile(
            r"(?:为什么|为啥|咋|怎么)(?:会)?(?:这么|那么|要)(?:久|慢|长时间|拖)|(?:拖|等)(?:了)?(?:这么|那么|好|太)(?:久|长时间|多天)|"
            r"(?:为什么|为啥|咋|怎么)(?:到现在)?(?:还|都|一直)?(?:没有?|不)(?:人)?(?:来)?(?:给我?)?(?:办|处理|回复|答复|解决|结果|动静|消息|受理|修|弄|看|管|理|人来)|太慢了"
        ),
    ),
    (
        "who",
        re.compile(
            r"(?:是)?谁(?:在|来|负责)?(?:办|管|处理|负责|跟进|接)|(?:转|交|派|分)(?:给|到|去)(?:了)?(?:哪个?(?:里|儿|单位|部门)?|什么(?:单位|部门)|谁)|"
            r"(?:哪个|什么)(?:单位|部门|科室|人)(?:在|来)?(?:办|管|处理|负责|承办|跟进)|承办单位|谁负责"
        ),
    ),
    (
        "deadline",
        re.compile(
            r"(?:什么时候|啥时候|何时|多久|几天|多长时间|哪天|多少天)(?:才|就)?(?:能|可以|会)?(?:给我?|够)?(?:办(?:好|完|结|成)|解决|处理(?:好|完)?|修好?|弄[好完]|[整搞]好|来[修看弄]|有(?:结果|答复|回复|消息|信)|(?:给|回)个?(?:回话|回音|回信|准信|信儿?|说法|话|消息|电话)|回我?话|答复|回复|受理|出结果)|"
            r"(?:什么时候|啥时候?|何时|多久|几天|哪天)(?:才|就|能|会)*(?:有人|派人|来人|人)(?:来|过来|去)?(?:修|看|弄|处理|管|上门|整)|"
            r"^还?(?:要|得|需要?)(?:等)?(?:多久|几天|多长时间|多少天)|^(?:那|大概|一般)?(?:多久|几天|多长时间)(?:啊|呀|呢|嘛|了)?$|"
            r"(?:好久|几时|几多日)(?:才)?(?:能|可以|会|得)?(?:够)?(?:整|弄|搞|修|办|处理|解决)(?:好|完|得好)"
        ),
    ),
)
_OF_THE_LAW = re.compile(r"信访|一般|通常|规定|法律|条例|最长|最多|期限|延期|逾期|超期|超过|程序")
_EARLIER = re.compile(
    r"(?:我|俺)(?:的)?(?:上次|上回|之前|以前|原来|前几天|昨天)(?:的|那|反映|投诉|登记|提)[^，。]{0,8}(?:进度|进展|怎么样|咋样|如何|结果|到哪|办|处理|谁|单位|消息)"
)
_OF_MINE = re.compile(
    r"谁[^，。]{0,6}(?:我|俺)的?(?:事|件|案|投诉|诉求|反映)|(?:我|俺)的?(?:事|件|案|投诉|诉求|材料)[^，。]{0,8}(?:谁|哪)"
)
"""谁在办我的事: of one's own case, whether there is one or not."""
_NO_LONGER = re.compile(
    r"(?:那)?(?:不用(?:了|你们管了|管了|登记了|麻烦了)|算了|没事了)(?:吧)?(?:(?:已经|都|现在|人家|他们?|刚|物业|自己)*(?:来)?(?:修|弄|解决|处理|搞|通)(?:好|了|完|通)*了?)?|"
    r"(?:已经|都|现在|人家|他们?|刚|物业|自己)+(?:来)?(?:修好|弄好|解决|处理好|搞好)了?(?:不用(?:了|登记了|管了|麻烦了))?"
)
"""Whoever tells so while the matter is taken down wants it taken down no more."""
_ASKED_OF_THE_FILER = frozenset({"petition_name", "petition_phone"})
"""Asked for these, 不用了 is no to the question."""
_ONCE_MORE = re.compile("又|再次")
_LONGEST = 24
_DATA_LONGEST = 30
_DATA = r"(?:个人)?(?:信息|资料|数据|隐私|电话|手机号?|姓名|身份证号?|聊天记录|记录)"
_SEES = re.compile(
    rf"(?:你们|你|这里|系统|平台)?(?:都)?(?:留|存|保存|记|收集|掌握|有)(?:了|着|下)?(?:我|俺)的?(?:什么|哪些|啥){_DATA}|(?:看|查)(?:一?看|一下|看)?(?:你们)?(?:留|存|保存)(?:的|着|了)?我的?{_DATA}|"
    rf"^(?:你们?|您|这里|系统|平台)(?:都|这里|到底|现在)*(?:存|留|记|保存|收集|掌握|知道)(?:了|着|下)?(?:我|俺)(?:的)?些?(?:什么|啥|哪些|多少)(?:东西|信息|事)?(?:啊|呢|呀|吗)?$|"
    rf"我的?(?:哪些|什么){_DATA}(?:被)?(?:留|存|保存|记)|(?:我要|我想)?(?:看|查看|查询)(?:一下)?我的?(?:个人信息|资料|数据)$|^(?:我要|我想)?(?:看|查|查看|查询)?(?:一下)?我的(?:个人)?(?:信息|资料|数据)$"
)
_ERASES = re.compile(
    rf"^(?:请|麻烦|我要|我想|要求|帮我|把)*(?:你们)?(?:删除|删掉|删了|清除|注销|抹掉|销毁)(?:一下|掉)?(?:我|俺)(?:的|所有的?)*(?:全部|所有)?{_DATA}|^(?:请|麻烦|我要)?把?我的?(?:全部|所有)?{_DATA}(?:都|全)?(?:给我)?(?:删|清|销)"
)
_FORGETS = re.compile(
    r"(?:请|麻烦|你们?|您|把|能不能|可不可以|可以|我要你们?|我想让你们?)*(?:忘记|忘掉|忘了|抹去|抹掉|删掉|删除|删了|清除|注销)(?:掉)?(?:我|俺)(?:吧|这个人|的?一切|所有的?|的?账号|的?记录)?(?:吗|吧|行吗|好吗)?"
)
_KEEPS_NOT = re.compile(rf"(?:不要|别|不许)(?:再)?(?:保存|留着?|存)我的{_DATA}")
"""A wish about what was filed; at a petition's summary it is a no to what is asked there."""
_FAULTY = re.compile(
    r"(?:刚才|刚刚|上面|前面|之前|上次)[^，。]{0,10}(?:错|漏)|(?:地址|地点|位置|电话|手机号?|号码|姓名|名字|内容|时间|标题)[^，。]{0,6}?(?:写|填|说|留|打|弄|报)?(?:错|不对|有误)|"
    r"^(?:我(?:要|想)?)?(?:更正|改一?下|修改)|(?:电话|手机号?|地址|地点|名字|姓名)(?:换了|变了|改成|改为|应该是|应为)"
)
_ADDS = re.compile(r"^我?(?:要|想|再)?补充(?:一下|说明|一点|材料|内容|情况)*[：:]")
"""However long what follows is, it is said to be an addition."""
_FAULT_LONGEST = 80
_JUST = timedelta(hours=24)
_CODE_WITHIN = timedelta(hours=12)
_MOST = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What may be about a case. ``sent``: a picture, a file or a place came with it."""

    text: str = field(repr=False)
    sent: bool
    conversation_id: str
    at: datetime
    offered: Mapping[str, str] = field(default_factory=dict)
    """The choices that stand open: case number to payload."""


class CaseQuestions:
    """Reads questions about one's own cases and data; one port call for what may be one, none for the rest."""

    def __init__(self, cases: Cases) -> None:
        self._cases = cases

    async def payload(self, said: Said, slots: Mapping[str, Any], *, in_form: bool) -> str:
        """The payload that asks it; "" where nothing of the kind is said. In a form only what is surely meant so."""
        if payload := _of_a_withdrawal(said, slots):
            return payload
        if topic := own_data_in(said.text, in_form=in_form):
            return _payload("my_data", topic=topic)
        topic = topic_in(said.text)
        if in_form:
            refused = slots.get("requested_slot") in _ASKED_OF_THE_FILER and refuses(said.text)
            refused = refused and not is_right_again(said.text)
            return "" if refused else _in_form(said.text, topic)
        if announces_another(said.text):
            return "/file_petition"
        if asks_for_code(said.text) or has_no_number(said.text):
            return await self._of_numbers(said)
        adds = _ADDS.match(said.text) or announces_files(said.text) or forgot_files(said.text)
        return "/add_to_case" if adds else await self._of_a_case(said, slots, topic)

    async def _of_numbers(self, said: Said) -> str:
        """Where the code is; without a number one's own cases are shown."""
        if asks_for_code(said.text):
            return _payload("ask_policy", kind="code")
        mine = await self._cases.mine(said.conversation_id)
        return "/show_progress" if mine else _payload("ask_policy", kind="no_number")

    async def _of_a_case(  # noqa: PLR0911 - a table, one line a meaning
        self, said: Said, slots: Mapping[str, Any], topic: str
    ) -> str:
        of_open = _of_an_open_case(said.text)
        stops = wishes.stops(said.text) and not is_of_being_known(said.text)
        number = changes_number(said.text)
        again = waits_for_a_report(said.text)
        same = of_the_same(said.text)
        reach = gives_number(said.text)
        if not (topic or of_open or stops or number or again or same or reach or _puts_right(said.text)):
            return ""
        mine = await self._cases.mine(said.conversation_id)
        if again and any(case.open for case in mine):
            return _payload("show_progress", topic="or_new")
        if same and (payload := _of_the_same(said.text, mine)):
            return payload
        if number:
            return _of_a_new_number(mine)
        if of_open and (payload := _of_open(said, mine[:_MOST], slots)):
            return payload
        if topic and (told := _told_just_now(said, slots, mine)):
            return _about([told], "show_progress", topic=topic)
        if topic:
            return _payload("show_progress", topic=topic) if mine or _OF_MINE.search(said.text) else ""
        case = _just_filed(mine, said.at, slots)
        if reach:
            return _of_a_new_number([case]) if case else ""
        if case and stops:  # who stops when all is filed already takes it back
            return _about([case], "withdraw")
        corrects = case and not of_open and _puts_right(said.text)
        return _payload("answer_notice", topic="correct", case_number=case.number) if case and corrects else ""


def _in_form(text: str, topic: str) -> str:
    """In a form only what surely speaks of an earlier case, or of dropping this one, is no answer to its question."""
    bare = words_only(text)
    if len(bare) <= _LONGEST and (_NO_LONGER.fullmatch(bare) or is_right_again(text)):
        return "/stop"
    if is_dropped(text):
        return _payload("withdraw")
    earlier = len(bare) <= _LONGEST and _EARLIER.search(bare)
    return _payload("show_progress", **({"topic": topic} if topic else {})) if earlier else ""


def _of_a_withdrawal(said: Said, slots: Mapping[str, Any]) -> str:
    """Six digits after a withdrawal was asked for: the query code that it waits for."""
    asked = slots.get("withdrawing")
    if (
        not (asked and commands.is_query_code(said.text))
        or said.at - datetime.fromisoformat(asked["at"]) > _CODE_WITHIN
    ):
        return ""
    return _payload("confirm_withdraw", case_number=asked["number"])


def topic_in(text: str) -> str:
    """The question: "who", "deadline" or "why"; "" for a question of the law, and for a story."""
    bare = words_only(in_common_words(text))
    if len(bare) > _LONGEST or _OF_THE_LAW.search(bare):
        return ""
    return next((topic for topic, pattern in _TOPICS if pattern.search(bare)), "")


def own_data_in(text: str, *, in_form: bool) -> str:
    """Whether somebody wants to "see" what is kept of them, or have it "erase"d."""
    bare = words_only(text)
    if len(bare) > _DATA_LONGEST:
        return ""
    erases = _ERASES.search(bare) or _FORGETS.fullmatch(bare) or (not in_form and _KEEPS_NOT.search(bare))
    return "erase" if erases else "see" if _SEES.search(bare) else ""


def _of_an_open_case(text: str) -> bool:
    if urges(text) or urged_matter(text) or has_waited(text) or asks_of_lateness(text):
        return True
    return bool(is_impatient(text) or is_settled(text) or is_dropped(text) or is_the_other(text) or that_one(text))


def _of_open(said: Said, mine: Sequence[CaseView], slots: Mapping[str, Any]) -> str:
    """What is said of cases that are open; "" where none is meant."""
    cases = [case for case in mine if case.open]
    if is_the_other(said.text):
        others = [case for case in mine if case.number != slots.get("told_case")]
        return _about(others, "show_progress") if len(mine) > 1 else ""
    if words := that_one(said.text):
        return _chosen(said, meant(words, cases)) if len(mine) > 1 else ""
    if (waiting := _of_waiting(said, cases)) is not None:
        return waiting
    if is_impatient(said.text):
        return _about(cases, "show_progress", topic="why")
    waits = any(case.state == "answered" for case in mine)
    kin = meant(said.text, cases) or (cases if names_last(said.text) and len(cases) == 1 else [])
    return _about(kin, "withdraw") if is_dropped(said.text) or not waits else ""


def _of_the_same(text: str, mine: Sequence[CaseView]) -> str:
    """To be chosen from the cases that the words may mean; "" for what surely judges the only one.

    What broke again after its case was closed may be a new matter: it opens none again unasked.
    """
    kin = kin_of(text, mine[:_MOST])
    only = kin[0] if len(kin) == 1 and kin[0].answered else None
    judges = only and verdict(text) is not None and (only.state == "answered" or not _ONCE_MORE.search(text))
    return _payload("show_progress", topic="same") if kin and not judges else ""


def _of_a_new_number(mine: Sequence[CaseView]) -> str:
    """To the cases that are open, so that whoever handles them calls the right one; else kept for the next time."""
    cases = [case for case in mine[:_MOST] if case.open]
    if not cases:
        return _payload("my_data", topic="phone")
    numbers = [case.number for case in cases]
    return "/answer_notice" + json.dumps({"topic": "correct", "case_number": numbers})


def _of_waiting(said: Said, cases: Sequence[CaseView]) -> str | None:
    """The payload of pressing for open cases, and of having waited long for one; None where nothing of it is said."""
    if urges(said.text) or urged_matter(said.text):
        if of_all(said.text) and cases:
            return _payload("show_progress", topic="urge", value="all")
        kin = meant(urged_matter(said.text), cases) if not urges(said.text) else cases
        return _about(kin, "show_progress", topic="urge") if urges(said.text) or len(kin) == 1 else ""
    if asks_of_lateness(said.text):
        return _about([case for case in cases if said.at > due(case)], "show_progress", topic="why")
    if has_waited(said.text) and not is_impatient(said.text):
        kin = [case for case in cases if meant(said.text, [case]) and said.at - case.filed_at > _JUST]
        return _about(kin, "show_progress", topic="why") if len(kin) == 1 else ""
    return None


def _chosen(said: Said, cases: Sequence[CaseView]) -> str:
    """The one that was chosen by a word of its title, for what was offered; its progress where nothing was."""
    if len(cases) != 1:
        return ""
    return said.offered.get(cases[0].number) or _about(cases, "show_progress")


def _about(cases: Sequence[CaseView], intent: str, **entities: str) -> str:
    """The payload for the only case, or for a choice of several; "" for none."""
    only = {"case_number": cases[0].number} if len(cases) == 1 else {}
    return _payload(intent, **entities, **only) if cases else ""


def _puts_right(text: str) -> bool:
    return len(text) <= _FAULT_LONGEST and bool(_FAULTY.search(text)) and not is_a_story_of_fault(text)


def is_a_story_of_fault(text: str) -> bool:
    """Whether the text tells a trouble of its own beside what it puts right: that is a matter."""
    return is_a_story(text) and finds_fault(_FAULTY.sub("", text)) and not commands.asks_change(text)


def _told_just_now(said: Said, slots: Mapping[str, Any], mine: Sequence[CaseView]) -> CaseView | None:
    """The case that was chosen of those shown, while its choice still stands: 啥时候能弄好 asks on about it."""
    number = slots.get("told_case")
    return next((case for case in mine if case.number == number and number in said.offered), None)


def _just_filed(mine: Sequence[CaseView], now: datetime, slots: Mapping[str, Any]) -> CaseView | None:
    """The case that was filed here last, within a day, and is still open."""
    recent = [case for case in mine[:_MOST] if case.open and now - case.filed_at <= _JUST]
    number = (slots.get("just_filed") or {}).get("number")
    return next((case for case in recent if case.number == number), recent[0] if recent else None)


def _payload(intent: str, **entities: str) -> str:
    return f"/{intent}" + json.dumps(entities)
