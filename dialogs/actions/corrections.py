"""Correcting one part of what was taken down: "改地址 …", "电话改成139…", "内容不对"."""

import re
from dataclasses import dataclass, replace
from typing import Any

from dialogs.actions.draft import Draft
from dialogs.nlu.facts import answered_place
from dialogs.nlu.identity import find_id_number
from dialogs.nlu.names import answered_name
from dialogs.nlu.phones import find_phones

_PARTS = (
    ("phone", re.compile(r"电话|手机号?|联系方式|号码")),
    ("id_number", re.compile(r"身份证(?:号码?)?|证件")),
    ("place", re.compile(r"地址|地点|位置|地方")),
    ("name", re.compile(r"姓名|名字|称呼")),
    ("matter", re.compile(r"内容|标题|事情|问题|诉求|描述|类别|分类|类型")),
)
_NEW = re.compile(
    r"(?:改成|改为|换成|应该是|应为|应是|更正为|修改为|而是|(?<!不)是|：|:|"
    r"(?<![认以因])为)[ ：:]*(?P<new>[^，。]*(?:，[^，。]*)*)[。]?$",
    re.DOTALL,
)
_VERB = re.compile(r"^(?:我?(?:要|想)?(?:修改|更正|改正|更改|修正|改|换)(?:一下|下)?)")
_WRONG = re.compile(r"(?:写|填|弄|说|登记)?(?:不对|错了?|有误|不正确|不是这个|不准确?)(?:了|的)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """``part`` of the draft and its new value; "" where only the fault was named, so that it is asked again."""

    part: str
    value: str


def read_correction(text: str) -> Correction | None:
    """Which part is to be changed, and to what; None where the text names no part."""
    named = [(found.start(), part, found.end()) for part, pattern in _PARTS if (found := pattern.search(text[:40]))]
    if not named:
        return None
    _, part, end = min(named)
    rest = _WRONG.sub("", text[end:], count=1)
    new = _NEW.search(rest)
    given = new["new"] if new else "" if rest.startswith("不是") else rest
    given = given.strip(" ，,。：:、！!")
    return Correction(part=part, value=given if part == "matter" else given.rstrip("吧了"))


def corrected(draft: Draft, correction: Correction) -> Draft:
    """The draft with the part set, or emptied where the new value is none."""
    value: Any = _READ[correction.part](correction.value)
    changed = replace(draft, **{"confirm": None, "shown": None, "unclear": 0, correction.part: value})
    if correction.part in {"name", "phone"} and draft.anonymous:
        return _named(changed)
    return changed


def _named(draft: Draft) -> Draft:
    """Who corrects name or phone wants no anonymity: what is missing is asked."""
    return replace(draft, anonymous=None, name=draft.name or None, phone=draft.phone or None)


def _phone(value: str) -> str | None:
    found = find_phones(value)
    return found[0].value if found else None


def _id_number(value: str) -> str | None:
    found = find_id_number(value)
    return found.value if found else None


def _place(value: str) -> str | None:
    return answered_place(value) or None


def _name(value: str) -> str | None:
    return answered_name(value) if value else None


def _matter(value: str) -> str | None:
    return value if len(value) >= 4 else None  # noqa: PLR2004 - shorter is no matter


_READ = {"phone": _phone, "id_number": _id_number, "place": _place, "name": _name, "matter": _matter}
