"""The figures: how the units did in a period."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from urllib.parse import quote, urlencode

from aiohttp import web

from bot.clocks.calendar import SHANGHAI, local_day
from bot.console.cases import shown
from bot.console.cases.reach import units_seen
from bot.console.routes import Call, Viewer
from bot.tables import write_xlsx
from channels.base import Clock
from storage.audit import AuditLine
from storage.figures import By, Counts, Figures
from storage.store import Store

_LONGEST_DAYS = 366
_NAMES: Mapping[By, str] = {
    By.UNIT: "单位",
    By.CHANNEL: "来源",
    By.CATEGORY: "类别",
    By.DISTRICT: "区县",
    By.TYPE: "类型",
}
_HEADINGS = ("收到", "未办结", "已超期", "按期受理率", "按期答复率", "满意率", "已评价", "解决率", "已回访", "二次办理")
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """Days, both included, as people write them."""

    since: date
    until: date

    @property
    def moments(self) -> tuple[datetime, datetime]:
        return _begin(self.since), _begin(self.until + timedelta(days=1))


class FigurePages:
    """Looked at by whoever may, each for what they see."""

    def __init__(self, *, store: Store, figures: Figures, clock: Clock) -> None:
        self._store = store
        self._figures = figures
        self._clock = clock

    async def figures(self, call: Call) -> web.StreamResponse:
        now = self._clock()
        period, by = _period(call.query, now), _by(call.query)
        units = units_seen(call.viewer)
        since, until = period.moments
        rows, (total, *_), days = await asyncio.gather(
            self._figures.of(by, since=since, until=until, now=now, units=units),
            self._all(since, until, now, units),
            self._figures.daily(since=since, until=until, units=units),
        )
        return call.page(
            "figures/figures.html",
            period=period,
            by=by,
            choices=_NAMES,
            rows=[(_named(call.viewer, by, row.key), row) for row in rows],
            total=total,
            bars=_bars(period, days),
            headings=_HEADINGS,
            kept=urlencode({"since": period.since, "until": period.until, "by": by.value}),
            percent=_percent,
        )

    async def export(self, call: Call) -> web.StreamResponse:
        now = self._clock()
        period, by = _period(call.query, now), _by(call.query)
        since, until = period.moments
        counted = await self._figures.of(by, since=since, until=until, now=now, units=units_seen(call.viewer))
        rows = [[_named(call.viewer, by, row.key), *_cells(row)] for row in counted]
        who = call.viewer.by
        line = AuditLine(at=now, actor=who.id, name=who.name, action="figures.exported", details={"count": len(rows)})
        await self._store.audit.add(line)
        headings = (_NAMES[by], *_HEADINGS)
        content = await asyncio.to_thread(write_xlsx, headings, rows, title="考核统计", made_at=now)
        name = quote(f"考核统计-{period.since}至{period.until}.xlsx")
        headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{name}"}
        return web.Response(body=content, content_type=_XLSX, headers=headers)

    async def _all(
        self, since: datetime, until: datetime, now: datetime, units: Sequence[str] | None
    ) -> Sequence[Counts | None]:
        return await self._figures.of(None, since=since, until=until, now=now, units=units) or [None]


def _named(viewer: Viewer, by: By, key: str) -> str:
    if by is By.UNIT:
        unit = viewer.tree.get(key)
        return unit.name if unit else "（未转办）"
    if by is By.CHANNEL:
        return shown.CHANNELS.get(key, key)
    return key or "（没有填）"


def _cells(row: Counts) -> list[str]:
    rates = (row.response_rate, row.answer_rate, row.satisfaction_rate)
    counts = (str(row.total), str(row.open), str(row.overdue))
    return [*counts, *map(_percent, rates), str(row.rated), _percent(row.solved_rate), str(row.visited), str(row.again)]


def _percent(share: float | None) -> str:
    return "—" if share is None else f"{share:.1%}"


def _period(query: Mapping[str, str], now: datetime) -> Period:
    """What was asked for; this month so far where nothing sensible was."""
    today = local_day(now)
    since, until = _date(query.get("since", "")), _date(query.get("until", ""))
    if (
        since is None
        or until is None
        or until == date.max
        or not timedelta() <= until - since <= timedelta(days=_LONGEST_DAYS)
    ):
        return Period(since=today.replace(day=1), until=today)
    return Period(since=since, until=until)


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _by(query: Mapping[str, str]) -> By:
    asked = query.get("by", "")
    return By(asked) if asked in set(By) else By.UNIT


def _begin(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=SHANGHAI)


def _bars(period: Period, days: Mapping[str, int]) -> list[tuple[str, int, float]]:
    """A bar for each day: its name, its count, its height in percent of the highest."""
    length = (period.until - period.since).days + 1
    names = [(period.since + timedelta(days=number)).isoformat() for number in range(length)]
    highest = max(days.values(), default=0) or 1
    return [(name, days.get(name, 0), 100 * days.get(name, 0) / highest) for name in names]
