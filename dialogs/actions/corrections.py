"""Correcting one part of what was taken down: "改地址 …", "电话改成139…", "内容不对"."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dialogs.actions.changed import replace
from dialogs.actions.draft import Draft
from dialogs.nlu import commands
from dialogs.nlu.bare_numbers import bare_number
from dialogs.nlu.facts import answered_place
from dialogs.nlu.identity import find_id_number
from dialogs.nlu.matter import Categories
from dialogs.nlu.names import answered_name
from dialogs.nlu.phones import find_phones
from dialogs.nlu.times import find_since
from dialogs.text.clean import words_only

_PARTS = (
    ("phone", re.compile(r"电话|手机号?|联系方式|号码")),
    ("id_number", re.compile(r"身份证(?:号码?)?|证件")),
    ("place", re.compile(r"地址|地点|位置|地方")),
    ("name", re.compile(r"姓名|(?<![司店院校厂区村路街馆所局位楼])名字|称呼")),
    ("title", re.compile(r"标题|题目")),
    ("behalf", re.compile(r"当事人|被代理人")),
    ("when", re.compile(r"时间|日期")),
    ("matter", re.compile(r"内容|事情|问题|诉求|描述")),
)
NO_TIME = "不写"
"""What the time is corrected to where none is to be written."""
_KINDS = "咨询|求助|投诉|举报|建议|表扬"
_ANOTHER_KIND = re.compile(
    rf"(?:不是(?:{_KINDS})[，, ]*(?:而|这)?是|"
    rf"(?:改成|改为|换成|登记成|登记为|算成?|算作|当作?|按|应该是|属于|类[型别]是?|是来|只是|"
    rf"就是)(?:一[个件])?)(?P<new>{_KINDS})"
    rf"(?:类|件|的|吧|登记|处理|就行|就好|一下|不是(?:{_KINDS}))*[。！!]?$|"
    rf"^(?P<only>{_KINDS})[，, ]*不是(?:{_KINDS})[。！!]?$"
)
_KIND_WRONG = re.compile(
    r"(?:类别|类型|分类)[^，。]{0,4}(?:不对|错|有误)|^(?:我?(?:要|想)?(?:修改|改|换)(?:一下|"
    r"下)?)?(?:类别|类型|分类)(?:吧|不对|要改)?$"
)
_KIND_GIVEN = re.compile(
    r"(?:类别|类型|分类)[^，。]{0,8}?(?:改成|改为|换成|应该是|应为|是|：|:)\s*(?P<new>[^，。]{2,20})|"
    r"改(?:类别|类型|分类)[ ：:]+(?P<alone>[^，。]{2,20})"
)
_BREAK = re.compile(r"[，,；;。\n]+|(?<=[\u3400-\u9fff0-9])(?:还有|另外)(?=(?:电话|手机|姓名|名字|地址|地点))")
_PART_ALONE = re.compile(
    r"(?:我?要?(?:修改|更正|改|换)(?:一下|下)?)?(?:电话|手机号?码?|联系方式|号码|身份证号?|地址|"
    r"地点|位置|姓名|名字|标题|题目|时间|日期|内容|问题|事情|诉求)"
    r"(?:(?:需|想)?要?改(?:一?下|改)?|那项|那里|这项)?(?:吧|的)?"
)
_NOT_THE_OTHER = re.compile(r"(?<=[\u3400-\u9fff0-9])[，,；; ]*(?:而)?不是[^，。]{1,20}[。！!]?$")
"""建设路小学站不是中学: what it is comes first."""
_PLACE_WRONG = re.compile(
    r"^(?:地址|地点|位置|地方)改一?下[，, ]*(?:应该)?是|"
    r"^(?:这个?)?地方(?:不对|(?:写|说|填)?错了|(?:应该)?不是[^，。]{1,15}[，, ]+(?:而|应该)?是)"
)
_NAME_WRONG = re.compile(
    r"^(?:哎呀?|哦|不好意思|等等)?[，, ]*(?:(?:名字|姓名)?(?:写|打|说)?错了|不对)"
    r"[，, ]*(?:应该)?(?:是|叫)(?P<new>[\u3400-\u9fff]{2,4})"
    r"(?:[，, ]+[^，。]{1,8}的(?P<char>[\u3400-\u9fff])字?)?[。！!]?$"
)
"""写错了，是张玮，王字旁的玮: how it is written goes with the name."""
_IS_NOT = re.compile(r"^(?:应该)?是(?P<new>[^，,。]{4,200})[，, ]*(?:而)?不是[^，。]{1,20}[。！!]?$")
_MEANT = re.compile(
    r"^(?:不是|不对|搞错了|弄错了|错了)(?:[这那](?:个|事|件)?(?:事|问题)?)?[，,。！! ]*(?:我(?:是|"
    r"真正)?(?:要|想)(?:说|讲|反映|投诉|举报)(?:的是?)?|"
    r"我(?:说|讲|反映|投诉)的是)(?P<new>[^，,。].{3,})$",
    re.DOTALL,
)
"""不是这个，我要说学校乱收费: that instead."""
_WHOM_WRONG = re.compile(r"(?:当事人|被代理人)[^，。]{0,8}(?:不对|错|有误|不是|改|应)")
_LIKE_A_TIME = re.compile(r"[\d一二三四五六七八九十半几][年月日号天周点]|[年月周]初|[年月]底")
_LONGEST_TIME = 15
_LONGEST_TITLE = 30
_NEW = re.compile(
    r"(?:改成|改为|换成|应该是|应为|应是|更正为|修改为|而是|(?<!不)是|：|:|"
    r"(?<![认以因])为)[ ：:]*(?P<new>[^，。]*(?:，[^，。]*)*)[。]?$",
    re.DOTALL,
)
_ALSO_CHANGED = re.compile(
    r"^(?:再|也|还|要|得|请|麻烦|给我|帮我|需要)*(?:修改|更正|改|换)(?:一?下|下|成|为)?(?:吧|呗)?[，,：: ]*"
)
_INSTEAD = re.compile(
    r"^(?P<part>标题|题目|时间|日期|地址|地点|姓名|名字|内容)(?:里面?|上|那[里栏项])?(?:就|请|可以|"
    r"能不能)?(?:别|不要|不|甭|莫|不用)(?:再)?(?:写|叫|用|填|说)[^，,。；;]{1,20}[，,；; ]+"
    r"(?:就|要|请|应该|还是|直接|给我|帮我)*(?:写成|写|叫做?|用|填|改成|说)(?:成|上|个)?(?P<new>[^。！!]{2,60})"
)
"""标题别写投诉，写请求补缴社保."""
_LEAVE_OUT = re.compile(
    r"(?:这个|那个|那)?(?:时间|日期)(?:这|那)?(?:一)?(?:[栏项个]|里)?(?:就|可以|都|也|请|您|你|还是)*"
    r"(?:(?:不用|不要|别|不必|甭|无需|不需要|不)(?:写|填|要|登|记|加|留|显示)(?:了|上|进去|出来)?|(?:去掉|删掉|删了|删除|拿掉|去了|取消)(?:吧|就行)?)|"
    r"(?:不用|不要|别|不必|甭|无需|不需要)(?:写|填|登|记|加|留)(?:上)?(?:时间|日期)|(?:把)?(?:去掉|删掉|删了|删除|拿掉|取消)(?:那个|这个|里面的)?(?:时间|日期)"
)
_WRONG = re.compile(
    r"(?:写|填|弄|说|登记)?(?:不对|错了?|有误|有问题|不正确|不是这个|不准确?)(?:了|的)?|"
    r"(?:写|填|弄|说|登记)?(?:得|的)?(?:还|有点|太)?(?:不(?:够|太|怎么)?(?:详细|细|清楚|全|完整|具体)|太?(?:粗|笼统|模糊|简单))(?:了)?(?=$|[，,。！!])"
)


@dataclass(frozen=True, kw_only=True)
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
    given = given if new else _ALSO_CHANGED.sub("", given)
    given = given.strip(" ，,。：:、！!")
    given = _NOT_THE_OTHER.sub("", given) if part == "place" else given
    return Correction(part=part, value=given if part == "matter" else given.rstrip("吧了"))


def _asks_change(text: str) -> bool:
    return commands.asks_change(text) or bool(_WHOM_WRONG.search(text) or _PLACE_WRONG.search(text))


def without_fault(text: str) -> str:
    """The text without the part and the word that it is wrong: what is left may be what is right."""
    bare = _WRONG.sub("，", text)
    for _, pattern in _PARTS:
        bare = pattern.sub("，", bare, count=1)
    return bare


def corrections_in(draft: Draft, text: str, asked: str, categories: Categories) -> Sequence[Correction]:
    """All that one message puts right: "地址改成…，电话改成…"."""
    if kind := _kind(text, draft, categories):
        return (kind,)
    if instead := _INSTEAD.match(text.strip()):
        part = next(part for part, pattern in _PARTS if pattern.fullmatch(instead["part"]))
        return (Correction(part=part, value=instead["new"].strip(' ，,“”"')),)
    if draft.matter and _LEAVE_OUT.fullmatch(words_only(text).rstrip("吧了哈啊呢")):
        return (Correction(part="when", value=NO_TIME),)
    if _asks_change(text):
        several = [c for clause in _clauses(text) if (c := read_correction(clause)) and c.value]
        if len({c.part for c in several}) > 1 and not any(c.part == "matter" for c in several[:-1]):
            return several
    one = correction_in(draft, text, asked)
    return (one,) if one else ()


def _clauses(text: str) -> Sequence[str]:
    """The clauses that each name a part and what it becomes; what goes on with one stays with it."""
    groups: list[str] = []
    for clause in _BREAK.split(text):
        begins = _changes_a_part(clause)
        if not groups or begins:
            groups.append(clause)
        else:
            groups[-1] += f"，{clause}"
    return groups


def _changes_a_part(clause: str) -> bool:
    named = read_correction(clause[:40])
    return bool(named and named.value and (_asks_change(clause) or _NEW.search(clause) or find_phones(clause)))


def _kind(text: str, draft: Draft, categories: Categories) -> Correction | None:
    """Another type or category, by its name; the fault alone is asked what it should be."""
    said = text.strip()
    if not draft.matter:
        return None
    if draft.pending == "type" and (kind := re.search(_KINDS, said)):
        return Correction(part="type", value=kind.group())
    if found := _ANOTHER_KIND.search(said):
        return Correction(part="type", value=found["new"] or found["only"])
    if given := _KIND_GIVEN.search(said):
        return _named_kind(given["new"] or given["alone"], categories)
    if draft.pending == "type" and categories.of(said):
        return Correction(part="category", value=categories.of(said))
    return Correction(part="type", value="") if _KIND_WRONG.search(said) else None


def _named_kind(value: str, categories: Categories) -> Correction:
    kind = re.search(_KINDS, value)
    if kind:
        return Correction(part="type", value=kind.group())
    category = categories.of(value)
    return Correction(part="category", value=category) if category else Correction(part="type", value="")


def correction_in(draft: Draft, text: str, asked: str) -> Correction | None:
    """What is to be put right, if anything; at the summary a part's bare name will do."""
    pending = draft.pending if asked == "confirm" or draft.pending == "matter" else None
    if pending in {"title", "when", "matter"} and not (commands.affirms(text) or commands.denies(text)):
        return read_correction(text) if _asks_change(text) else Correction(part=pending, value=text)
    if _asks_change(text) and (correction := read_correction(text)):
        return correction
    if draft.matter and (instead := _MEANT.match(text.strip())):
        return Correction(part="matter", value=instead["new"])
    if asked == "matter" and (right := _IS_NOT.match(text.strip())):
        return Correction(part="matter", value=right["new"])
    bare = read_bare_part(text) if asked == "confirm" else None
    return bare or _name_again(text, draft)


def _name_again(text: str, draft: Draft) -> Correction | None:
    """The name that was told, written otherwise: 张伟 → 张玮."""
    found, name = _NAME_WRONG.match(text.strip()), draft.name or ""
    if not found or not name:
        return None
    same = len(found["new"]) == len(name) and bool(set(found["new"]) & set(name))
    spelled = bool(found["char"]) and found["char"] in found["new"]
    return Correction(part="name", value=found["new"]) if same or spelled else None


def read_bare_part(text: str) -> Correction | None:
    """A part's name and nothing beside it, in answer to "哪一项要改": that part is asked again."""
    named = read_correction(text) if _PART_ALONE.fullmatch(words_only(text)) else None
    return replace(named, value="") if named else None


def corrected(draft: Draft, correction: Correction) -> Draft:
    """The draft with the part set, or emptied where the new value is none."""
    value: Any = _READ[correction.part](correction.value)
    changed = replace(draft, **{"confirm": None, "shown": None, "unclear": 0, correction.part: value})
    changed = replace(changed, asks={p: n for p, n in draft.asks.items() if p != correction.part})
    if correction.part in {"title", "type", "when", "matter"} and value is None:
        changed = replace(changed, matter=draft.matter)  # what was told stays until it is told anew
        return replace(changed, pending=correction.part, shown=True)
    if correction.part == "place":
        return replace(changed, moved_from=draft.moved_from or draft.place)
    if correction.part == "matter":
        return replace(changed, title=None, moved_from=None)
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
    return None if bare_number(value) else answered_place(value) or None


def _name(value: str) -> str | None:
    return answered_name(value) if value else None


def _matter(value: str) -> str | None:
    return value if len(value) >= 4 else None  # noqa: PLR2004 - shorter is no matter


def _when(value: str) -> str | None:
    """The time that is named; what names none is no time."""
    if value == NO_TIME:
        return ""
    return find_since(value) or (value if _LIKE_A_TIME.search(value) and len(value) <= _LONGEST_TIME else None)


def _title(value: str) -> str | None:
    return value.strip("《》“”\"' ")[:_LONGEST_TITLE] or None


def _chosen(value: str) -> str | None:
    return value or None


_READ: Mapping[str, Callable[[str], Any]] = {
    "type": _chosen,
    "behalf": str,
    "category": _chosen,
    "title": _title,
    "when": _when,
    "phone": _phone,
    "id_number": _id_number,
    "place": _place,
    "name": _name,
    "matter": _matter,
}
