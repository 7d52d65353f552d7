"""What will be filed, out of a draft: inferred once, shown, and filed as shown."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from dialogs.actions.draft import Draft
from dialogs.actions.happened import shown
from dialogs.actions.told_places import NOWHERE
from dialogs.actions.world import OFFICE_TIME
from dialogs.nlu.accusations import accuses_an_official
from dialogs.nlu.gist import make_gist
from dialogs.nlu.identity import mask_id_number
from dialogs.nlu.masking import masked
from dialogs.nlu.matter import Categories, finds_fault, type_of, urgency_of
from dialogs.nlu.phones import mask_phone
from dialogs.nlu.places import find_district, find_place
from dialogs.nlu.times import find_since
from dialogs.nlu.title import NEUTRAL_ACCUSATION, make_title
from dialogs.text.ngrams import overlap

PARTS = ("matter", "split", "repeat", "place", "name", "phone", "confirm", "sensitive")
_WHOLE, _GIST = 200, 120
"""Characters: so long a matter is shown whole; of a longer one so much."""
_BLAME = re.compile(r"管?不[管修理]|不解决|不处理|没人[管修来]|推诿|敷衍")
"""Found fault with in any matter: 你们到底管不管 alone names none."""
_STAFF_DECIDE = "具体分类由工作人员确定"


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
    main = _main(matter, categories)
    return Inferred(
        title=NEUTRAL_ACCUSATION if accusation else draft.title or _title(draft, categories),
        type="举报" if accusation else draft.type or type_of(matter),
        category="检举控告" if accusation else draft.category or categories.filed_under(main),
        # Whoever puts a street right seldom names the district again; the summary shows it.
        district=find_district(place, matter) or find_district(draft.moved_from or ""),
        since=find_since(matter) if draft.when is None else draft.when,
        urgency=urgency_of(matter, danger=bool(draft.danger)),
        accusation=accusation,
    )


def _main(matter: str, categories: Categories) -> str:
    """What was told first, where it says what is wrong: what is added to it names nothing anew."""
    first, _, more = matter.partition("\n")
    tells = more and finds_fault(_BLAME.sub("", first)) and categories.filed_under(first)
    return first if tells else matter


def _title(draft: Draft, categories: Categories) -> str:
    """The title with the place as it is now: where it was put right, the old one is taken out of the words first."""
    matter, place = _main(draft.matter or "", categories), draft.place or ""
    if draft.moved_from and place not in matter:
        said = find_place(matter)
        named = said.value if said and overlap(said.value, draft.moved_from) >= 0.5 else draft.moved_from  # noqa: PLR2004 - more than half the same
        matter = matter.replace(named, "", 1).lstrip("，,在的 ") or matter
    return make_title(matter, "" if place in NOWHERE else place, categories)


def summary_of(draft: Draft, categories: Categories, *, now: datetime) -> Summary:
    """All parts, each on a line of its own."""
    inferred = infer(draft, categories)
    lines = (*_of_the_matter(draft, inferred, now=now), *_of_the_filer(draft))
    return Summary(
        text="\n".join(f"{label}：{value}" for label, value in lines if value), accusation=inferred.accusation
    )


def _of_the_matter(draft: Draft, inferred: Inferred, *, now: datetime) -> Sequence[tuple[str, str]]:
    place = draft.place or ""
    district = inferred.district if inferred.district and inferred.district not in place else ""
    category = inferred.category.replace("/", "·")
    return (
        ("标题", inferred.title),
        _content(masked(draft.matter or "")),
        ("时间", shown(draft.happened, today=now.astimezone(OFFICE_TIME).date())),
        ("地点", masked(place) + (f"（{district}）" if district else "")),
        ("类别", f"{inferred.type}，{category}" if category else f"{inferred.type}（{_STAFF_DECIDE}）"),
        ("附件", f"{len(draft.attachments)}个" if draft.attachments else ""),
    )


def _content(matter: str) -> tuple[str, str]:
    """The words themselves; of many the gist: the case keeps them all."""
    if len(matter) <= _WHOLE:
        return "内容", matter.replace("\n", "；")
    picked = make_gist(matter, longest=_GIST)
    # Where the sentences are too long to pick from, the beginning tells more than what is left over.
    kept = (picked if len(picked) >= _GIST / 2 else matter[:_GIST]).replace("\n", "；").rstrip("，,；; 。")
    return "内容（节选）", f"{kept}…（全文{len(matter)}字已保存）"


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
