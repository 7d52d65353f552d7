"""What will be filed, out of a draft: inferred once, shown, and filed as shown."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from dialogs.actions.draft import Draft
from dialogs.actions.placing import NOWHERE
from dialogs.actions.world import clipped
from dialogs.nlu.danger import accuses_an_official
from dialogs.nlu.identity import mask_id_number
from dialogs.nlu.masking import masked
from dialogs.nlu.matter import Categories, type_of, urgency_of
from dialogs.nlu.ngrams import overlap
from dialogs.nlu.phones import mask_phone
from dialogs.nlu.places import find_district, find_place
from dialogs.nlu.times import find_since
from dialogs.nlu.title import NEUTRAL_ACCUSATION, make_title

PARTS = ("matter", "split", "repeat", "place", "name", "phone", "confirm", "sensitive")
_SHOWN_CONTENT = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Inferred:
    """What is said of a matter without asking for it."""

    title: str = field(repr=False)
    type: str
    category: str
    district: str
    since: str
    urgency: str
    accusation: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    text: str = field(repr=False)
    accusation: bool


def infer(draft: Draft, categories: Categories) -> Inferred:
    """Title, type, category, district, since when, urgency. An accusation's title names nobody."""
    matter, place = draft.matter or "", draft.place or ""
    accusation = accuses_an_official(matter)
    return Inferred(
        title=NEUTRAL_ACCUSATION if accusation else draft.title or _title(draft, categories),
        type="举报" if accusation else draft.type or type_of(matter),
        category="检举控告" if accusation else draft.category or categories.of(matter),
        # Whoever puts a street right seldom names the district again; the summary shows it.
        district=find_district(place, matter) or find_district(draft.moved_from or ""),
        since=find_since(matter),
        urgency=urgency_of(matter, danger=bool(draft.danger)),
        accusation=accusation,
    )


def _title(draft: Draft, categories: Categories) -> str:
    """The title with the place as it is now: where it was put right, the old one is taken out of the words first."""
    matter, place = draft.matter or "", draft.place or ""
    if draft.moved_from:
        said = find_place(matter)
        named = said.value if said and overlap(said.value, draft.moved_from) >= 0.5 else draft.moved_from  # noqa: PLR2004 - more than half the same
        matter = matter.replace(named, "", 1).lstrip("，,在的 ") or matter
    return make_title(matter, "" if place in NOWHERE else place, categories)


def summary_of(draft: Draft, categories: Categories) -> Summary:
    inferred = infer(draft, categories)
    lines = (*_of_the_matter(draft, inferred), *_of_the_filer(draft))
    return Summary(
        text="\n".join(f"{label}：{value}" for label, value in lines if value), accusation=inferred.accusation
    )


def _of_the_matter(draft: Draft, inferred: Inferred) -> Sequence[tuple[str, str]]:
    matter = masked(draft.matter or "").replace("\n", "；")
    length = f"（共{len(draft.matter or '')}字）" if len(matter) > _SHOWN_CONTENT else ""
    place = draft.place or ""
    district = inferred.district if inferred.district and inferred.district not in place else ""
    return (
        ("标题", inferred.title),
        ("内容", clipped(matter, _SHOWN_CONTENT) + length),
        ("地点", masked(place) + (f"（{district}）" if district else "")),
        ("类别", "，".join(part for part in (inferred.type, inferred.category.replace("/", "·")) if part)),
        ("附件", f"{len(draft.attachments)}个" if draft.attachments else ""),
    )


def _of_the_filer(draft: Draft) -> Sequence[tuple[str, str]]:
    if draft.anonymous:
        return (("诉求人", "匿名"), ("当事人", draft.behalf or ""), ("保密", "是" if draft.confidential else ""))
    landline = "-" in (draft.phone or "-")
    return (
        ("姓名", draft.name or "暂无"),
        ("电话" if landline else "手机", mask_phone(draft.phone) if draft.phone else "不留，在这里联系"),
        ("身份证", mask_id_number(draft.id_number) if draft.id_number else ""),
        ("当事人", masked(draft.behalf or "")),
        ("保密", "是" if draft.confidential else ""),
    )
