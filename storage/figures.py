"""Figures of the office's cases (考核): counted by the server over the facts that are readable, never over texts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from storage.aftercare import CONTENT_FROM, Solved
from storage.case_documents import CASES
from storage.clocks import Stage
from storage.driver import Database

MOST_ROWS = 1_000
_UNITS = "units"


class By(StrEnum):
    """What the rows of a table stand for; the value is the case's field."""

    UNIT = _UNITS
    CHANNEL = "channel"
    CATEGORY = "category"
    DISTRICT = "district"
    TYPE = "type"


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """Cases that came in within a period. ``in_time`` of ``told``: accepted or refused within the limit (响应).

    ``met`` of ``answered``: answered within the limit. ``content`` of ``rated``: three of five grades and more.
    ``overdue``: open now, with a clock past its end. ``asked``: to grade the end. ``again``: handled a second time
    (二次办理). ``visited``: reached by a follow-up visit (回访); ``solved`` of those: the matter is solved.
    """

    key: str
    total: int
    open: int
    overdue: int
    told: int
    in_time: int
    answered: int
    met: int
    rated: int
    content: int
    asked: int
    again: int
    visited: int
    solved: int

    @property
    def solved_rate(self) -> float | None:
        return _share(self.solved, self.visited)

    @property
    def response_rate(self) -> float | None:
        return _share(self.in_time, self.told)

    @property
    def answer_rate(self) -> float | None:
        return _share(self.met, self.answered)

    @property
    def satisfaction_rate(self) -> float | None:
        return _share(self.content, self.rated)


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """What several wrote about: cases of one category in one district."""

    category: str
    district: str
    count: int


class Figures:
    """Counts over the cases."""

    def __init__(self, database: Database) -> None:
        self._cases = database[CASES]

    async def of(
        self, by: By | None, *, since: datetime, until: datetime, now: datetime, units: Sequence[str] | None = None
    ) -> Sequence[Counts]:
        """Count the cases filed from ``since`` to before ``until``, a row for each value of ``by``, the fullest first.

        ``by`` None: one row for all. ``units``: only cases at one of these. Accusations are in no figure.
        """
        where: dict[str, Any] = {"accusation": False, "created_at": {"$gte": since, "$lt": until}}
        if units is not None:
            where["units"] = {"$in": list(units)}
        stages: list[Mapping[str, Any]] = [{"$match": where}]
        if by is By.UNIT:
            # Those of no unit are a row too: the rows must make up the sum that stands above them.
            stages.append({"$unwind": {"path": "$units", "preserveNullAndEmptyArrays": True}})
            if units is not None:
                stages.append({"$match": {"units": {"$in": list(units)}}})
        group = {"_id": f"${by.value}" if by else None, **_sums(now)}
        found = await self._cases.aggregate(
            [*stages, {"$group": group}, {"$sort": {"total": -1, "_id": 1}}], limit=MOST_ROWS
        )
        return [_counts(each) for each in found]

    async def spots(
        self, *, since: datetime, until: datetime, units: Sequence[str] | None = None, fewest: int, limit: int
    ) -> Sequence[Spot]:
        """Where at least ``fewest`` cases of one category came from one district, the most first."""
        where: dict[str, Any] = {"accusation": False, "created_at": {"$gte": since, "$lt": until}}
        where |= {"category": {"$ne": ""}, "district": {"$ne": ""}}
        if units is not None:
            where["units"] = {"$in": list(units)}
        found = await self._cases.aggregate(
            [
                {"$match": where},
                {"$group": {"_id": {"category": "$category", "district": "$district"}, "count": {"$sum": 1}}},
                {"$match": {"count": {"$gte": fewest}}},
                {"$sort": {"count": -1, "_id": 1}},
            ],
            limit=limit,
        )
        return [Spot(**each["_id"], count=int(each["count"])) for each in found]

    async def daily(self, *, since: datetime, until: datetime, units: Sequence[str] | None = None) -> Mapping[str, int]:
        """Count the cases of each day (China's), "2026-11-22"; days without a case are left out."""
        where: dict[str, Any] = {"accusation": False, "created_at": {"$gte": since, "$lt": until}}
        if units is not None:
            where["units"] = {"$in": list(units)}
        day = {"$dateToString": {"date": "$created_at", "format": "%Y-%m-%d", "timezone": "Asia/Shanghai"}}
        group = {"_id": day, "count": {"$sum": 1}}
        found = await self._cases.aggregate(
            [{"$match": where}, {"$group": group}, {"$sort": {"_id": 1}}], limit=MOST_ROWS
        )
        return {str(each["_id"]): int(each["count"]) for each in found}


def _sums(now: datetime) -> Mapping[str, Any]:
    overdue = {"$and": ["$open", {"$gt": ["$due_at", None]}, {"$lt": ["$due_at", now]}]}
    rated = {"$gt": ["$satisfaction", None]}
    content = {"$gte": ["$satisfaction", CONTENT_FROM]}
    return {
        "total": {"$sum": 1},
        "open": _count("$open"),
        "overdue": _count(overdue),
        "told": _count(_stopped(Stage.ACCEPT)),
        "in_time": _count(_stopped(Stage.ACCEPT, in_time=True)),
        "answered": _count(_stopped(Stage.ANSWER)),
        "met": _count(_stopped(Stage.ANSWER, in_time=True)),
        "rated": _count(rated),
        "content": _count({"$and": [rated, content]}),
        "asked": _count({"$gt": ["$survey", None]}),
        "again": _count({"$gt": ["$reopened", 0]}),
        "visited": _count({"$eq": ["$visit.reached", True]}),
        "solved": _count({"$eq": ["$visit.solved", Solved.YES.value]}),
    }


def _stopped(stage: Stage, *, in_time: bool = False) -> Mapping[str, Any]:
    """Whether the case's first clock of ``stage`` has stopped; ``in_time``: before it was due."""
    asked: list[Mapping[str, Any]] = [{"$eq": ["$$clock.stage", stage.value]}, {"$gt": ["$$clock.stopped_at", None]}]
    if in_time:
        # One that stopped while it stood still has no end that it could have passed.
        asked.append({"$lte": ["$$clock.stopped_at", {"$ifNull": ["$$clock.due_at", "$$clock.stopped_at"]}]})
    found = {"$filter": {"input": {"$ifNull": ["$clocks", []]}, "as": "clock", "cond": {"$and": asked}}}
    return {"$gt": [{"$size": found}, 0]}


def _count(condition: Any) -> Mapping[str, Any]:
    return {"$sum": {"$cond": [condition, 1, 0]}}


def _counts(document: Mapping[str, Any]) -> Counts:
    names = [name for name in Counts.__dataclass_fields__ if name != "key"]
    return Counts(key=str(document["_id"] or ""), **{name: int(document[name]) for name in names})
