"""Putting right by naming the wrong, or only the right: it is set wherever the wrong stands, and all else stays."""

import re

from dialogs.actions.changed import replace
from dialogs.actions.changes import told
from dialogs.actions.draft import Draft
from dialogs.actions.moving import moved
from dialogs.nlu.contrast import Contrast, alike_in, contrasts_in, put_in, right_alone
from dialogs.nlu.facts import answered_place, only_place
from dialogs.nlu.matter import finds_fault
from dialogs.nlu.name_slips import name_put_right
from dialogs.nlu.names import answered_name, bare_name
from dialogs.nlu.phone_slips import phone_put_right
from dialogs.nlu.phones import find_phones
from dialogs.nlu.times import find_since
from dialogs.text.ngrams import overlap

_LONGEST_PLACE = 20
_SHORTEST_MORE = 4
_NO_PLACE_NAME = re.compile(
    r"[，,。？?！! 了吗嘛哦呢怎咋啷错写填改]|还有|另外|不是|是(?=.)|\d月|月份|(?<!\d)\d{1,2}[点日]|[块元]|^\d+$"
)
"""What stands in talk about a place, and in none of their names."""
_DATES = "月号日"
_CALLED = re.compile(r"^(?:我?姓|名字?|叫|是)+")
_LONGEST_NAME = 4
_A_NAME = re.compile(r"(?![零〇一二两三四五六七八九十百\d])[\u3400-\u9fff]{3,6}")
_ANOTHER_TIME = re.compile(
    r"(?:不对[，, ]*)?不是(?P<old>[^，, 是]{2,8})[，, ]+(?P<new>(?!都|已)[^，, 是]{2,8})[。！!]*$"
)
"""不是昨天，前天."""
_HOUSE = re.compile(r"[零〇一二两三四五六七八九十百\d]+(?:号楼?|栋|楼|层)[。！!]?$")
_GOES_BEHIND = re.compile(
    r"^(?:地址|地点|位置)(?:的?后面|后边|里面?|上)?(?:再|还|要|请|帮我)*(?:加|补|添|写)(?:上|"
    r"个|一个|一句)*[，,：: ]*(?P<more>(?![得的错不好])[^，。]{2,20}?)[。！!]*$"
)


def put_right(draft: Draft, text: str) -> Draft | None:
    """The draft with what the text puts right beside the wrong; None where it puts nothing right that stands there."""
    if name := name_put_right(text, draft.name or ""):
        return changed_in(draft, name=name, anonymous=None)
    phone = "" if _may_be_of_the_matter(draft, text) else phone_put_right(text, draft.phone or "")
    if phone:
        return changed_in(draft, phone=phone)
    if (behind := _GOES_BEHIND.match(text.strip())) and draft.place:
        return changed_in(draft, place=f"{draft.place}{behind['more']}")
    for contrast in contrasts_in(text):
        if (righted := _in_the_draft(draft, contrast)) is not None:
            more = contrast.more if len(contrast.more) >= _SHORTEST_MORE else ""
            return told(righted, more) if more else righted
    if (other := _ANOTHER_TIME.match(text.strip())) and all(find_since(one) for one in other.groups()):
        return changed_in(draft, when=find_since(other["new"]))
    return next((righted for c in contrasts_in(text) if (righted := _quantity(draft, c.new))), None)


def _may_be_of_the_matter(draft: Draft, text: str) -> bool:
    """不对 是1300, where 1200 was paid: no part of a telephone number, if nobody speaks of one."""
    figures = re.findall(r"\d+", text)
    told = re.findall(r"(?<!\d)\d+(?!\d)", draft.matter or "")
    return not re.search(r"电话|手机|号|[位尾]", text) and any(len(a) == len(b) for a in figures for b in told)


def put_right_alone(draft: Draft, text: str) -> Draft | None:
    """不对，是五天: the draft with what is of the same kind as the right; None where nothing is, or too much."""
    said = right_alone(text)
    if not said:
        return None
    new = said.new
    if not said.slip:
        return retimed(draft, new)
    phones, name = find_phones(new), answered_name(new)
    if phones:
        return changed_in(draft, phone=phones[0].value, anonymous=None)
    if name and draft.name and set(name) & set(draft.name) and abs(len(name) - len(draft.name)) <= 1:
        return changed_in(draft, name=name)
    return (
        _named_alike(draft, new)
        or _house(draft, new)
        or retimed(draft, new)
        or place_right(draft, new)
        or _like(draft, new)
    )


def stands_so(draft: Draft, text: str) -> bool:
    """我说的是4栋不是14栋, where 4栋 stands: there is nothing to put right."""
    told = f"{draft.place or ''}\n{draft.matter or ''}\n{draft.when or ''}"
    return any(
        c.new.removeprefix("我说的是") in told and c.old not in told.replace(c.new, "") for c in contrasts_in(text)
    )


def changed_in(draft: Draft, **parts: object) -> Draft:
    return replace(draft, confirm=None, shown=None, pending=None, unclear=0, **parts)  # type: ignore[arg-type]


def _in_the_draft(draft: Draft, contrast: Contrast) -> Draft | None:
    old, new = contrast.old, contrast.new
    if name := _name(draft.name or "", old, new):
        return changed_in(draft, name=name)
    if (phones := find_phones(new)) and (old in (draft.phone or "") or find_phones(old)):
        return changed_in(draft, phone=phones[0].value)
    stood = draft.moved_from if draft.place is None else draft.place  # asked anew, it is what stood there
    told_so_far = {"place": stood, "matter": draft.matter, "when": draft.when, "title": draft.title}
    texts = {part: value for part, value in told_so_far.items() if value}
    righted = {part: changed for part, value in texts.items() if (changed := put_in(value, old, new)) != value}
    later = tuple(put_in(one, old, new) for one in draft.later)
    if not righted and later == draft.later:
        return _moved_by(draft, old, new) or _timed(draft, old, new)
    if "place" in righted:
        righted["moved_from"] = draft.moved_from or draft.place or ""
    return changed_in(draft, later=later, **righted)


def _name(name: str, old: str, new: str) -> str:
    """不是姓白，是姓黄; 不是白露，是白璐: the name as it should be, "" where it is none."""
    wrong, right = (_CALLED.sub("", one) or one for one in (old, new))
    if wrong not in name or not name or len(right) > _LONGEST_NAME:
        return ""
    return bare_name(name.replace(wrong, right, 1)) or ""


def _moved_by(draft: Draft, old: str, new: str) -> Draft | None:
    """A place named otherwise than it was told."""
    if draft.place and only_place(new) and only_place(old):
        return changed_in(moved(draft, answered_place(new)))
    return None


def _timed(draft: Draft, old: str, new: str) -> Draft | None:
    """Not today, last Friday: of a time that was told in other words, or not at all."""
    said = [(one, find_since(one)) for one in (old, new)]
    alone = all(since and len(one) <= len(since) + 1 for one, since in said)
    return changed_in(draft, when=said[1][1]) if alone and draft.matter else None


def retimed(draft: Draft, new: str) -> Draft | None:
    since = find_since(new)
    if not since or len(new) > len(since) + _SHORTEST_MORE or not draft.matter:
        return None
    before = find_since(draft.matter)
    same = before and any(c in before for c in _DATES) == any(c in since for c in _DATES)
    matter = put_in(draft.matter, before, since) if same else draft.matter
    return changed_in(draft, when=since, matter=matter)


def place_right(draft: Draft, new: str) -> Draft | None:
    before = draft.place or ""
    short = len(new) <= _LONGEST_PLACE and not (finds_fault(new) or _NO_PLACE_NAME.search(new))
    if not (before and short and (only_place(new) or overlap(new, before) > 0)):
        return None
    return changed_in(moved(draft, answered_place(new)))


def _like(draft: Draft, new: str) -> Draft | None:
    """The one number with the same unit, or the one word that differs in a character and is a fault as well."""
    matter = draft.matter or ""
    old = _fault_like(matter, new)
    return _quantity(draft, new) or (changed_in(draft, matter=put_in(matter, old, new)) if old else None)


def _house(draft: Draft, new: str) -> Draft | None:
    """The one house, where only its number was wrong."""
    stood = alike_in(draft.place or "", new)
    if not stood or not _HOUSE.match(new) or stood == new:
        return None
    in_matter = put_in(draft.matter or "", stood, new)
    return changed_in(draft, place=put_in(draft.place or "", stood, new), matter=in_matter or draft.matter)


def _quantity(draft: Draft, new: str) -> Draft | None:
    """The one number with the same unit, in the time that was put right or in the matter."""
    if house := _house(draft, new):
        return house
    for part in ("when", "matter"):
        text = getattr(draft, part) or ""
        old = alike_in(text, new)
        if old and not new.startswith(old):
            return changed_in(draft, **{part: put_in(text, old, new)})
    return None


def _named_alike(draft: Draft, new: str) -> Draft | None:
    """福满园, where 福满楼 stands: the one word of as many characters that begins the same and ends otherwise."""
    if not _A_NAME.fullmatch(new):
        return None
    told = f"{draft.place or ''}\n{draft.matter or ''}"
    alike = {told[at : at + len(new)] for at in range(len(told)) if told.startswith(new[:-1], at)}
    if len(alike) != 1 or new in alike:
        return None
    old = alike.pop()
    changed = {part: put_in(getattr(draft, part) or "", old, new) or None for part in ("place", "matter")}
    return changed_in(draft, **{part: value for part, value in changed.items() if value != getattr(draft, part)})


def _fault_like(matter: str, new: str) -> str:
    if not finds_fault(new) or len(new) > 4:  # noqa: PLR2004 - a word
        return ""
    size = len(new)
    windows = {matter[at : at + size] for at in range(len(matter) - size + 1)}
    close = {
        one for one in windows if sum(a == b for a, b in zip(one, new, strict=True)) == size - 1 and finds_fault(one)
    }
    return close.pop() if len(close) == 1 else ""
