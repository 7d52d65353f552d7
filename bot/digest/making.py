"""A week's digest, counted over the facts that are readable; of texts it shows masked titles alone.

Accusations are in no part of it, and of a confidential case not even the title.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from bot import masking
from bot.clocks.calendar import SHANGHAI
from storage.cases import Case, CaseFilter, CaseState
from storage.figures import By, Counts, Figures, Spot
from storage.store import Store

_WEEK = timedelta(days=7)
_SPOTS, _TITLES, _ROWS, _LETTERS = 6, 3, 10, 6
_FEWEST = 2
"""Cases on one thing in one place that are told of together."""
_LOOKED_AT = 200
_URGENT = ("critical", "urgent")


@dataclass(frozen=True, slots=True, kw_only=True)
class Week:
    """Monday to Sunday, China's days."""

    monday: date

    @classmethod
    def of(cls, day: date) -> "Week":
        return cls(monday=day - timedelta(days=day.weekday()))

    @property
    def sunday(self) -> date:
        return self.monday + timedelta(days=6)

    @property
    def before(self) -> "Week":
        return Week(monday=self.monday - _WEEK)

    @property
    def after(self) -> "Week":
        return Week(monday=self.monday + _WEEK)

    @property
    def moments(self) -> tuple[datetime, datetime]:
        """From the first to before the last moment."""
        begin = datetime(self.monday.year, self.monday.month, self.monday.day, tzinfo=SHANGHAI)
        return begin, begin + _WEEK

    @property
    def said(self) -> str:
        """2026年11月16日至22日."""
        first, last = self.monday, self.sunday
        if first.month == last.month:
            return f"{first.year}年{first.month}月{first.day}日至{last.day}日"
        year = f"{last.year}年" if first.year != last.year else ""
        return f"{first.year}年{first.month}月{first.day}日至{year}{last.month}月{last.day}日"

    @property
    def issue(self) -> str:
        """2026年第47期: as weeks are numbered (ISO 8601)."""
        year, number, _ = self.monday.isocalendar()
        return f"{year}年第{number}期"


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """One line of a table: this week beside the week before."""

    name: str
    now: int
    before: int

    @property
    def change(self) -> str:
        more = self.now - self.before
        return f"+{more}" if more > 0 else str(more) if more else "持平"


@dataclass(frozen=True, slots=True, kw_only=True)
class Together:
    """What several wrote about: one category in one district, with some titles."""

    category: str
    district: str
    count: int
    titles: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """Everything a week's digest tells. ``total`` None: nothing was filed."""

    week: Week
    total: Counts | None
    before: int
    together: Sequence[Together]
    categories: Sequence[Compared]
    districts: Sequence[Compared]
    overdue: Sequence[tuple[str, int]]
    letters: Sequence[tuple[str, str, str]]

    @property
    def opening(self) -> str:
        """The first paragraph."""
        if self.total is None:
            return f"{self.week.said}没有收到诉求，上周 {self.before} 件。"
        total = self.total
        told = [f"{self.week.said}共收到诉求 {total.total} 件，{_against(total.total, self.before)}"]
        if total.overdue:
            told.append(f"其中 {total.overdue} 件现已超期")
        rates = {"按期受理率": total.response_rate, "按期答复率": total.answer_rate, "满意率": total.satisfaction_rate}
        told += [f"{name} {share:.1%}" for name, share in rates.items() if share is not None]
        return "，".join(told) + "。"


async def make_digest(
    store: Store, figures: Figures, week: Week, *, now: datetime, units: Mapping[str, str], reach: Sequence[str] | None
) -> Digest:
    """The digest of ``week``; ``units`` by code, ``reach``: only cases at these, None for all."""
    (since, until), (since_before, until_before) = week.moments, week.before.moments

    async def counted(by: By | None, *, earlier: bool = False) -> Sequence[Counts]:
        begin, end = (since_before, until_before) if earlier else (since, until)
        return await figures.of(by, since=begin, until=end, now=now, units=reach)

    (
        total,
        total_before,
        by_category,
        by_category_before,
        by_district,
        by_district_before,
        by_unit,
    ) = await asyncio.gather(
        counted(None),
        counted(None, earlier=True),
        counted(By.CATEGORY),
        counted(By.CATEGORY, earlier=True),
        counted(By.DISTRICT),
        counted(By.DISTRICT, earlier=True),
        counted(By.UNIT),
    )
    spots = await figures.spots(since=since, until=until, units=reach, fewest=_FEWEST, limit=_SPOTS)
    wanted = CaseFilter(
        created_after=since,
        created_before=until,
        accusation=False,
        units=None if reach is None else frozenset(reach),
    )
    return Digest(
        week=week,
        total=total[0] if total else None,
        before=total_before[0].total if total_before else 0,
        together=[await _together(store, wanted, spot) for spot in spots],
        categories=_compared(by_category, by_category_before),
        districts=_compared(by_district, by_district_before),
        overdue=[(units.get(each.key, "（未转办）"), each.overdue) for each in by_unit if each.overdue][:_ROWS],
        letters=await _letters(store, wanted),
    )


async def _together(store: Store, wanted: CaseFilter, spot: Spot) -> Together:
    found = await store.cases.list(replace(wanted, category=spot.category, district=spot.district), _LOOKED_AT)
    titles = [(case.number, _title(case)) for case in found.items if not case.confidential][:_TITLES]
    return Together(category=spot.category, district=spot.district, count=spot.count, titles=titles)


async def _letters(store: Store, wanted: CaseFilter) -> list[tuple[str, str, str]]:
    """Some that leaders look at first: urgent ones, and those whose filers were not content."""
    page = await store.cases.list(wanted, _LOOKED_AT)
    told = [
        (case.number, _title(case), "重新办理" if case.state is CaseState.REOPENED else "紧急")
        for case in page.items
        if not case.confidential and (case.urgency in _URGENT or case.state is CaseState.REOPENED)
    ]
    return told[:_LETTERS]


def _title(case: Case) -> str:
    return masking.text(case.title, person=case.filer.name)


def _compared(now: Sequence[Counts], before: Sequence[Counts]) -> list[Compared]:
    earlier = {each.key: each.total for each in before}
    return [Compared(name=each.key or "（没有填）", now=each.total, before=earlier.get(each.key, 0)) for each in now][
        :_ROWS
    ]


def _against(now: int, before: int) -> str:
    if now == before:
        return "与上周持平"
    share = f"（{abs(now - before) / before:.0%}）" if before else ""
    return f"比上周{'增加' if now > before else '减少'} {abs(now - before)} 件{share}"
