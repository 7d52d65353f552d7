"""Rules as the files write them, turned into the events they speak of."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Any

from .domain import LABEL_SEPARATOR, Domain
from .events import LISTEN, Event, action, slot
from .files import Findings, Part

# Stands for whatever happened before the rule, or happens after it.
SNIPPET = "..."
# Rasa's word for "this slot, or any form, must not be set".
UNSET = "should_not_be_set"
_RULE_KEYS = frozenset({"rule", "steps", "condition", "conversation_start", "wait_for_user_input", "metadata"})
_STEP_KINDS = ("intent", "action", "active_loop", "slot_was_set", "or")


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """One rule (one way through its ``or``s) as events; it begins or ends with ``...`` where it may."""

    name: str
    file: str
    events: tuple[Event, ...] = field(repr=False)

    @property
    def where(self) -> str:
        return f"{self.file}, rule “{self.name}”"


def read_rules(parts: Sequence[Part], domain: Domain, findings: Findings) -> list[Script]:
    """All rules of ``parts``; stories and other things that are no rules are refused."""
    scripts: list[Script] = []
    names: dict[str, str] = {}
    for part in parts:
        if part.key != "rules":
            continue
        for raw in findings.items(part.value, f"{part.file}, rules"):
            rule = findings.mapping(raw, f"{part.file}, rules")
            reader = _Reader(rule=rule, file=part.file, domain=domain, findings=findings)
            if reader.name in names:
                findings.problem(reader.where, f"there is another rule of this name in {names[reader.name]}")
            names[reader.name] = part.file
            scripts += reader.scripts()
    return scripts


@dataclass(slots=True, kw_only=True)
class _Reader:
    rule: Mapping[str, Any]
    file: str
    domain: Domain
    findings: Findings

    @property
    def name(self) -> str:
        return str(self.rule.get("rule"))

    @property
    def where(self) -> str:
        return f"{self.file}, rule “{self.name}”"

    def problem(self, what: str) -> None:
        self.findings.problem(self.where, what)

    def scripts(self) -> list[Script]:
        for key in self.rule.keys() - _RULE_KEYS:
            self.problem(f"unknown key {key}")
        before = self._each(self.rule.get("condition"), {"active_loop", "slot_was_set"})
        steps = self._each(self.rule.get("steps"), set(_STEP_KINDS))
        if not any(event["event"] == "action" for way in product(*steps) for step in way for event in step):
            self.problem("there is no action among its steps")
            return []
        return [
            Script(name=self.name, file=self.file, events=self._events(_flat(before), _flat(way)))
            for way in product(*steps)
        ]

    def _events(self, before: list[Event], steps: list[Event]) -> tuple[Event, ...]:
        events = list(before)
        if not self.rule.get("conversation_start"):
            events.append(action(SNIPPET))
        for event in steps:
            if event["event"] == "user" and not (events and events[-1] == action(LISTEN)):
                events.append(action(LISTEN))
            events.append(event)
        if self.rule.get("wait_for_user_input") is False:
            events.append(action(SNIPPET))
        if sum(event["event"] == "user" for event in events) > 1:
            self.problem("a rule holds at most one intent; a conversation of several needs a form")
        if events[-1] != action(LISTEN):
            events.append(action(LISTEN))
        return tuple(events)

    def _each(self, raw: Any, allowed: set[str]) -> list[list[list[Event]]]:
        """For each step, the ways it may go (more than one for ``or``)."""
        steps = self.findings.items(raw, self.where)
        return [self._ways(self.findings.mapping(step, self.where), allowed) for step in steps]

    def _ways(self, step: Mapping[str, Any], allowed: set[str]) -> list[list[Event]]:
        kind = next((kind for kind in _STEP_KINDS if kind in step), None)
        if kind is None or kind not in allowed:
            self.problem(f"step {dict(step)} is not understood (checkpoints, bot and end-to-end texts are refused)")
            return []
        match kind:
            case "or":
                inner = self._each(step["or"], {"intent", "slot_was_set", "active_loop"})
                return [way for ways in inner for way in ways]
            case "intent":
                return [[self._user(step)]]
            case "action":
                return [[self._action(str(step["action"]))]]
            case "active_loop":
                return [[self._loop(step["active_loop"])]]
            case _:
                return [[self._slot(item) for item in self.findings.items(step["slot_was_set"], self.where)]]

    def _user(self, step: Mapping[str, Any]) -> Event:
        for key in step.keys() - {"intent", "entities"}:
            self.problem(f"{key} is not understood beside an intent")
        base = str(step["intent"]).split("/", 1)[0]
        if base not in self.domain.intents:
            self.problem(f"intent {base} is not in the domain")
        entities = [self._entity(item) for item in self.findings.items(step.get("entities"), self.where)]
        return {"event": "user", "parse_data": {"intent": {"name": base}, "entities": entities}}

    def _entity(self, item: Any) -> dict[str, Any]:
        raw = dict(item) if isinstance(item, dict) else {str(item): None}
        role, group = raw.pop("role", None), raw.pop("group", None)
        name = next(iter(raw), "")
        if name not in self.domain.entities:
            self.problem(f"entity {name} is not in the domain")
        found = {"entity": name, "value": raw.get(name), "role": role, "group": group}
        return {key: value for key, value in found.items() if value is not None or key == "value"}

    def _action(self, name: str) -> Event:
        return action(name)

    def _loop(self, name: Any) -> Event:
        if name is not None and name not in self.domain.forms and name != "action_two_stage_fallback":
            self.problem(f"form {name} is not in the domain")
        return {"event": "active_loop", "name": UNSET if name is None else str(name)}

    def _slot(self, item: Any) -> Event:
        name, value = next(iter(item.items())) if isinstance(item, dict) and item else (str(item), True)
        if name not in self.domain.slots:
            self.problem(f"slot {name} is not in the domain")
        return slot(str(name), UNSET if value is None else value)


def _flat(steps: Sequence[Sequence[Event]] | Sequence[Sequence[Sequence[Event]]]) -> list[Event]:
    """The events of steps that go one way each; a condition has no other."""
    flat: list[Event] = []
    for step in steps:
        for item in step:
            flat += [item] if isinstance(item, dict) else item
    return flat


def entity_labels(entities: Sequence[Mapping[str, Any]]) -> set[str]:
    """Each entity's name, and its name with its role and with its group."""
    labels: set[str] = set()
    for entity in entities:
        labels.add(entity["entity"])
        labels |= {f"{entity['entity']}{LABEL_SEPARATOR}{entity[k]}" for k in ("role", "group") if entity.get(k)}
    return labels
