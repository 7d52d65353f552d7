"""What people are told of their case: every sentence of a progress notice stands here.

A notice says what happened, what was said with it, and what comes next; it names deadlines and rights only
where the law gives them (信访工作条例 2022: §23 where else to turn, §34 60 days and at most 30 more, §35 review within
30 days). It never claims that a matter is solved: only the filer knows. Of an accusation it says number and state,
nothing else (§30).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from zoneinfo import ZoneInfo

from bot.casework.by_text import Parts, by_text, says_review
from bot.text import clip
from storage.cases import Case, CaseState

_OFFICE_LIMIT = 16
_SHANGHAI = ZoneInfo("Asia/Shanghai")
_CLAIMS = frozenset({"求助", "投诉"})
"""Types that ask for something to be done or decided (申诉求决): §34's limit and §35's review are theirs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """The words that go with a step: all for the public. ``ground`` and ``elsewhere`` belong to a refusal."""

    note: str = field(default="", repr=False)
    ground: str = field(default="", repr=False)
    elsewhere: str = field(default="", repr=False)
    unit: str = ""
    answer: str = field(default="", repr=False)

    def for_timeline(self) -> str:
        """All of it as one note; a note alone stays as it was written."""
        named = (("理由", self.ground), ("可以向以下单位或渠道提出", self.elsewhere), ("承办单位", self.unit))
        return _lines([self.answer, self.note, *(_named(name, words) for name, words in named)])


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """``text`` for ways that carry words, ``fields`` for templates; ``parts``: what a text message is made of."""

    text: str = field(repr=False)
    fields: Mapping[str, str] = field(repr=False)
    parts: Parts | None = field(default=None, repr=False)

    @property
    def brief(self) -> str:
        """The notice as a text message; ``text`` where that is short whatever the case is."""
        return self.text if self.parts is None else by_text(self.parts)


def progress(case: Case, told: Told, *, at: datetime, own: bool, office: str) -> Notice:
    """The notice of the step that brought ``case`` where it is; ``own``: the reader filed it."""
    if case.accusation:
        return _bare(case, at)
    said = [(name, words) for name, words in _what(case.state, told) if words]
    law, then = _next(case, own=own)
    lines = [
        _headline(case, own=own, office=office),
        *(f"{name}：{words}" for name, words in said),
        "" if says_review(" ".join(words for _, words in said)) else law,
        then,
    ]
    happened = _HAPPENED[case.state].format(office=clip(office, _OFFICE_LIMIT))
    parts = Parts(
        head=partial(_opening, case, happened, own=own),
        said=[(_ELSEWHERE_BY_TEXT if name == _ELSEWHERE else name, words) for name, words in said],
        law=_LAW_BY_TEXT.get(case.state, "") if law else "",
        then=_NEXT_BY_TEXT.get(case.state, "") if own else "",
        must=_MUST_BY_TEXT.get(case.state, "") if own else "",
    )
    return Notice(text=_lines(lines), fields=_fields(case, at, _short_note(case.state, told)), parts=parts)


def news(case: Case, note: str, *, at: datetime, own: bool) -> Notice:
    """The notice of a public note that changes no state."""
    if case.accusation:
        return _bare(case, at)
    happened = "有新的办理情况。"
    opening = f"{_whose(own=own)}“{clip(case.title)}”{happened}\n编号：{case.number}"
    parts = Parts(head=partial(_opening, case, happened, own=own), said=[("", note)])
    return Notice(text=_lines([opening, note]), fields=_fields(case, at, note), parts=parts)


def registered(case: Case, code: str, *, at: datetime) -> Notice:
    """The notice that staff wrote down what the reader told them. ``code`` is the query code."""
    text = _lines(
        [
            f"您反映的事项已登记。\n编号：{case.number}\n查询码：{code}",
            "用其他手机查询进度时，需要编号和查询码，请妥善保管。",
        ]
    )
    note = "请妥善保管编号"
    return Notice(text=text, fields=_fields(case, at, note, title="" if case.accusation else case.title))


def _bare(case: Case, at: datetime) -> Notice:
    text = f"您提交的事项状态已更新：{case.state.label}。\n编号：{case.number}"
    return Notice(text=text, fields=_fields(case, at, "如有疑问请联系受理机关", title=""))


def _headline(case: Case, *, own: bool, office: str) -> str:
    happened = _HAPPENED[case.state].format(office=office)
    return f"{_whose(own=own)}“{clip(case.title)}”{happened}\n编号：{case.number}"


def titled(case: Case, limit: int) -> str:
    """The case as the first line of a text message names it, its title of at most ``limit`` characters."""
    return f"“{clip(case.title, limit)}”（{case.number}）"


def _opening(case: Case, happened: str, limit: int, *, own: bool) -> str:
    return f"{_whose(own=own)}{titled(case, limit)}{happened}"


def _whose(*, own: bool) -> str:
    return "您反映的" if own else "您关注的"


_HAPPENED: Mapping[CaseState, str] = {
    CaseState.SUBMITTED: "已收到补充内容，正在审核是否受理。",
    CaseState.NEEDS_INFO: "需要补充一些内容，才能继续办理。",
    CaseState.ACCEPTED: "已由{office}受理。",
    CaseState.REFUSED: "经{office}审核，不予受理。",
    CaseState.ASSIGNED: "已转交承办单位。",
    CaseState.IN_PROGRESS: "正在办理。",
    CaseState.ANSWERED: "已有答复。",
    CaseState.CLOSED: "已办结。",
    CaseState.REOPENED: "已重新办理。",
    CaseState.WITHDRAWN: "已撤回，不再继续办理。",
}


def _what(state: CaseState, told: Told) -> list[tuple[str, str]]:
    """What was said with the step, each thing under the name that fits it."""
    match state:
        case CaseState.REFUSED:
            reason = "说明" if told.ground else "理由"
            return [("理由", told.ground), (reason, told.note), (_ELSEWHERE, told.elsewhere)]
        case CaseState.NEEDS_INFO:
            return [("要补充的内容", told.note)]
        case CaseState.ANSWERED:
            return [("答复", told.answer or told.note), ("说明", told.note if told.answer else "")]
        case CaseState.ASSIGNED:
            return [("承办单位", told.unit), ("说明", told.note)]
        case _:
            return [("说明", told.note)]


def _named(name: str, words: str) -> str:
    return f"{name}：{words}" if words else ""


def _next(case: Case, *, own: bool) -> tuple[str, str]:
    """The reader's right, and what comes next; only the filer has rights in the case."""
    if not own:
        return "", ""
    ordinary = _NEXT.get(case.state, "有新的进展会及时告诉您。")
    rights = _RIGHTS.get(case.state, "") if case.type in _CLAIMS else ""
    return rights, ordinary


_NEXT: Mapping[CaseState, str] = {
    CaseState.NEEDS_INFO: "请直接回复补充的内容。等待补充期间，办理期限暂停计算，收到后继续。",
    CaseState.REFUSED: "如有新的事实和理由，可以再次反映；需要工作人员说明，请回复“人工”。",
    CaseState.ANSWERED: "问题没有解决，直接回复告诉我们，会重新办理；办得怎么样，回复“评价”。",
    CaseState.CLOSED: "如果问题没有解决，或有新的情况，请直接回复告诉我们。",
    CaseState.WITHDRAWN: "以后需要再次反映，直接发来即可。",
}
_RIGHTS: Mapping[CaseState, str] = {
    CaseState.ACCEPTED: (
        "依照《信访工作条例》，自受理之日起60日内办结；情况复杂的，经批准可以延长，最多30日，并会告诉您原因。"
    ),
    CaseState.ANSWERED: ("对处理意见不服的，可以自收到书面答复之日起30日内，请求原办理单位的上一级机关、单位复查。"),
}

_ELSEWHERE, _ELSEWHERE_BY_TEXT = "您可以向以下单位或渠道提出", "可向这里提出"
_NEXT_BY_TEXT: Mapping[CaseState, str] = {
    CaseState.NEEDS_INFO: "请直接回复补充的内容，等待期间办理期限暂停。",
    CaseState.REFUSED: "有新的事实和理由可再次反映，要说明请回复“人工”。",
    CaseState.ANSWERED: "没解决请直接回复；打分请回复“评价”。",
    CaseState.CLOSED: "没解决或有新情况，请直接回复。",
    CaseState.WITHDRAWN: "需要再次反映，直接发来即可。",
}
_MUST_BY_TEXT: Mapping[CaseState, str] = {CaseState.NEEDS_INFO: "请直接回复补充的内容。"}
"""What is said even where the words of staff are cut."""
_LAW_BY_TEXT: Mapping[CaseState, str] = {
    CaseState.ACCEPTED: "自受理之日起60日内办结，情况复杂的，经批准最多延长30日。",
    CaseState.ANSWERED: "不服的，可自收到书面答复之日起30日内请求上一级机关、单位复查。",
}

_SHORT: Mapping[CaseState, str] = {
    CaseState.NEEDS_INFO: "请回复需要补充的内容",
    CaseState.ANSWERED: "请查看答复并评价",
    CaseState.REFUSED: "请查看不予受理的原因",
}


def _short_note(state: CaseState, told: Told) -> str:
    return told.answer or told.ground or told.note or _SHORT.get(state, "有新的进展会及时告诉您")


def _fields(case: Case, at: datetime, note: str, *, title: str | None = None) -> Mapping[str, str]:
    """Facts for a template. None of them is ever empty: platforms refuse empty values."""
    return {
        "number": case.number,
        "state": case.state.label,
        "title": clip(case.title if title is None else title) or "您提交的事项",
        "time": at.astimezone(_SHANGHAI).strftime("%Y-%m-%d %H:%M"),
        "note": " ".join(note.split()),
    }


def _lines(parts: list[str]) -> str:
    return "\n".join(part for part in parts if part)
