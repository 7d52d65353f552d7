"""Putting right in the words of those who write: several things at once, a house, an amount, what a unit is called.

Every piece of a message goes where its like stands, or nothing of it is taken: which part is meant is asked then.
"""

import re
from collections.abc import Sequence

from dialogs.actions.changes import Heard, told, which_part
from dialogs.actions.corrections import Correction, corrected, correction_in
from dialogs.actions.draft import Draft
from dialogs.actions.moving import moved
from dialogs.actions.righting import changed_in, place_right, put_right, put_right_alone, retimed
from dialogs.actions.sums import paid
from dialogs.nlu.amending import found_written, pieces_of
from dialogs.nlu.contrast import contrasts_in, put_in, right_alone
from dialogs.nlu.facts import only_place
from dialogs.nlu.houses import House, house_in, only_house, rehoused
from dialogs.nlu.phones import find_phones
from dialogs.text.clean import words_only

_PARTS = ("place", "name", "phone", "when", "matter", "title", "behalf", "type")
_OF_THE_FILER = frozenset({"phone", "name", "when", "place"})
_KINDS = (
    "医院|卫生院|诊所|学校|小学|中学|幼儿园|小区|社区|公司|物业|单位|工厂|厂|银行|饭店|酒店|餐馆|商场|超市|市场|工地|"
    "店|局|所|路|街|大道|村|镇|乡|区|县|楼盘|公园|车站|站"
)
_CALLED = re.compile(
    rf"^(?:那个|那家|这个|这家|就)?(?P<kind>{_KINDS})(?:的?名字|名|的?名称)?(?:也|都)?"
    r"(?:写错了|错了|不对|记错了)?[，, ]*"
    r"(?:应该|其实|实际上?|改成|正确的?)?(?:是|叫|为|改成)(?P<new>[\u3400-\u9fffA-Za-z0-9]{2,20}?)"
    r"(?:[，,（( ]+[^，,。]{1,6}[的旁]那?个?[\u3400-\u9fff]字?[)）]?)?(?:啊|呀|哈|的|才对|嘛|哦|[。！!])*$"
)
_NAMELESS = frozenset({"公司", "单位", "物业", "学校", "医院", "工厂"})
"""What is spoken of without its name, and given one afterwards."""
_STORY = re.compile(r"[了吗呢没很么把被给说不都在有]")
_AROUND = r"(?:^|(?<=[，,。；;\s在被是找到跟和给让叫去的了]))"
_OF_THE_HOUSE = re.compile(
    r"^(?:还有|另外)?(?:门牌号?码?|房间?号|楼号|楼栋号?|栋号|单元号?|楼层|户号)(?:也|都)?(?:写|填|记)?"
    r"(?:不对|错了)?[，, ]*(?:应该)?(?:是|为|改成)"
)
_HOUSE_ALONE = re.compile(
    r"^(?:门牌号?码?|房间?号|房号|室号)(?:写|填|记|弄|搞)?(?:错|不对)了?"
    r"[，,：: ]*(?:应该)?(?:是|为|改成)?[，,：: ]*(?P<new>\d{1,4})(?:室|号)?[。！! ]*$"
)
"""门牌错了 102."""
_NUMBER = r"(?:好几|十几|几十|[\d.]+|[一二两三四五六七八九十百千万几半]+)(?:多|来)?"
_COUNTED = re.compile(
    rf"(?P<said>(?P<verb>[\u3400-\u9fff]{{1,4}}?)(?:了|是)?(?P<number>{_NUMBER})"
    r"(?P<unit>平米?|平方米?|亩|吨|斤|公斤|次|趟|遍|台|辆|条|棵|头|只|个人?|户|口|米|间|套|瓶|箱|车|袋)[\u3400-\u9fff]{0,4}?)"
    r"(?:才对|啊|呀|哈|吧|嘛|的|[。！! ])*"
)
_CLOCK = re.compile(
    r"(?<!\d)(?:\d{1,2}|[一二两三四五六七八九十]{1,3})点(?:半|多钟?|钟|[\d一二三四五六七八九十]{1,3}分?)?"
)
_NEAR = 4
_ROOM = re.compile(r"\d{3,4}")
_A_ROOM = 3
"""Figures of a room's number; shorter ones are of a house in its street."""


def several_right(draft: Draft, text: str, asked: str) -> Draft | None:
    """The draft with all that a text puts right one beside the other; None where a piece of it goes nowhere."""
    for way in pieces_of(text):
        if changed := _each(draft, way, asked):
            return changed
    return None


def _each(draft: Draft, pieces: Sequence[str], asked: str) -> Draft | None:
    changed, touched = draft, set[str]()
    for piece in pieces:
        one = one_right(changed, piece, asked)
        parts = _differing(changed, one) if one else set()
        if one is None or not parts or parts & touched:
            return None
        touched |= parts - {"matter", "title"}
        changed = one
    return changed


def _differing(before: Draft, after: Draft) -> set[str]:
    return {part for part in _PARTS if getattr(before, part) != getattr(after, part)}


def one_right(draft: Draft, text: str, asked: str) -> Draft | None:
    """The draft with the one thing that a text puts right; None where it is not plain what stands for what."""
    return (
        house_right(draft, text)
        or put_right(draft, text)
        or named_right(draft, text)
        or _of_a_part(draft, text, asked)
        or fact_right(draft, text, wrong=True)
        or put_right_alone(draft, text)
    )


def house_right(draft: Draft, text: str) -> Draft | None:
    """3栋602不是502, where 5栋502 stands: each part of the house in its own place; 门牌错了 102."""
    if alone := _HOUSE_ALONE.match(text.strip()):
        stood = house_in(draft.place or draft.moved_from or "")
        street = bool(stood and "number" in stood.parts) or len(alone["new"]) < _A_ROOM
        new = only_house(f"{alone['new']}{'号' if street else '室'}")
        return _housed(draft, new) if new else None
    for contrast in contrasts_in(text):
        new, old = only_house(contrast.new), contrast.old
        known = only_house(old) or _ROOM.fullmatch(old)
        if new and known and old in (draft.place or "") and len(new.parts) > 1 and old != contrast.new:
            more = contrast.more
            righted = _housed(draft, new)
            return told(righted, more) if righted and more else righted
    return None


def _housed(draft: Draft, new: House) -> Draft | None:
    """The draft in another house; the words of the matter that named it follow."""
    place = draft.place or (draft.moved_from if draft.place is None else "") or ""
    better = rehoused(place, new) if place else ""
    stood = house_in(place)
    if not better or (better == place and draft.place):
        return None
    named = house_in(better)
    matter = draft.matter or ""
    if stood and named and stood.said in matter:
        matter = put_in(matter, stood.said, named.said)
    return changed_in(draft, place=better, matter=matter or None, moved_from=draft.moved_from or draft.place)


def named_right(draft: Draft, text: str) -> Draft | None:
    """医院是市第三人民医院: whatever of that kind stands there, where it is one."""
    found = _CALLED.match(text.strip())
    if not found or _STORY.search(found["new"]) or not draft.matter:
        return None
    kind, new = found["kind"], found["new"]
    new = new if new.endswith(kind) or kind in {"单位", "物业", "公司", "店", "工厂"} else f"{new}{kind}"
    place = draft.place or ""
    if old := _component(place, kind):
        new = _in_it(old, found["new"]) or new
        if old == new:
            return None
        return changed_in(
            draft,
            place=place.replace(old, new, 1),
            matter=put_in(draft.matter, old, new),
            moved_from=draft.moved_from or place,
        )
    matter = draft.matter
    names = set(re.findall(rf"{_AROUND}([\u3400-\u9fffA-Za-z]{{2,12}}?{kind})", matter))
    alone = kind if not names and kind in _NAMELESS and matter.count(kind) == 1 and f"{kind}里" not in matter else ""
    old = names.pop() if len(names) == 1 else alone
    return changed_in(draft, matter=matter.replace(old, new), title=None) if old and old != new else None


def _in_it(old: str, new: str) -> str:
    """明晖电子厂 of 明辉电子厂, where 明晖 is told: one character of its name was written otherwise."""
    stood = old[: len(new)]
    close = len(new) < len(old) and sum(a != b for a, b in zip(stood, new, strict=True)) == 1
    return f"{new}{old[len(new) :]}" if close else ""


def _component(place: str, kind: str) -> str:
    """The part of a place that is of this kind: 幸福小区 of 奎文区人民路幸福小区3号楼."""
    at = place.rfind(kind)
    if at < 0:
        return ""
    before = place[:at]
    cut = max((found.end() for found in re.finditer(r"[区县镇乡路街道](?=.)|\d号", before)), default=0)
    return place[cut : at + len(kind)] if len(before) > cut else ""


def _of_a_part(draft: Draft, text: str, asked: str) -> Draft | None:
    """电话改成139…: a part by its name, with what it becomes."""
    one: Correction | None = correction_in(draft, text, asked)
    if not (one and one.value and one.part in _OF_THE_FILER):
        return None
    changed = corrected(draft, one)
    if getattr(changed, one.part) is None or changed.pending:
        return None
    return moved(draft, changed.place) if one.part == "place" and changed.place and draft.place else changed


def fact_right(draft: Draft, text: str, *, wrong: bool = False) -> Draft | None:
    """A number, a house, a day, an amount, and nothing beside it: it stands for its like."""
    said = right_alone(text)
    new = said.new if said else text.strip(" ，,。！!")
    phones = find_phones(new)
    if phones and len(words_only(new)) <= len(phones[0].value) + _NEAR and draft.phone:
        return changed_in(draft, phone=phones[0].value)
    if house := only_house(_OF_THE_HOUSE.sub("", text.strip())) or only_house(new):
        return _housed(draft, house)
    if counted := _counted(draft, new):
        return counted
    where = place_right(draft, new) if (said or wrong) and only_place(new) else _clocked(draft, new)
    return where or retimed(draft, new) or paid(draft, new, sure=bool(said and said.slip))


def _clocked(draft: Draft, new: str) -> Draft | None:
    """十点半, where 九点半 stands: the one hour that was told."""
    stood = {found.group() for found in _CLOCK.finditer(draft.matter or "")}
    if not _CLOCK.fullmatch(new) or len(stood) != 1 or new in stood:
        return None
    return changed_in(draft, matter=(draft.matter or "").replace(stood.pop(), new))


def _counted(draft: Draft, new: str) -> Draft | None:
    """少算二十二平, where 少算了二十平 stands; 丢了五辆电动车, where it was 好几辆: the same done to another number."""
    found, matter = _COUNTED.fullmatch(new), draft.matter or ""
    if not found:
        return None
    stood = re.findall(rf"{re.escape(found['verb'])}了?(?:{_NUMBER}){found['unit']}", matter)
    if len(stood) != 1 or found["said"] in matter:
        return None
    begins = re.match(rf"{re.escape(found['verb'])}了?", stood[0])
    kept = begins.group() if begins else ""
    return changed_in(draft, matter=matter.replace(stood[0], f"{kept}{found['number']}{found['unit']}", 1), title=None)


def wondered_at(heard: Heard, text: str) -> Heard | None:
    """怎么写成3号楼了: the part where it stands is asked anew, else which one is meant."""
    old = found_written(text)
    if not old:
        return None
    draft = heard.draft
    standing = [part for part in ("place", "name", "when", "title") if old in (getattr(draft, part) or "")]
    if standing[:1] not in (["place"], ["name"]):
        return which_part(heard)
    asked_anew = corrected(draft, Correction(part=standing[0], value=""))
    return Heard(draft=asked_anew, remarks=heard.remarks)
