"""The form of the counter, read: what keeps it from being filed, and what is worth a second look.

The same is asked of it as of what the bot takes down: a number that can be dialled, an identity number that is one, a
place that can be found, danger and accusations that are not overheard.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from stdnum.cn import ric

from bot.casework.by_hand import BY_HAND
from bot.casework.staffwork import URGENCIES
from dialogs.nlu.accusations import accuses_an_official
from dialogs.nlu.categories import Categories
from dialogs.nlu.danger_model import shipped_ear
from dialogs.nlu.identity import find_id_numbers
from dialogs.nlu.matter import tells_a_matter, type_of, urgency_of
from dialogs.nlu.phones import find_phones
from dialogs.nlu.places import Lack, find_district, lack_of
from dialogs.nlu.times import find_since
from dialogs.nlu.title import NEUTRAL_ACCUSATION, make_title
from storage.cases import CASE_TYPES

LONGEST: Mapping[str, int] = {
    "content": 5_000,
    "title": 60,
    "place": 200,
    "name": 40,
    "phone": 20,
    "id_number": 18,
    "address": 200,
    "behalf": 40,
}
_KEY = re.compile(r"[0-9a-f]{32}")
_NUMBER = re.compile(r"\d{5,}")
_CRITICAL = "critical"
_LETTER = "letter"
_LONGEST_AGO = timedelta(days=366)
_TO_BE_TOLD_IN = 15
"""Days from the receipt on (信访工作条例 2022 §23)."""
_WITHOUT_PLACE = frozenset({"咨询", "建议", "表扬"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What was written. "" where nothing was; ``type``, ``category``, ``urgency``: "" leaves them to the words."""

    key: str
    how: str = "visit"
    received: str = ""
    content: str = field(default="", repr=False)
    title: str = field(default="", repr=False)
    place: str = field(default="", repr=False)
    district: str = ""
    type: str = ""
    category: str = ""
    urgency: str = ""
    name: str = field(default="", repr=False)
    phone: str = field(default="", repr=False)
    id_number: str = field(default="", repr=False)
    address: str = field(default="", repr=False)
    behalf: str = field(default="", repr=False)
    texts: bool = False
    anonymous: bool = False
    confidential: bool = False
    accusation: bool = False

    @property
    def further(self) -> bool:
        """Whether something stands in the part of the form that is folded up at first."""
        words = (self.title, self.district, self.type, self.category, self.urgency, self.id_number, self.address)
        return bool(any(words) or self.behalf or self.anonymous or self.confidential or self.accusation)


_TICKED = ("texts", "anonymous", "confidential", "accusation")
_WRITTEN = tuple(name for name in Given.__dataclass_fields__ if name not in _TICKED)


def given_of(form: Mapping[str, str], *, only_accusations: bool) -> Given:
    """Read the form. ``only_accusations``: whoever fills it in takes down nothing else."""
    read: dict[str, Any] = {name: form.get(name, "").replace("\r\n", "\n").strip() for name in _WRITTEN}
    read |= {name: form.get(name) == "on" for name in _TICKED}
    given = Given(**read)
    return replace(given, accusation=True) if only_accusations else given


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """What is filed of a matter: as staff wrote it, and where they left it open, as the bot reads it in the words."""

    title: str = field(repr=False)
    type: str
    category: str
    district: str
    since: str
    urgency: str


def read_out(given: Given, categories: Categories) -> Read:
    """An accusation's own title names nobody; nor do its type and category tell more than that it is one."""
    matter, accusation = given.content, given.accusation
    title = NEUTRAL_ACCUSATION if accusation else make_title(matter, given.place, categories)
    return Read(
        title=given.title or title,
        type="举报" if accusation else given.type or type_of(matter),
        category="检举控告" if accusation else given.category or categories.filed_under(matter),
        district=given.district or find_district(given.place, matter),
        since=find_since(matter),
        urgency=given.urgency or urgency_of(matter, danger=False),
    )


def put_right(given: Given) -> Given:
    """With phone and identity number as they are dialled and printed, where they are some."""
    found, number = find_phones(given.phone), given.id_number.replace(" ", "").upper()
    phone = found[0].value if len(found) == 1 and _is_all(found[0].start, found[0].end, given.phone) else given.phone
    return replace(given, phone=phone, id_number=number)


def wrong_in(given: Given, *, categories: Sequence[str], districts: Sequence[str], today: date) -> Mapping[str, str]:
    """What must be put right before it is filed: a sentence by the field's name."""
    wrong = {name: f"最多 {most} 字" for name, most in LONGEST.items() if len(getattr(given, name)) > most}
    wrong |= _of_day(given, today) | _of_matter(given) | _of_person(given)
    choices: Mapping[str, Sequence[str]] = {
        "how": tuple(BY_HAND),
        "type": ("", *CASE_TYPES),
        "category": ("", *categories),
        "urgency": ("", *URGENCIES),
        "district": ("", *districts),
    }
    wrong |= {name: "请重新选择" for name, known in choices.items() if getattr(given, name) not in known}
    if not _KEY.fullmatch(given.key):
        wrong.setdefault("content", "请从页面上重新填写")
    return wrong


def received_on(given: Given, today: date) -> date | None:
    """The day on which a letter came, where that was before today."""
    try:
        came = date.fromisoformat(given.received) if given.received else today
    except ValueError:
        return None
    return came if came != today else None


def _of_day(given: Given, today: date) -> dict[str, str]:
    came = received_on(given, today)
    if came is None:
        return {} if given.received in {"", today.isoformat()} else {"received": "请填日期，如 2026-11-20"}
    if given.how != _LETTER:
        return {"received": "只有来信填收到日期；来访、来电当天登记"}
    if came > today:
        return {"received": "收到日期不能在今天以后"}
    return {} if today - came <= _LONGEST_AGO else {"received": "收到日期不能早于一年以前，请核对年份"}


def _of_matter(given: Given) -> dict[str, str]:
    if not given.content:
        return {"content": "请写下反映的是什么事"}
    if find_id_numbers(given.content):
        return {"content": "内容里有身份证号，请移到“身份证号”一栏：内容会转给承办单位"}
    return {}


def _of_person(given: Given) -> dict[str, str]:
    wrong: dict[str, str] = {}
    if given.anonymous and (given.name or given.id_number):
        wrong["name" if given.name else "id_number"] = "匿名的不写姓名和身份证号；只是不想让承办单位知道的，选“保密”"
    elif _NUMBER.search(given.name):
        wrong["name"] = "姓名里有号码，请移到“电话”一栏"
    if given.phone and not _is_phone(given.phone):
        wrong["phone"] = "不像电话号码：手机 11 位；座机带区号，如 0536-8123456"
    if given.id_number and not ric.is_valid(given.id_number):
        wrong["id_number"] = "身份证号不对，请核对（18 位，最后一位可以是 X）"
    return wrong


def doubts_in(given: Given, categories: Categories, today: date) -> Mapping[str, str]:
    """What is asked once more before it is filed: a sentence by a word that names the doubt."""
    doubts = {"received": _of_age(given, today), "place": _of_place(given), "phone": _of_phone(given)}
    if not tells_a_matter(given.content, categories):
        doubts["matter"] = "内容里看不出是什么事。请问清楚：在哪里、什么事、从什么时候起、要求怎么解决。"
    if given.urgency != _CRITICAL and shipped_ear().certain(given.content):
        doubts["danger"] = "说到有人身危险：请先帮对方打 110、119 或 120，“紧急程度”选特急。"
    if not given.accusation and accuses_an_official(given.content):
        doubts["accusation"] = "像是检举控告公职人员：是的话请勾选“检举控告”，由纪检人员办理，不转给被反映的单位。"
    return {name: sentence for name, sentence in doubts.items() if sentence}


def _of_age(given: Given, today: date) -> str:
    came = received_on(given, today)
    days = (today - came).days if came else 0
    if days <= _TO_BE_TOLD_IN:
        return ""
    late = f"信收到已经 {days} 天，过了 {_TO_BE_TOLD_IN} 日的告知期限，登记后就是红灯。"
    return f"{late}日期没有错的话，请马上告知是否受理。"


def _of_place(given: Given) -> str:
    if not given.place:
        return "" if given.type in _WITHOUT_PLACE else "没有写地点。承办单位要去现场的，请问清楚在哪里。"
    return _LACKS.get(lack_of(given.place), "")


_LACKS: Mapping[Lack, str] = {
    Lack.NAME: "地点里没有名称：是哪个小区、哪个村、哪所学校？",
    Lack.DISTRICT: "同名的地方可能不止一处：请写上区县或乡镇、街道。",
    Lack.SPOT: "地点只写到区县或街道：请问清楚具体在哪里。",
}


def _of_phone(given: Given) -> str:
    return "" if given.phone or given.anonymous else "没有留电话，办理结果没法告诉本人。确实没有的可以不填。"


def _is_phone(phone: str) -> bool:
    found = find_phones(phone)
    return len(found) == 1 and _is_all(found[0].start, found[0].end, phone)


def _is_all(start: int, end: int, text: str) -> bool:
    return not (text[:start] + text[end:]).strip()
