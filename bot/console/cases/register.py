"""The register of cases (台账), a row each: what an office keeps and reports.

Names, phones and what tells of people in the words are masked, unless somebody asked for them with a reason.
"""

from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from bot.casework.searching import holds
from bot.casework.staffwork import URGENCIES
from bot.console.cases.filters import sought_of
from bot.console.cases.shown import CHANNELS, filer, light_of, words
from bot.local_time import at
from storage.cases import Case, CaseFilter
from storage.store import Store

HEADINGS: Sequence[str] = (
    "受理编号",
    "登记时间",
    "来源",
    "类型",
    "类别",
    "标题",
    "区县",
    "地点",
    "来信人",
    "电话",
    "紧急程度",
    "状态",
    "主办单位",
    "协办单位",
    "期限",
    "灯",
    "满意度",
    "最近更新",
)
_GRADES = ("", "非常不满意", "不满意", "基本满意", "满意", "非常满意")


MOST_EXPORTED = 200_000
_AT_ONCE = 500
_MOST_FOUND = 2_000
"""Of a search for words: the newest."""
InFull = Callable[[Case], bool]
"""Whether a case may be shown with names and phones."""


async def narrowed_by_words(store: Store, wanted: CaseFilter, sought: str) -> CaseFilter:
    """``wanted``, narrowed to cases that may hold the words of the search, where it is for words."""
    words = sought_of(sought).words
    return replace(wanted, numbers=tuple(await store.search.find(words, _MOST_FOUND))) if words else wanted


def found(cases: Iterable[Case], sought: str) -> list[Case]:
    """Those that hold the words of the search as they stand."""
    words = sought_of(sought).words
    return [case for case in cases if not words or holds(case, words)]


def masked(_case: Case) -> bool:
    """No case is."""
    return False


def register_rows(cases: Iterable[Case], now: datetime, in_full: InFull = masked) -> list[list[str]]:
    """The rows under ``HEADINGS``."""
    return [_row(case, now, full=in_full(case)) for case in cases]


async def register_of(
    store: Store, wanted: CaseFilter, now: datetime, in_full: InFull = masked, *, sought: str = ""
) -> AsyncIterator[list[list[str]]]:
    """The rows of everything that ``wanted`` finds, some hundred at a time; accusations are never among them.

    ``sought``: what was searched for.
    """
    wanted = await narrowed_by_words(store, wanted, sought)
    cursor, left = None, MOST_EXPORTED
    while left > 0:
        page = await store.cases.list(wanted, min(_AT_ONCE, left), cursor)
        if rows := register_rows(found(page.items, sought), now, in_full):
            yield rows
        cursor, left = page.next_cursor, left - len(page.items)
        if cursor is None:
            return


def _row(case: Case, now: datetime, *, full: bool) -> list[str]:
    clock, light, who = case.next_clock, light_of(case, now), filer(case, full=full)
    return [
        case.number,
        at(case.created_at),
        CHANNELS.get(case.source.channel, case.source.channel),
        case.type,
        case.category,
        words(case, case.title, full=full),
        case.district,
        words(case, case.place, full=full),
        "匿名" if case.anonymous else who.name,
        who.phone,
        URGENCIES.get(case.urgency, case.urgency),
        case.state.label,
        "、".join(each.unit for each in case.leads),
        "、".join(each.unit for each in case.assists),
        at(clock.due_at) if clock else "",
        light.label if light else "",
        _GRADES[case.satisfaction or 0],
        at(case.updated_at),
    ]
