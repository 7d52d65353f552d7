"""Which house: 5栋2单元602 in its parts, so that 3栋602 puts right what it names and leaves the rest."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

_N = r"(?:\d{1,4}|[一二三四五六七八九十百零〇两]{1,4})"
_PART = (
    r"(?P<phase>(?:^|(?<=[苑园区府湾庭村院里\x20]))(?:第?[\d一二三四五六七八九十A-Za-z]{1,2}|[东南西北中])[期区])|"
    rf"(?P<building>(?:[甲乙丙丁A-Za-z]?{_N}|[A-Za-z甲乙丙丁])(?:号楼|号院|栋楼?|幢楼?|座|\#楼?))|"
    rf"(?P<unit>{_N}单元|[A-Za-z]单元)|(?P<floor>{_N}(?:楼|层))|(?P<room>\d{{3,4}}(?:室|户|房)?(?![\d号])|{_N}(?:室|户))|"
    r"(?P<dashed>(?<![\d-])\d{1,3}(?:-\d{1,4}){1,3}(?![\d-]))|"
    rf"(?P<number>(?<![\d月.])[甲乙丙丁A-Za-z]?{_N}号(?!楼|院))"
)
_UNNAMED = re.sub(r"\(\?P<[a-z]+>", "(?:", _PART)
_RUN = re.compile(rf"(?:{_UNNAMED})(?:[的\x20-]?(?:{_UNNAMED}))*")
_ONE = re.compile(_PART)
_ORDER = ("dashed", "phase", "number", "building", "unit", "floor", "room")
_AROUND = re.compile(
    r"^(?:[我俺咱]们?(?:(?:说|讲|写)的|家|住|是)?|就?是|在|住|系)*|"
    r"(?:的|啊|呀|嘛|哦|哈|呢|吧|哩|噻|咧|嘞|才对|[。！!，, ])*$"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """``parts`` by their kind, as they were written; ``said`` is the whole of them."""

    said: str = field(repr=False)
    parts: Mapping[str, str] = field(repr=False)


def only_house(text: str) -> House | None:
    """A text that is a house number and nothing else: 3栋602, 6号楼."""
    bare = _AROUND.sub("", text.strip())
    return _house(bare) if _RUN.fullmatch(bare) and not bare.isdigit() else None


def house_in(place: str) -> House | None:
    """The last house number of a place."""
    found = list(_RUN.finditer(place))
    return _house(found[-1].group()) if found else None


def rehoused(place: str, new: House) -> str:
    """The place in another house: what ``new`` names stands instead of its like, what it leaves out stays.

    Empty where 3栋 is to go into 6-1-502: nobody knows which of them it is.
    """
    old = house_in(place)
    if old is None:
        return f"{place}{new.said}"
    if "dashed" in old.parts and set(new.parts) != {"dashed"}:
        return ""
    return _last_replaced(place, old.said, _merged(old, new))


def _merged(old: House, new: House) -> str:
    given = dict(new.parts)
    like = next(iter(old.parts), "")
    if set(given) == {"number"} and len(old.parts) == 1 and like == "building":  # 3号, where 5栋 stands
        unit = re.sub(rf"^[甲乙丙丁A-Za-z]?{_N}|^[A-Za-z甲乙丙丁]", "", old.said)
        return f"{given['number'].removesuffix('号')}{unit}"
    if set(given) == {"building"} and set(old.parts) == {"number"}:
        return new.said
    parts = given if "dashed" in given else {**old.parts, **given}
    return "".join(parts[kind] for kind in _ORDER if kind in parts)


def _house(said: str) -> House:
    parts = {str(found.lastgroup): found.group() for found in _ONE.finditer(said)}
    return House(said=said, parts=parts)


def _last_replaced(text: str, old: str, new: str) -> str:
    before, _, after = text.rpartition(old)
    return f"{before}{new}{after}"
