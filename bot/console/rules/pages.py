"""The rules in force, changing one with its effect shown before it is saved, and the versions before."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from aiohttp import web

from bot.casework.staffwork import URGENCIES
from bot.clocks.rule_office import Proposal, RuleOffice, WrongRule, own_limit
from bot.clocks.rules import DEFAULT_RULES, Rule, Rules
from bot.console.routes import Call
from storage.cases import CASE_TYPES
from storage.clocks import Stage, TimeUnit
from storage.store import Store

_VERSIONS = 20
_LEAST_PERCENT, _MOST_PERCENT = 5, 50
_FIELDS = ("do", "id", "number", "stage", "type", "category", "urgency", "unit", "amount", "time_unit", "percent")
_DEFAULTS = frozenset(rule.id for rule in DEFAULT_RULES)


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleParts:
    """What the pages work with. ``categories``: those that may be chosen, two levels as "a/b"."""

    store: Store
    office: RuleOffice
    categories: Sequence[str]


class RulePages:
    """What an administrator looks at and sends."""

    def __init__(self, parts: RuleParts) -> None:
        self._parts = parts
        self._office = parts.office

    async def list(self, call: Call) -> web.StreamResponse:
        return await self._list(call)

    async def preview(self, call: Call) -> web.StreamResponse:
        """What the change would do; nothing is saved yet."""
        form = await call.form()
        try:
            proposal = await self._proposed(call, form)
        except WrongRule as error:
            return await self._list(call, problem=error.sentence, form=form)
        return call.page(
            "rules/preview.html",
            proposal=proposal,
            what=_named(call, proposal.what),
            effect=await self._office.effect(proposal),
            sent={name: form[name] for name in _FIELDS if name in form},
        )

    async def save(self, call: Call) -> web.StreamResponse:
        form = await call.form()
        base = form.get("base", "")
        try:
            proposal = await self._proposed(call, form)
            number = int(base) if base.isascii() and base.isdecimal() else -1
            version = await self._office.save(proposal, base=number, by=call.viewer.by)
        except WrongRule as error:
            return await self._list(call, problem=error.sentence, form=form)
        return call.back("/rules", f"已保存为第 {version.number} 版，正在重新计算未办结诉求的期限")

    async def _proposed(self, call: Call, form: Mapping[str, str]) -> Proposal:
        match form.get("do", ""):
            case "put":
                return await self._office.put(self._rule(call, form))
            case "remove":
                return await self._office.remove(form.get("id", ""))
            case "revert" if form.get("number", "").isascii() and form.get("number", "").isdecimal():
                return await self._office.revert(int(form["number"]))
        raise WrongRule("没有要做的改动")

    def _rule(self, call: Call, form: Mapping[str, str]) -> Rule:
        choices: Mapping[str, tuple[object, str]] = {
            "stage": (set(Stage), "哪个期限"),
            "type": ({"", *CASE_TYPES}, "类型"),
            "category": ({"", *self._categories()}, "类别"),
            "urgency": ({"", *URGENCIES}, "紧急程度"),
            "unit": ({"", *(unit.id for unit in call.viewer.tree)}, "单位"),
        }
        for name, (known, label) in choices.items():
            if form.get(name, "") not in known:  # type: ignore[operator] # sets
                raise WrongRule(f"请选择{label}")
        percent = _number(form.get("percent", ""))
        if not _LEAST_PERCENT <= percent <= _MOST_PERCENT:
            raise WrongRule(f"黄灯应为期限的最后 {_LEAST_PERCENT}% 到 {_MOST_PERCENT}%")
        return Rule(
            id=form.get("id", "")[:40],
            stage=Stage(form["stage"]),
            limit=own_limit(_number(form.get("amount", "")), form.get("time_unit", "")),
            type=form.get("type", ""),
            category=form.get("category", ""),
            urgency=form.get("urgency", ""),
            unit=form.get("unit", ""),
            warning_share=percent / 100,
        )

    async def _list(self, call: Call, *, problem: str = "", form: Mapping[str, str] | None = None) -> web.Response:
        number, own = await self._office.own()
        rules = sorted(Rules(own), key=lambda rule: (list(Stage).index(rule.stage), rule.narrowness, rule.id))
        editing = next((rule for rule in rules if rule.id == call.query.get("edit")), None)
        versions = await self._office.kept.versions(_VERSIONS)
        people = {member.id: member.name for member in await self._parts.store.staff.all()}
        return call.page(
            "rules/list.html",
            status=422 if problem else 200,
            problem=problem,
            number=number,
            unknown_year=self._office.unknown_year(),
            rules=[(rule, _origin(rule, own), _unit_name(call, rule.unit)) for rule in rules],
            editing=editing,
            form=form if form and form.get("do") == "put" else _form_of(editing),
            versions=[(each, people.get(each.by, ""), _named(call, each.what)) for each in versions],
            stages=list(Stage),
            types=CASE_TYPES,
            categories=self._categories(),
            urgencies=URGENCIES,
            units=[(unit.id, "　" * (len(unit.path) - 1) + unit.name) for unit in call.viewer.tree if unit.active],
            time_units=list(TimeUnit),
        )

    def _categories(self) -> Sequence[str]:
        """The first levels too: a rule may be for all below one."""
        firsts = [each.partition("/")[0] for each in self._parts.categories]
        return sorted({*firsts, *self._parts.categories})


def _origin(rule: Rule, own: Sequence[Rule]) -> str:
    if rule not in own:
        return "默认"
    return "改过" if rule.id in _DEFAULTS else "自定"


def _form_of(rule: Rule | None) -> Mapping[str, str]:
    if rule is None:
        return {}
    return {
        "id": rule.id,
        "stage": rule.stage.value,
        "type": rule.type,
        "category": rule.category,
        "urgency": rule.urgency,
        "unit": rule.unit,
        "amount": str(rule.limit.amount),
        "time_unit": rule.limit.unit.value,
        "percent": str(round(rule.warning_share * 100)),
    }


def _unit_name(call: Call, code: str) -> str:
    unit = call.viewer.tree.get(code) if code else None
    return unit.name if unit else code


def _named(call: Call, what: str) -> str:
    """``what`` with the codes of units as their names."""
    for unit in call.viewer.tree:
        what = what.replace(f"、{unit.id}，", f"、{unit.name}，").replace(f"：{unit.id}，", f"：{unit.name}，")
    return what


def _number(text: str) -> int:
    return int(text[:6]) if text.isascii() and text.isdecimal() else 0
