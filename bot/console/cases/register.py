"""The register of cases (台账), a row each: what an office keeps and reports, nobody's full phone in it."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from bot import masking
from bot.casework.staffwork import URGENCIES
from bot.console.cases.shown import CHANNELS, light_of
from bot.local_time import at
from storage.cases import Case

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


def register_rows(cases: Iterable[Case], now: datetime) -> list[list[str]]:
    """The rows under ``HEADINGS``."""
    return [_row(case, now) for case in cases]


def _row(case: Case, now: datetime) -> list[str]:
    clock, light = case.next_clock, light_of(case, now)
    return [
        case.number,
        at(case.created_at),
        CHANNELS.get(case.source.channel, case.source.channel),
        case.type,
        case.category,
        masking.text(case.title, person=case.filer.name),
        case.district,
        masking.text(case.place, person=case.filer.name),
        "匿名" if case.anonymous else masking.name(case.filer.name),
        masking.phone(case.filer.phone),
        URGENCIES.get(case.urgency, case.urgency),
        case.state.label,
        "、".join(each.unit for each in case.assignments if each.lead),
        "、".join(each.unit for each in case.assignments if not each.lead),
        at(clock.due_at) if clock else "",
        light.label if light else "",
        _GRADES[case.satisfaction or 0],
        at(case.updated_at),
    ]
