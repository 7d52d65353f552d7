"""The clocks of a case as they are kept: what runs since when, its pauses, and when it is due.

How long a limit is in real time is reckoned by ``bot.clocks``; what is kept here is its outcome, so that lists and
alarms need no calendar.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any


class TimeUnit(StrEnum):
    """What a limit is counted in. ``label`` is the office's word."""

    WORKING_HOURS = "working_hours"
    HOURS = "hours"
    WORKING_DAYS = "working_days"
    DAYS = "days"

    @property
    def label(self) -> str:
        return _UNIT_LABELS[self]


_UNIT_LABELS: Mapping[TimeUnit, str] = {
    TimeUnit.WORKING_HOURS: "工作时",
    TimeUnit.HOURS: "小时",
    TimeUnit.WORKING_DAYS: "工作日",
    TimeUnit.DAYS: "日",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """So many of a unit; ``amount`` 1 or more."""

    amount: int
    unit: TimeUnit

    def __str__(self) -> str:
        return f"{self.amount}{'个' if self.unit is TimeUnit.WORKING_DAYS else ''}{self.unit.label}"


class Stage(StrEnum):
    """What a clock measures: until the filer is told of acceptance, until an answer, until the lawful end."""

    ACCEPT = "accept"
    ANSWER = "answer"
    CLOSE = "close"

    @property
    def label(self) -> str:
        return {Stage.ACCEPT: "受理", Stage.ANSWER: "答复", Stage.CLOSE: "办结"}[self]


class Light(StrEnum):
    """How a clock stands: ``paused`` while the filer is asked, ``done`` when it was met, ``late`` when it was not."""

    GREEN = "green"
    YELLOW = "yellow"
    RED = "red"
    PAUSED = "paused"
    DONE = "done"
    LATE = "late"

    @property
    def label(self) -> str:
        return _LIGHT_LABELS[self]


_LIGHT_LABELS: Mapping[Light, str] = {
    Light.GREEN: "正常",
    Light.YELLOW: "临近期限",
    Light.RED: "已超期",
    Light.PAUSED: "暂停计时",
    Light.DONE: "按期完成",
    Light.LATE: "超期完成",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """The filer was asked; ``until`` None: they have not answered yet."""

    since: datetime
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseClock:
    """One clock. ``extension`` was granted once at most; ``warns_at`` and ``due_at`` are None while it is paused.

    ``stopped_at``: what it measures has happened. ``rule`` is the id of the rule that set it. ``told_at``: when staff
    were last told of its light; what turned before then is known.
    """

    stage: Stage
    started_at: datetime
    limit: Limit
    rule: str = ""
    extension: Limit | None = None
    pauses: tuple[Pause, ...] = ()
    warns_at: datetime | None = None
    due_at: datetime | None = None
    stopped_at: datetime | None = None
    told_at: datetime | None = None

    @property
    def alarm_at(self) -> datetime | None:
        """Past which moment staff are to be told of a yellow or red light; None where they know, or it stands still."""
        if self.stopped_at is not None or self.due_at is None or self.warns_at is None:
            return None
        return alarm_of(self.warns_at, self.due_at, self.told_at)

    @property
    def paused(self) -> bool:
        return bool(self.pauses) and self.pauses[-1].until is None

    def light(self, now: datetime) -> Light:
        """How it stands at ``now``."""
        if self.stopped_at is not None:
            return Light.LATE if self.due_at is not None and self.stopped_at > self.due_at else Light.DONE
        if self.paused or self.due_at is None or self.warns_at is None:
            return Light.PAUSED
        return light_of(self.warns_at, self.due_at, now)


def alarm_of(warns_at: datetime, due_at: datetime, told_at: datetime | None) -> datetime | None:
    """Past which moment staff are to be told of the light of what is due; None where they know that it is red."""
    if told_at is None or told_at < warns_at:
        return warns_at
    return due_at if told_at <= due_at else None


def light_of(warns_at: datetime, due_at: datetime, now: datetime) -> Light:
    """The light of what runs."""
    if now > due_at:
        return Light.RED
    return Light.YELLOW if now >= warns_at else Light.GREEN


def clock_document(clock: CaseClock) -> dict[str, Any]:
    """Give ``clock`` as it is kept."""
    plain = {
        name: getattr(clock, name) for name in ("started_at", "rule", "warns_at", "due_at", "stopped_at", "told_at")
    }
    return {
        **plain,
        "stage": clock.stage.value,
        "limit": _limit_document(clock.limit),
        "extension": None if clock.extension is None else _limit_document(clock.extension),
        "pauses": [{"since": pause.since, "until": pause.until} for pause in clock.pauses],
    }


def clock_of(document: Mapping[str, Any]) -> CaseClock:
    """Give the clock that ``clock_document`` made ``document`` of."""
    plain = {name: document[name] for name in ("started_at", "rule", "warns_at", "due_at", "stopped_at")}
    extension = document["extension"]
    return CaseClock(
        **plain,
        told_at=document.get("told_at"),
        stage=Stage(document["stage"]),
        limit=_limit_of(document["limit"]),
        extension=None if extension is None else _limit_of(extension),
        pauses=tuple(Pause(since=each["since"], until=each["until"]) for each in document["pauses"]),
    )


def _limit_document(limit: Limit) -> dict[str, Any]:
    return {"amount": limit.amount, "unit": limit.unit.value}


def _limit_of(document: Mapping[str, Any]) -> Limit:
    return Limit(amount=document["amount"], unit=TimeUnit(document["unit"]))
