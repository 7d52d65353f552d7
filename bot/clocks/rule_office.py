"""Changing the rules: one at a time, checked against the law's limits; each version can be gone back to."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import structlog

from bot.access.members import By
from bot.clocks.calendar import local_day
from bot.clocks.clockwork import ClockSetter
from bot.clocks.effect import Effect, effect_of
from bot.clocks.rulebook import RuleBook
from bot.clocks.rules import DEFAULT_RULES, Rule, Rules, rule_document, rule_of
from channels.base import Clock
from storage.audit import AuditLine
from storage.clock_rules import ClockRules, RuleVersion
from storage.clocks import Limit, Stage, TimeUnit
from storage.errors import Conflict
from storage.store import Store

MOST_RULES = 200
_LAWFUL_DAYS = {Stage.ACCEPT: 15, Stage.ANSWER: 60, Stage.CLOSE: 60}
_ARTICLE = {Stage.ACCEPT: "第二十二条", Stage.ANSWER: "第三十四条", Stage.CLOSE: "第三十四条"}


class WrongRule(Exception):
    """``sentence`` says what is wrong with it."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """The office's own rules as they would be. ``base``: the version that they change; ``what`` says how."""

    rules: tuple[Rule, ...]
    base: int
    what: str


class RuleOffice:
    """What an administrator does with the rules."""

    def __init__(self, *, store: Store, setter: ClockSetter, book: RuleBook, clock: Clock) -> None:
        self._store = store
        self._setter = setter
        self._book = book
        self._clock = clock
        self.kept = ClockRules(store.database)

    def unknown_year(self) -> int | None:
        """The first year whose exchanged workdays should be known and are not."""
        return self._setter.calendar.unknown_year(local_day(self._clock()))

    async def own(self) -> tuple[int, tuple[Rule, ...]]:
        """The number of the newest version, 0 for none, and the office's own rules."""
        newest = await self.kept.newest()
        return (0, ()) if newest is None else (newest.number, tuple(map(rule_of, newest.rules)))

    async def put(self, rule: Rule) -> Proposal:
        """Propose ``rule``, in the place of that of the same id; without an id it is a new one.

        Raises:
            WrongRule: naming what is wrong.
        """
        base, own = await self.own()
        before = next((each for each in Rules(own) if each.id == rule.id), None)
        if rule.id and before is None:
            raise WrongRule("这条规则已经不在了")
        named = rule if rule.id else replace(rule, id=f"own-{uuid.uuid4().hex[:8]}")
        if before == named:
            raise WrongRule("没有改动")
        default = next((each for each in DEFAULT_RULES if each.id == named.id), None)
        if default is not None and default.scope != named.scope:
            raise WrongRule("默认规则的适用范围不能改，可以另外增加一条")
        _check(named, [each for each in Rules(own) if each.id != named.id])
        kept = tuple(each for each in own if each.id != named.id)
        if len(kept) >= MOST_RULES:
            raise WrongRule(f"规则太多，最多 {MOST_RULES} 条")
        verb = "增加" if before is None else "修改"
        was = f"，原来是 {before.limit}" if before is not None and before.limit != named.limit else ""
        return Proposal(rules=(*kept, named), base=base, what=f"{verb}：{_words(named)}{was}")

    async def remove(self, id: str) -> Proposal:  # noqa: A002 - what it is
        """Propose to drop a rule of the office's own; where it stood for one of the law's, that one counts again.

        Raises:
            WrongRule: it is none of the office's own.
        """
        base, own = await self.own()
        gone = next((each for each in own if each.id == id), None)
        if gone is None:
            raise WrongRule("这条规则已经不在了")
        default = next((each for each in DEFAULT_RULES if each.id == id), None)
        what = f"恢复默认：{_words(default)}" if default else f"删除：{_words(gone)}"
        return Proposal(rules=tuple(each for each in own if each is not gone), base=base, what=what)

    async def revert(self, number: int) -> Proposal:
        """Propose the rules of an earlier version; 0: the law's alone.

        Raises:
            WrongRule: there is none, or nothing would change.
        """
        base, own = await self.own()
        found = await self.kept.get(number) if number else None
        if number and found is None:
            raise WrongRule("没有这一版")
        rules = tuple(map(rule_of, found.rules)) if found else ()
        if set(rules) == set(own):
            raise WrongRule("和现在的规则一样，不用恢复")
        return Proposal(rules=rules, base=base, what=f"恢复到第 {number} 版" if number else "恢复为默认规则")

    async def effect(self, proposal: Proposal) -> Effect:
        """What it would do to the open cases."""
        return await effect_of(self._store, self._setter, Rules(proposal.rules), self._clock())

    async def save(self, proposal: Proposal, *, base: int, by: By) -> RuleVersion:
        """Keep it as the next version; a worker sets the clocks of the open cases anew. ``base``: what was looked at.

        Raises:
            WrongRule: somebody changed the rules since.
        """
        changed = WrongRule("规则刚被别人改过，这次没有保存。请看过现在的规则再改")
        if proposal.base != base:
            raise changed
        now = self._clock()
        rules: tuple[dict[str, Any], ...] = tuple(map(rule_document, proposal.rules))
        version = RuleVersion(number=base + 1, rules=rules, at=now, by=by.id, what=proposal.what)
        details = {"version": version.number, "what": proposal.what}
        line = AuditLine(at=now, actor=by.id, name=by.name, action="clock_rules.changed", details=details)
        try:
            await self._store.audited([self.kept.put(version)], line)
        except Conflict:
            raise changed from None
        await self._book.refresh()
        structlog.get_logger().info("clock_rules.changed", version=version.number, by=by.id)
        return version


def _check(rule: Rule, others: Sequence[Rule]) -> None:
    if any(each.scope == rule.scope for each in others):
        raise WrongRule("已经有一条适用范围相同的规则，请修改那一条")
    most = _most(rule.stage, rule.limit.unit)
    if rule.limit.amount > most:
        days = _LAWFUL_DAYS[rule.stage]
        told = f"{rule.stage.label}期限不能超过 {days} 日（信访工作条例{_ARTICLE[rule.stage]}）"
        counted = "" if rule.limit.unit is TimeUnit.DAYS else f"，按{rule.limit.unit.label}最多 {most}"
        raise WrongRule(told + counted)


def _most(stage: Stage, unit: TimeUnit) -> int:
    """The longest lawful limit in ``unit``: of working days so many as there are in the law's days without holidays."""
    days = _LAWFUL_DAYS[stage]
    working = days * 5 // 7
    return {
        TimeUnit.DAYS: days,
        TimeUnit.HOURS: days * 24,
        TimeUnit.WORKING_DAYS: working,
        TimeUnit.WORKING_HOURS: working * 7,
    }[unit]


def _words(rule: Rule) -> str:
    urgency = {"normal": "一般", "urgent": "紧急", "critical": "特急"}.get(rule.urgency, "")
    scope = "、".join(part for part in (rule.type, rule.category, urgency, rule.unit) if part) or "全部诉求"
    return f"{scope}，{rule.stage.label} {rule.limit}"


def own_limit(amount: int, unit: str) -> Limit:
    """A limit as a form gives it.

    Raises:
        WrongRule: it is none.
    """
    if unit not in set(TimeUnit) or amount < 1:
        raise WrongRule("期限应为 1 以上的整数，并选好单位")
    return Limit(amount=amount, unit=TimeUnit(unit))
