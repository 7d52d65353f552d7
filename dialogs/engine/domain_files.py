"""The domain of a bot read from its files, merged and checked."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from .domain import DEFAULT_INTENTS, EXTENSIONS, LABEL_SEPARATOR, VARIANT_KEYS, Domain, Form
from .events import REQUESTED_SLOT, SESSION_METADATA_SLOT
from .files import Findings, Part
from .slot_specs import MAPPING_TYPES, SLOT_TYPES, Condition, SlotMapping, SlotSpec

_SLOT_KEYS = frozenset(
    {"type", "influence_conversation", "initial_value", "mappings", "values", "min_value", "max_value"}
)
_FORM_KEYS = frozenset({"required_slots", "ignored_intents"})
_INTENT_KEYS = frozenset({"use_entities", "ignore_entities"})


@dataclass(slots=True)
class _Gathering:
    """The parts of all files, merged; a name defined twice is a problem."""

    findings: Findings
    origin: dict[tuple[str, str], str] = field(default_factory=dict)
    merged: dict[str, dict[str, Any]] = field(default_factory=dict)
    session: dict[str, Any] = field(default_factory=dict)

    def add(self, part: Part, entries: Mapping[str, Any]) -> None:
        for name, value in entries.items():
            first = self.origin.setdefault((part.key, name), part.file)
            section = self.merged.setdefault(part.key, {})
            if name in section and part.key not in {"actions", "entities", "intents"}:
                self.findings.problem(part.file, f"{part.key}: {name} is defined before, in {first}")
            section.setdefault(name, value)

    def where(self, key: str, name: str) -> str:
        return f"{self.origin.get((key, name), 'domain')}, {key}: {name}"

    def named(self, key: str) -> dict[str, Any]:
        return self.merged.get(key, {})


def build_domain(parts: Sequence[Part], findings: Findings) -> Domain:
    """Merge and check the domain keys of ``parts``; what is wrong goes to ``findings``."""
    gathering = _Gathering(findings)
    for part in parts:
        _gather(part, gathering)
    labels = _entity_labels(gathering)
    responses = _responses(gathering)
    domain = Domain(
        intents=_intents(gathering, labels),
        entities=frozenset(gathering.named("entities")),
        slots=_slots(gathering),
        forms=_forms(gathering),
        actions=frozenset(gathering.named("actions")),
        responses=responses,
        session_expires=_expiry(gathering),
        carry_over_slots=bool(gathering.session.get("carry_over_slots_to_new_session", True)),
        raw=_raw(gathering),
    )
    _check_names(domain, gathering)
    return domain


def _gather(part: Part, gathering: _Gathering) -> None:
    findings, where = gathering.findings, f"{part.file}, {part.key}"
    if part.key in {"intents", "entities", "actions"}:
        for item in findings.items(part.value, where):
            named = findings.mapping(item, where) if isinstance(item, dict | list) else {str(item): {}}
            gathering.add(part, named)
    elif part.key in {"slots", "forms", "responses"}:
        gathering.add(part, findings.mapping(part.value, where))
    elif part.key == EXTENSIONS:
        for key, value in findings.mapping(part.value, where).items():
            if key != "forms":
                findings.problem(where, f"unknown key {key}; only forms is known")
                continue
            gathering.add(part, findings.mapping(value, where))
    elif part.key == "session_config":
        gathering.session |= findings.mapping(part.value, where)


def _entity_labels(gathering: _Gathering) -> dict[str, set[str]]:
    """For each entity that rules may see, its labels: the name, and the name with each role and group."""
    labels: dict[str, set[str]] = {}
    for name, raw in gathering.named("entities").items():
        config = gathering.findings.mapping(raw or {}, gathering.where("entities", name))
        if config.get("influence_conversation", True):
            words, where = gathering.findings.words, gathering.where("entities", name)
            parts = (*words(config.get("roles"), where), *words(config.get("groups"), where))
            labels[name] = {name, *(f"{name}{LABEL_SEPARATOR}{part}" for part in parts)}
    return labels


def _intents(gathering: _Gathering, labels: Mapping[str, set[str]]) -> dict[str, frozenset[str] | None]:
    intents: dict[str, frozenset[str] | None] = {}
    for name, raw in gathering.named("intents").items():
        where = gathering.where("intents", name)
        config = gathering.findings.mapping(raw or {}, where)
        _check_keys(config, _INTENT_KEYS, where, gathering.findings)
        use, ignore = config.get("use_entities", True), gathering.findings.words(config.get("ignore_entities"), where)
        named = () if isinstance(use, bool) else gathering.findings.words(use, where)
        for entity in {*named, *ignore} - gathering.named("entities").keys():
            gathering.findings.problem(where, f"entity {entity} is not in the domain")
        used = labels.keys() if use is True else named
        intents[name] = frozenset[str]().union(*(labels.get(e, ()) for e in used if e not in ignore))
    every = frozenset[str]().union(*labels.values())
    return {**dict.fromkeys(DEFAULT_INTENTS, every), **intents}


def _slots(gathering: _Gathering) -> dict[str, SlotSpec]:
    slots = {
        name: _slot(name, gathering.findings.mapping(raw, gathering.where("slots", name)), gathering)
        for name, raw in gathering.named("slots").items()
    }
    for name in (REQUESTED_SLOT, SESSION_METADATA_SLOT):
        slots.setdefault(name, SlotSpec(name=name, type="any"))
    return slots


def _slot(name: str, raw: Mapping[str, Any], gathering: _Gathering) -> SlotSpec:
    findings, where = gathering.findings, gathering.where("slots", name)
    kind = str(raw.get("type"))
    _check_keys(raw, _SLOT_KEYS, where, findings)
    if kind not in SLOT_TYPES:
        findings.problem(where, f"type {kind} is unknown; one of {', '.join(sorted(SLOT_TYPES))}")
        kind = "any"
    low, high = findings.number(raw.get("min_value", 0.0), where), findings.number(raw.get("max_value", 1.0), where)
    if kind == "float" and low >= high:
        findings.problem(where, "min_value must be below max_value")
    if kind == "any" and raw.get("influence_conversation"):
        findings.problem(where, "a slot of type any cannot influence the conversation")
    if "mappings" not in raw:
        findings.problem(where, "mappings are missing; `mappings: [{type: custom}]` where actions alone set it")
    return SlotSpec(
        name=name,
        type=kind,
        influences=bool(raw.get("influence_conversation", kind != "any")),
        initial=raw.get("initial_value"),
        values=tuple(value.lower() for value in findings.words(raw.get("values"), where)),
        low=low,
        high=high,
        mappings=tuple(_mapping(m, where, gathering) for m in findings.items(raw.get("mappings"), where)),
    )


def _check_keys(raw: Mapping[str, Any], known: frozenset[str], where: str, findings: Findings) -> None:
    for key in raw.keys() - known:
        findings.problem(where, f"unknown key {key}")


def _mapping(raw: Any, where: str, gathering: _Gathering) -> SlotMapping:
    findings, written = gathering.findings, gathering.findings.mapping(raw, where)
    mapping = SlotMapping(
        type=str(written.get("type")),
        intents=findings.words(written.get("intent"), where),
        not_intents=findings.words(written.get("not_intent"), where),
        conditions=tuple(_condition(c, where, findings) for c in findings.items(written.get("conditions"), where)),
        entity=findings.word(written.get("entity"), where),
        role=findings.word(written.get("role"), where),
        group=findings.word(written.get("group"), where),
        value=written.get("value"),
        action=findings.word(written.get("action"), where),
        key=json.dumps(written, sort_keys=True, default=str),
    )
    _check_mapping(mapping, where, gathering)
    return mapping


def _condition(raw: Any, where: str, findings: Findings) -> Condition:
    written = findings.mapping(raw, where)
    return Condition(
        loop=findings.word(written.get("active_loop"), where),
        requested=findings.word(written.get("requested_slot"), where),
    )


def _check_mapping(mapping: SlotMapping, where: str, gathering: _Gathering) -> None:
    findings = gathering.findings
    if mapping.type not in MAPPING_TYPES:
        findings.problem(where, f"mapping type {mapping.type}; one of {', '.join(sorted(MAPPING_TYPES))}")
    if mapping.type == "from_entity" and mapping.entity not in gathering.named("entities"):
        findings.problem(where, f"entity {mapping.entity} is not in the domain")
    if mapping.type in {"from_intent", "from_trigger_intent"} and mapping.value is None:
        findings.problem(where, f"a {mapping.type} mapping needs a value")
    known = {*gathering.named("intents"), *DEFAULT_INTENTS}
    for intent in {*mapping.intents, *mapping.not_intents} - known:
        findings.problem(where, f"intent {intent} is not in the domain")
    for condition in mapping.conditions:
        if condition.loop is not None and condition.loop not in gathering.named("forms"):
            findings.problem(where, f"form {condition.loop} is not in the domain")


def _forms(gathering: _Gathering) -> dict[str, Form]:
    extensions = gathering.named(EXTENSIONS)
    for name in extensions.keys() - gathering.named("forms").keys():
        gathering.findings.problem(gathering.where(EXTENSIONS, name), "there is no such form")
    return {
        name: _form(
            name,
            gathering.findings.mapping(raw, gathering.where("forms", name)),
            gathering.findings.mapping(extensions.get(name), gathering.where(EXTENSIONS, name)),
            gathering,
        )
        for name, raw in gathering.named("forms").items()
    }


def _form(name: str, raw: Mapping[str, Any], ours: Mapping[str, Any], gathering: _Gathering) -> Form:
    findings, where = gathering.findings, gathering.where("forms", name)
    our_where = gathering.where(EXTENSIONS, name)
    if "required_slots" not in raw:
        findings.problem(where, "required_slots is missing; `required_slots: []` where nothing is asked")
    _check_keys(raw, _FORM_KEYS, where, findings)
    for key in ours.keys() - {"interrupts", "interrupt_confidence", "reask_action"}:
        findings.problem(our_where, f"unknown key {key}")
    return Form(
        name=name,
        required_slots=findings.words(raw.get("required_slots"), where),
        ignored_intents=findings.words(raw.get("ignored_intents"), where),
        interrupts=frozenset(findings.words(ours.get("interrupts"), our_where)),
        interrupt_confidence=findings.number(ours.get("interrupt_confidence", 0.0), our_where),
        reask_action=findings.word(ours.get("reask_action"), our_where),
    )


def _responses(gathering: _Gathering) -> dict[str, list[dict[str, Any]]]:
    findings = gathering.findings
    responses: dict[str, list[dict[str, Any]]] = {}
    for name, raw in gathering.named("responses").items():
        where = gathering.where("responses", name)
        if not name.startswith("utter_"):
            findings.problem(where, "the name of a response begins with utter_")
        variants = [findings.mapping(v, where) for v in findings.items(raw, where)]
        if not variants:
            findings.problem(where, "has no text")
        for unknown in {key for variant in variants for key in variant} - VARIANT_KEYS:
            findings.problem(where, f"unknown key {unknown}")
        responses[name] = variants
    return responses


def _expiry(gathering: _Gathering) -> timedelta | None:
    minutes = gathering.findings.number(gathering.session.get("session_expiration_time", 60), "session_config")
    return timedelta(minutes=minutes) if minutes > 0 else None


def _raw(gathering: _Gathering) -> dict[str, Any]:
    merged = gathering.merged
    return {
        "version": "3.1",
        "intents": list(gathering.named("intents")),
        "entities": list(gathering.named("entities")),
        "actions": list(gathering.named("actions")),
        **{key: merged.get(key, {}) for key in ("slots", "forms", "responses")},
        "session_config": gathering.session,
    }


def _check_names(domain: Domain, gathering: _Gathering) -> None:
    problem = gathering.findings.problem
    for form in domain.forms.values():
        where = gathering.where("forms", form.name)
        for slot in form.required_slots:
            if slot not in domain.slots:
                problem(where, f"slot {slot} is not in the domain")
        for intent in {*form.ignored_intents, *form.interrupts} - domain.intents.keys():
            problem(where, f"intent {intent} is not in the domain")
    for name in domain.forms.keys() & domain.actions:
        problem(gathering.where("forms", name), "an action has the same name")
