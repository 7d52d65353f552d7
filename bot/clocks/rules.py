"""Which limit a case has: the most particular rule that fits it.

The defaults are the law's and what hotlines promise: 15 days to inform of acceptance or refusal and 60 to close
(信访工作条例 §22, §34), an answer within 5 working days (hotline regulations of several cities), two hours where life
is in danger, a day where a delay does harm. An office sets its own in the console.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from storage.cases import Case
from storage.clocks import Limit, Stage, TimeUnit

WARNING_SHARE = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A limit for the cases that it fits; what is "" fits any. ``category`` may be the first of its two levels."""

    id: str
    stage: Stage
    limit: Limit
    type: str = ""
    category: str = ""
    urgency: str = ""
    unit: str = ""
    warning_share: float = WARNING_SHARE

    def fits(self, case: Case) -> bool:
        return (
            self.type in {"", case.type}
            and self.urgency in {"", case.urgency}
            and (not self.unit or self.unit in case.units)
            and (not self.category or f"{case.category}/".startswith(f"{self.category}/"))
        )

    @property
    def scope(self) -> tuple[Stage, str, str, str, str]:
        """What it is for: no two rules of an office are for the same."""
        return (self.stage, self.type, self.category, self.urgency, self.unit)

    @property
    def narrowness(self) -> tuple[int, int]:
        """How many things it asks for, urgency before all else."""
        return (bool(self.urgency), sum(map(bool, (self.type, self.category, self.unit))))


def rule_document(rule: Rule) -> dict[str, Any]:
    """Give ``rule`` as it is kept."""
    plain = {name: getattr(rule, name) for name in ("id", "type", "category", "urgency", "unit", "warning_share")}
    return {**plain, "stage": rule.stage.value, "amount": rule.limit.amount, "time_unit": rule.limit.unit.value}


def rule_of(document: Mapping[str, Any]) -> Rule:
    """Give the rule that ``rule_document`` made ``document`` of."""
    plain = {name: document[name] for name in ("id", "type", "category", "urgency", "unit", "warning_share")}
    limit = Limit(amount=document["amount"], unit=TimeUnit(document["time_unit"]))
    return Rule(**plain, stage=Stage(document["stage"]), limit=limit)


DEFAULT_RULES: Sequence[Rule] = (
    Rule(id="accept", stage=Stage.ACCEPT, limit=Limit(amount=15, unit=TimeUnit.DAYS)),
    Rule(id="accept-critical", stage=Stage.ACCEPT, urgency="critical", limit=Limit(amount=2, unit=TimeUnit.HOURS)),
    Rule(id="accept-urgent", stage=Stage.ACCEPT, urgency="urgent", limit=Limit(amount=1, unit=TimeUnit.WORKING_DAYS)),
    Rule(id="answer", stage=Stage.ANSWER, limit=Limit(amount=5, unit=TimeUnit.WORKING_DAYS)),
    Rule(id="answer-critical", stage=Stage.ANSWER, urgency="critical", limit=Limit(amount=2, unit=TimeUnit.HOURS)),
    Rule(id="answer-urgent", stage=Stage.ANSWER, urgency="urgent", limit=Limit(amount=24, unit=TimeUnit.HOURS)),
    Rule(id="close", stage=Stage.CLOSE, limit=Limit(amount=60, unit=TimeUnit.DAYS)),
)


class Rules:
    """The rules in force, with the law's behind them: a stage always has one."""

    def __init__(self, own: Sequence[Rule] = ()) -> None:
        replaced = {rule.id for rule in own}
        self._rules = (*own, *(rule for rule in DEFAULT_RULES if rule.id not in replaced))

    def __iter__(self) -> Iterator[Rule]:
        return iter(self._rules)

    def of(self, case: Case, stage: Stage) -> Rule:
        """The narrowest rule for ``case``; of two that are equally narrow, the first."""
        fitting = [rule for rule in self._rules if rule.stage is stage and rule.fits(case)]
        return max(fitting, key=lambda rule: rule.narrowness)
