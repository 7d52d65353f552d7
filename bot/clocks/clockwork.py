"""What a move does to the clocks of a case: starts, stops, pauses them, lets them go on."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from bot.clocks.calendar import WorkCalendar
from bot.clocks.reckoning import due_at, reckoned, warns_before
from bot.clocks.rules import WARNING_SHARE, Rules
from storage.cases import Case, CaseState
from storage.clocks import CaseClock, Limit, Pause, Stage, TimeUnit

_ENDS = frozenset({CaseState.ANSWERED, CaseState.REFUSED, CaseState.WITHDRAWN, CaseState.CLOSED})
"""What was answered at once was accepted thereby."""
RETURN_DAYS = 2
"""Working days: what Shandong's rules for the 12345 hotline of 2020 give a unit to return a wrong assignment."""


class ClockSetter:
    """The office's clockwork (``storage.case_repository.Clockwork``).

    ``rules`` gives those in force now; ``return_days``: the working days in which a unit may return an assignment.
    """

    def __init__(self, *, calendar: WorkCalendar, rules: Callable[[], Rules], return_days: int = RETURN_DAYS) -> None:
        self.calendar = calendar
        self.rules = rules
        self.return_days = return_days

    def by(self, rules: Rules) -> "ClockSetter":
        """Give one that goes by ``rules``, over the same calendar."""
        return ClockSetter(calendar=self.calendar, rules=lambda: rules, return_days=self.return_days)

    def __call__(self, case: Case, *, was: CaseState | None, at: datetime) -> tuple[CaseClock, ...]:
        clocks = case.clocks
        if was is CaseState.NEEDS_INFO:
            clocks = tuple(self._goes_on(clock, at) for clock in clocks)
        match case.state:
            case CaseState.SUBMITTED if was is None:
                return (*clocks, self._started(case, Stage.ACCEPT, at))
            case CaseState.NEEDS_INFO:
                return tuple(self._paused(clock, at) for clock in clocks)
            case CaseState.ACCEPTED | CaseState.REOPENED:
                stopped = (_stopped(clock, at) for clock in clocks)
                return (*stopped, self._started(case, Stage.ANSWER, at), self._started(case, Stage.CLOSE, at))
            case CaseState.ASSIGNED:
                # A unit may have limits of its own.
                return self.set_anew(replace(case, clocks=clocks))
            case state if state in _ENDS:
                return tuple(_stopped(clock, at) for clock in clocks)
        return clocks

    def extended(self, case: Case, stage: Stage, by: Limit) -> tuple[CaseClock, ...]:
        """Give the clocks of ``case`` with the running one of ``stage`` longer."""
        return tuple(
            self._reckoned(replace(clock, extension=by)) if clock.stage is stage and clock.stopped_at is None else clock
            for clock in case.clocks
        )

    def returnable_until(self, assigned_at: datetime) -> datetime:
        """Until when a unit may give back what was assigned to it (退回)."""
        limit = Limit(amount=self.return_days, unit=TimeUnit.WORKING_DAYS)
        return due_at(assigned_at, [limit], (), self.calendar)

    def warns_before(self, due: datetime, since: datetime) -> datetime:
        """When the light of a day that staff named for a unit turns yellow."""
        return warns_before(due, since, self.calendar)

    def begun(self, case: Case, at: datetime) -> tuple[CaseClock, ...]:
        """Give the clocks of ``case`` with that of its filing reckoned from ``at`` on, also where it has stopped."""
        first, *others = case.clocks or (None,)
        if first is None or first.stage is not Stage.ACCEPT:
            return case.clocks
        return (_unheard_of(self._reckoned(replace(first, started_at=at)), first), *others)

    def set_anew(self, case: Case) -> tuple[CaseClock, ...]:
        """Give the clocks of ``case`` by the rules and the calendar of now; what has stopped stays."""
        return tuple(
            clock if clock.stopped_at is not None else _unheard_of(self._reckoned(self._ruled(case, clock)), clock)
            for clock in case.clocks
        )

    def _started(self, case: Case, stage: Stage, at: datetime) -> CaseClock:
        rule = self.rules().of(case, stage)
        return self._reckoned(CaseClock(stage=stage, started_at=at, limit=rule.limit, rule=rule.id))

    def _ruled(self, case: Case, clock: CaseClock) -> CaseClock:
        rule = self.rules().of(case, clock.stage)
        return replace(clock, limit=rule.limit, rule=rule.id)

    def _paused(self, clock: CaseClock, at: datetime) -> CaseClock:
        if clock.stopped_at is not None or clock.paused:
            return clock
        return replace(clock, pauses=(*clock.pauses, Pause(since=at)), warns_at=None, due_at=None)

    def _goes_on(self, clock: CaseClock, at: datetime) -> CaseClock:
        if clock.stopped_at is not None or not clock.paused:
            return clock
        ended = replace(clock.pauses[-1], until=at)
        return reckoned(replace(clock, pauses=(*clock.pauses[:-1], ended)), self.calendar)

    def _reckoned(self, clock: CaseClock) -> CaseClock:
        named = {rule.id: rule.warning_share for rule in self.rules()}
        return reckoned(clock, self.calendar, warning_share=named.get(clock.rule, WARNING_SHARE))


def _unheard_of(clock: CaseClock, before: CaseClock) -> CaseClock:
    """A light that is worse than the one that was told must be told, though its moment lies before the telling."""
    return clock if before.paused or _known(clock) <= _known(before) else replace(clock, told_at=None)


def _known(clock: CaseClock) -> int:
    told = clock.told_at
    if told is None or clock.warns_at is None or clock.due_at is None:
        return 0
    return (clock.warns_at <= told) + (clock.due_at < told)


def _stopped(clock: CaseClock, at: datetime) -> CaseClock:
    return clock if clock.stopped_at is not None else replace(clock, stopped_at=at)
