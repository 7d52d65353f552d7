"""The place as it was put right: the words of the matter that named it follow."""

import re

from dialogs.actions.changed import replace
from dialogs.actions.draft import Draft
from dialogs.nlu.contrast import put_in
from dialogs.nlu.houses import only_house, rehoused
from dialogs.nlu.places import Lack, find_district, find_place, lack_of
from dialogs.text.ngrams import overlap

_MOSTLY = 0.5
_A_NAME = 3
_ROAD = re.compile(
    r"(?P<district>(?:[\u3400-\u9fff]{1,4}?(?<![小社])[区县市])?)(?P<road>[\u3400-\u9fff]{2,6}?(?:路|街|大道|巷))(?P<along>[\u3400-\u9fff]{2}.*|\d.*|)"
)
_TOWNS = ("区", "县", "市", "镇", "乡", "街道")


def moved(draft: Draft, place: str) -> Draft:
    """The draft at ``place``; a district that was told stays told."""
    before, matter = draft.place or draft.moved_from or "", draft.matter or ""
    named = _named(matter, before)
    if (house := only_house(place)) and find_place(before):  # 地址是3号楼: in the same estate
        place = rehoused(before, house) or place
    place = _other_road(before, place) or _on_the_way(before, place)
    district = find_district(named) or find_district(before)
    if district and lack_of(place) is Lack.DISTRICT:
        place = f"{district}{place}"
    new = f"{district}{place}" if district and not find_district(place) else place
    words = _renamed(matter, named, new) if named else matter
    return replace(
        draft,
        place=place,
        matter=words or draft.matter,
        moved_from=draft.moved_from or draft.place,
        shown=None,
        unclear=0,
    )


def _renamed(matter: str, named: str, new: str) -> str:
    """A place is put in where it stands as one: not in 台湾人 or 能上实验小学, nor where it only sounds alike."""
    told = find_place(named)
    whole = bool(told and told.value == named) and len(named) > _A_NAME
    part_of_a_word = re.search(rf"[能让想没]上{re.escape(named)}|{re.escape(named)}(?:的?[人籍话货味]|[户]口)", matter)
    completed = named in new
    return put_in(matter, named, new) if whole and not (part_of_a_word or completed) else matter


def _on_the_way(before: str, place: str) -> str:
    """The street stays where the estate is told again with more: 韶山路雅园小区, then 雅园小区6栋."""
    for length in range(len(place), _A_NAME - 1, -1):
        if before.endswith(place[:length]):
            return f"{before[:-length]}{place}"
        at = before.find(place[:length])
        if at > 0 and before[:at].endswith(_TOWNS):  # of another number in the same street
            return f"{before[:at]}{place}"
    return place


def _other_road(before: str, place: str) -> str:
    """中山东路实验小学 of 中山路实验小学: the road alone was wrong; a house number is another one in another road."""
    road = _ROAD.match(before)
    alone = _ROAD.fullmatch(place)
    if not (road and alone) or not road["along"] or alone["along"]:
        return ""
    kept = not road["along"][0].isdigit() or road["road"][:2] == place[:2]
    return f"{road['district']}{place}{road['along']}" if kept else ""


def _named(matter: str, place: str) -> str:
    """How the matter names the place: in the same words, or mostly."""
    if not place:
        return ""
    if place in matter:
        return place
    said = find_place(matter)
    return said.value if said and (overlap(said.value, place) >= _MOSTLY or said.value in place) else ""
