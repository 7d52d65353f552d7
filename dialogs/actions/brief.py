"""What will be filed, for a phone that pays by the segment: what must be right first, the rest where there is room."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from dialogs.actions.draft import Draft
from dialogs.actions.happened import shown
from dialogs.actions.summary import Inferred, infer
from dialogs.actions.told_places import NOWHERE
from dialogs.actions.world import OFFICE_TIME, clipped
from dialogs.nlu.identity import mask_id_number
from dialogs.nlu.masking import masked
from dialogs.nlu.matter import Categories
from dialogs.nlu.phones import mask_phone
from dialogs.nlu.title import NEUTRAL_ACCUSATION
from dialogs.text.clean import words_only

AROUND = 60
"""Characters of the summary besides what is filed and the office's name: greeting, consent, choices."""
_TITLE, _PLACE = (20, 12, 10), (24, 14, 9)
"""Characters: usually, and where there is less and less room."""
_WORDS = "内容："
_SHORTEST = 14
"""So much of the words says something; less is left to who asks for all."""
_BESIDE = 2
_A_FAULT = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Brief:
    """``whole``: all that will be filed is in it."""

    text: str = field(repr=False)
    accusation: bool
    whole: bool


def brief_of(draft: Draft, categories: Categories, *, now: datetime, room: int) -> Brief:
    """At most ``room`` characters, but for a very small room."""
    inferred = infer(draft, categories)
    place = masked("" if draft.place in NOWHERE else draft.place or "")
    district = f"（{inferred.district}）" if inferred.district and inferred.district not in place else ""
    needed: Sequence[str] = ()
    words = masked(draft.matter or "").replace("\n", "；")
    in_words = _filled(words, place + district, draft)
    more = bool(_content(draft, inferred.title, place)) and inferred.title != NEUTRAL_ACCUSATION
    told = more and not draft.title and _length(in_words) <= room
    for title_room, place_room in zip(_TITLE, _PLACE, strict=True):
        title = clipped(_past(place, inferred.title, title_room), title_room)
        needed = in_words if told else _filled(title, clipped(place + district, place_room), draft)
        if _length(needed) <= room:
            break
    wanted = [*_time(draft, now), _kind(inferred), "" if told else _content(draft, inferred.title, place)]
    added, whole = _added([each for each in wanted if each], room - _length(needed))
    lines = [needed[0], *added, *needed[1:]]
    whole = whole and (told or inferred.title in needed[0])
    return Brief(text="\n".join(line for line in lines if line), accusation=inferred.accusation, whole=whole)


def _filled(what: str, where: str, draft: Draft) -> Sequence[str]:
    return [what, f"地点：{where}" if where else "", *_filer(draft)]


def _past(place: str, title: str, room: int) -> str:
    """The title; where there is no room for all of it, without the place, which stands below."""
    if len(title) <= room or (first := place.find(title[:2])) < 0:
        return title
    same = next((n for n, sign in enumerate(title) if not place.startswith(title[: n + 1], first)), len(title))
    rest = title[same:].lstrip("的里内，")
    return rest if len(rest) >= _A_FAULT else title


def _added(wanted: Sequence[str], room: int) -> tuple[list[str], bool]:
    """Of ``wanted``, in this order, the lines there is room for, the words of the matter cut short; and if all are."""
    added: list[str] = []
    for line in wanted:
        short = clipped(line, room - 1) if line.startswith(_WORDS) and room > _SHORTEST else line
        if len(short) < room:
            added.append(short)
            room -= len(short) + 1
    return added, added == wanted


def _kind(inferred: Inferred) -> str:
    category = inferred.category.replace("/", "·")
    return f"类别：{inferred.type}，{category}" if category else f"类别：{inferred.type}"


def _content(draft: Draft, title: str, place: str) -> str:
    """The words themselves, where title and place do not say them already."""
    matter = masked(draft.matter or "").replace("\n", "；")
    beside = [sign for sign in words_only(matter) if sign not in title + place]
    return f"{_WORDS}{matter}" if len(beside) > _BESIDE else ""


def _time(draft: Draft, now: datetime) -> Sequence[str]:
    told = shown(draft.happened, today=now.astimezone(OFFICE_TIME).date())
    return [f"时间：{told}"] if told else []


def _filer(draft: Draft) -> Sequence[str]:
    behalf = f"当事人：{masked(draft.behalf)}" if draft.behalf else ""
    secret = "保密" if draft.confidential else ""
    if draft.anonymous:
        return ("，".join(part for part in ("匿名登记", secret) if part), behalf)
    phone = mask_phone(draft.phone) if draft.phone else "不留电话"
    identity = f"身份证：{mask_id_number(draft.id_number)}" if draft.id_number else ""
    return (" ".join(part for part in (draft.name or "", phone, secret) if part), behalf, identity)


def _length(lines: Sequence[str]) -> int:
    return sum(len(line) + 1 for line in lines if line)
