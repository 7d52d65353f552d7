"""The register of cases (台账), a row each: what an office keeps and reports.

Names, phones and what tells of people in the words are masked, unless somebody asked for them with a reason.
"""

from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from datetime import datetime

from bot.casework.staffwork import URGENCIES
from bot.console.cases.shown import CHANNELS, filer, light_of, words
from bot.local_time import at
from storage.case_repository import Cases
from storage.cases import Case, CaseFilter

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
InFull = Callable[[Case], bool]
"""Whether a case may be shown with names and phones."""


def masked(_case: Case) -> bool:
    """No case is."""
    return False


def register_rows(cases: Iterable[Case], now: datetime, in_full: InFull = masked) -> list[list[str]]:
    """The rows under ``HEADINGS``."""
    return [_row(case, now, full=in_full(case)) for case in cases]


async def register_of(
    cases: Cases, wanted: CaseFilter, now: datetime, in_full: InFull = masked
) -> AsyncIterator[list[list[str]]]:
    """The rows of everything that ``wanted`` finds, some hundred at a time; accusations are never among them."""
    cursor, left = None, MOST_EXPORTED
    while left > 0:
        page = await cases.list(wanted, min(_AT_ONCE, left), cursor)
        if page.items:
            yield register_rows(page.items, now, in_full)
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
        "、".join(each.unit for each in case.assignments if each.lead),
        "、".join(each.unit for each in case.assignments if not each.lead),
        at(clock.due_at) if clock else "",
        light.label if light else "",
        _GRADES[case.satisfaction or 0],
        at(case.updated_at),
    ]
