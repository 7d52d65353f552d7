"""The places of a draft: none, left open, vague; and one that was told in two pieces, made one."""

import re

from dialogs.nlu.places import find_district, without_district

NO_PLACE = "无具体地点"
LEFT_OPEN = "暂无"
"""Asked often enough, and not told."""
NOWHERE = frozenset({None, "", NO_PLACE, LEFT_OPEN})
_PHASE = re.compile(
    r"(?:第?[\dA-Za-z一二三四五六七八九十东南西北]{1,2}[期区])?(?:[\dA-Za-z一二三四五六七八九十]{1,4}(?:号楼|栋|幢|座|单元|号院)[\d一二三四五六七八九十单元楼层室号]*)?"
)
"""2期, 3栋: of the estate that was told before."""
_OUR = re.compile(r"^(?:我们?|咱们?|俺们?|本|这个?|那个?)?家?")
OURS = re.compile(
    r"(?:就|在|是)*(?:[我俺咱本这那]们?个?|家)+(?:小区|社区|村里?|学校|单位|厂|[门楼][口上下]|旁边|附近|隔壁|对面|这边|那边)?的?"
    r"(?:[那这]?(?:条|个|片|块|里|边)?(?:路|地方|街|巷子?|沟|地))?"
)
"""我们小区, 我家门口那条路: of nobody knows whom."""
_HOUSE_AT_END = re.compile(r"\d(?:号楼?|栋|幢|单元|楼|层|室|户)?$|[楼栋幢]$")
_ROAD = re.compile(r"[\u3400-\u9fff](?:路|街|大道|巷|胡同|里弄)(?:[\d一二三四五六七八九十百]+号(?:院)?)?$")
_TOWN = re.compile(r"[\u3400-\u9fff]{2,12}(?:[镇乡区县市]|街道)")
_VILLAGE = re.compile(r"(?![\u3400-\u9fff]{2,6}[镇乡区县市])[\u3400-\u9fff]{2,5}(?:村|庄|屯|社区|组)")
ONLY_A_ROAD = re.compile(r"(?:[\u3400-\u9fff]{1,4}[区县市])?[\u3400-\u9fff]{2,6}?(?:路|街|大道|巷)(?:[东西南北中]段)?")
"""No house, no number: what stands along it says where."""
_HOUSE_ALONE = re.compile(
    r"(?:(?:地下|负)?[一二三四五六七八九十\dA-Za-z-]{1,5}(?:号楼?|栋|幢|单元|楼|层|室|户|区|座)?)+(?:车位|车库)?"
)
_ROAD_IN = re.compile(r"[\u3400-\u9fff](?:路|街|大道|巷|胡同)")
_ESTATE = re.compile(
    r"^(?![\u3400-\u9fff]{1,4}(?<![小社])[区县市]$)[\u3400-\u9fffA-Za-z0-9]{2,12}"
    r"(?:[城苑园府湾庭居轩邸阁都村]|小区|花园|家园|公寓|广场|大厦|社区|公司|工地|学校|医院|市场)(?:[\d一二三四五六七八九十A-Z]+(?:号楼|栋|期|单元).{0,8})?$"
)


def made_one(place: str, vague: str) -> str:
    """阳光花园 and 小区幼儿园门口; what is named needs no 我们小区, and a house no gate of the estate."""
    if _PHASE.fullmatch(place):
        return f"{vague}{place}"
    if OURS.fullmatch(vague) or _HOUSE_AT_END.search(place):
        return place
    named = next((kind for kind in ("小区", "社区", "村") if place.endswith(kind)), "")
    return f"{place}{_OUR.sub('', vague).removeprefix(named)}"


def joined(before: str, place: str, *, exact: bool) -> str:
    """District and street, whichever of them was said first."""
    if _ROAD.search(place) and _ESTATE.search(before) and not _ROAD_IN.search(before):
        return f"{place}{before}"
    if (
        place != before
        and ONLY_A_ROAD.fullmatch(before)
        and (estate := without_district(place))
        and _ESTATE.search(estate)
    ):
        district = find_district(place) if not find_district(before) else ""
        return f"{district}{before}{estate}"
    if _HOUSE_ALONE.fullmatch(before) and not _HOUSE_ALONE.fullmatch(place):
        return f"{place}{before}"
    if _TOWN.fullmatch(before) and _VILLAGE.fullmatch(place):
        return f"{before}{place}"
    if exact:
        return f"{before}{place}" if before and find_district(before) == before and not find_district(place) else place
    return place if before in NOWHERE else f"{place}{before}" if not find_district(before) else before
