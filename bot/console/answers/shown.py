"""An answer and its versions as pages show them, and as the form of a page gives them back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from dialogs.faq.answers import Answer
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
