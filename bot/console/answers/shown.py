"""An answer and its versions as pages show them, and as the form of a page gives them back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from dialogs.faq.answers import ELSEWHERE, Answer
from dialogs.faq.aspects import Aspect
from dialogs.faq.tables import COLUMNS
from storage.edits import Edit, EditAct

ASPECTS: Mapping[Aspect, str] = {
    Aspect.TIME: "多久",
    Aspect.MATERIALS: "要什么材料",
    Aspect.WHO: "找谁",
    Aspect.WHERE: "在哪里",
    Aspect.HOW: "怎么办",
    Aspect.COST: "费用",
    Aspect.MAY: "可不可以",
    Aspect.WHY: "为什么",
    Aspect.SECRET: "保密",
    Aspect.WHAT: "是什么",
}
ACTS: Mapping[EditAct, str] = {EditAct.SET: "修改", EditAct.REMOVE: "停用", EditAct.RESTORE: "恢复文件里的原文"}
_LISTS = ("variants", "districts", "keywords")
_PLAIN = ("id", "question", "answer", "source", "valid_from", "valid_to", "department", "topic")
_SOON = timedelta(days=30)
MARKED, TO_OTHERS, OTHERS = "快到期、已失效和还没施行的", "该找别的单位的", "其他依据"
_A_PART = 3
"""Fewer answers of one law are no part of their own."""
_UNFOLDED = 20
"""So many are looked through at a glance."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """An answer in the list. ``mark``: what there is to know of it at a glance; ``colour`` of that."""

    answer: Answer
    mark: str
    colour: str
    edited: bool
    waits: bool


def line(answer: Answer, *, today: date, edited: bool, waits: bool) -> Line:
    mark, colour = _mark(answer, today)
    return Line(answer=answer, mark=mark, colour=colour, edited=edited, waits=waits)


def _mark(answer: Answer, today: date) -> tuple[str, str]:
    if answer.valid_from > today:
        return f"{answer.valid_from} 起才回答", "yellow"
    if answer.valid_to is None:
        return "", ""
    if answer.valid_to < today:
        return "已失效，不再回答", "red"
    soon = answer.valid_to - today <= _SOON
    return f"{answer.valid_to} 失效", "yellow" if soon else ""


def folded(lines: Sequence[Line], *, sought: bool) -> Sequence[tuple[str, bool, Sequence[Line]]]:
    """The lines under the law they go by; whether that part is unfolded. What ends or has yet to begin comes first."""
    marked = [each for each in lines if each.mark]
    by_law: dict[str, list[Line]] = {}
    for each in lines:
        if not each.mark:
            by_law.setdefault(_law(each.answer), []).append(each)
    few = [each for law, found in by_law.items() if law == OTHERS or len(found) < _A_PART for each in found]
    parts = [(law, found) for law, found in by_law.items() if law != OTHERS and len(found) >= _A_PART]
    parts.sort(key=lambda part: -len(part[1]))
    opened = sought or len(lines) <= _UNFOLDED
    ordered = [(MARKED, True, marked), *((law, opened, found) for law, found in parts), (OTHERS, opened, few)]
    return [part for part in ordered if part[2]]


def _law(answer: Answer) -> str:
    if answer.topic == ELSEWHERE:
        return TO_OTHERS
    law = answer.sources[0].law if answer.sources else ""
    return f"《{law}》" if law else OTHERS


def written(form: Mapping[str, str], aspects: Sequence[str]) -> dict[str, Any]:
    """What a form holds, as an entry of the file of answers."""
    raw: dict[str, Any] = {name: form.get(name, "").replace("\r\n", "\n") for name in _PLAIN}
    for name in _LISTS:
        parts = _parted(form.get(name, ""), between="" if name == "variants" else "；;、，")
        raw[name] = [part.strip() for part in parts if part.strip()]
    raw["aspects"] = list(aspects)
    return {name: value for name, value in raw.items() if value not in ("", [])}


def _parted(text: str, *, between: str) -> list[str]:
    for sign in between:
        text = text.replace(sign, "\n")
    return text.splitlines()


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One field that is worded otherwise."""

    label: str
    before: str
    after: str


def differences(before: Mapping[str, Any], edit: Edit) -> Sequence[Difference]:
    """What a version changes of an entry that reads ``before``."""
    if edit.act is not EditAct.SET:
        return ()
    return [
        Difference(label=label, before=_text(name, before.get(name)), after=_text(name, edit.content.get(name)))
        for label, name in COLUMNS.items()
        if _text(name, before.get(name)) != _text(name, edit.content.get(name))
    ]


def _text(name: str, value: Any) -> str:
    if name == "aspects":
        value = [ASPECTS[Aspect(each)] for each in value or () if each in set(Aspect)]
    return "\n".join(map(str, value)) if isinstance(value, list | tuple) else str(value or "")
