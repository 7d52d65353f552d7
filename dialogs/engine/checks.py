"""What can be seen wrong in rules before they run: contradictions, gaps, ties. As Rasa's own training checks."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import combinations

from .domain import Domain
from .events import LISTEN, Event
from .files import Findings
from .rule_files import SNIPPET, UNSET, Script
from .rules import Key, RuleBook
from .states import StateView, script_states


def find_problems_of_rules(scripts: Sequence[Script], rules: RuleBook, domain: Domain, findings: Findings) -> None:
    """Tell ``findings`` of rules that contradict one another, are incomplete, or tie."""
    contradictions = [pair for pair in rules.ambiguous if any(pair[0].states)]
    for first, second in contradictions:
        findings.problem(
            second.source.where,
            f"calls for {_named(second.action)} where {first.source.where} calls for {_named(first.action)}",
        )
    ambiguous = {id(key.source) for pair in contradictions for key in pair}
    for script in scripts:
        if id(script) not in ambiguous:
            _check_against_others(script, rules, domain, findings)
    _check_completeness(scripts, domain, findings)
    _check_ties(rules, findings)


def _named(action: str) -> str:
    return {LISTEN: "waiting for the person", SNIPPET: "anything (wait_for_user_input: false)"}.get(action, action)


def _check_against_others(script: Script, rules: RuleBook, domain: Domain, findings: Findings) -> None:
    """Play the rule: at each of its steps the rules together must call for what it says."""
    for states, expected in script_states(script.events, domain):
        if _is_open(states) or expected == SNIPPET:
            continue
        loop = _loop(states[-1])
        found = rules.find(states, loop)
        key = found.key
        if key is None or found.action in {expected, None} or loop in {expected, found.action}:
            continue
        if key.source is not script:
            findings.problem(
                script.where,
                f"never comes to {_named(expected)}: {key.source.where} calls for {_named(key.action)} there",
            )


def _is_open(states: Sequence[StateView]) -> bool:
    """Whether the step is the rule's first: anything may come before it, so it is not predicted."""
    before = states[-1].get("prev_action", {}).get("action_name")
    return before in {None, SNIPPET}


def _loop(state: StateView) -> str | None:
    name = state.get("active_loop", {}).get("name")
    return None if name == UNSET else name


@dataclass(slots=True)
class _Leaves:
    """What an action leaves behind in some rule: the slots it sets, the forms it starts or ends."""

    slots: set[str] = field(default_factory=set)
    loops: set[str] = field(default_factory=set)


def _after_actions(events: Sequence[Event]) -> Iterator[tuple[str, list[Event]]]:
    """Each action of a rule with the events between it and the next action or message."""
    name: str | None = None
    after: list[Event] = []
    for event in (*events, {"event": "action", "name": SNIPPET}):
        if event["event"] in {"action", "user"}:
            if name:
                yield name, after
            name, after = (event["name"] if event["event"] == "action" else None), []
        else:
            after.append(event)


def _check_completeness(scripts: Sequence[Script], domain: Domain, findings: Findings) -> None:
    """An action that sets a slot or a form in one rule must do so in every rule that goes on after it."""
    leaves: dict[str, _Leaves] = {}
    for script in scripts:
        for name, after in _after_actions(script.events):
            left = leaves.setdefault(name, _Leaves())
            left.slots |= {e["name"] for e in after if e["event"] == "slot" and domain.slots[e["name"]].influences}
            left.loops |= {e["name"] for e in after if e["event"] == "active_loop"}
    for script in scripts:
        for states, following in script_states(script.events, domain):
            before = states[-1].get("prev_action", {}).get("action_name")
            if before in leaves and SNIPPET not in {before, following}:
                problems = _missing_after(str(before), states[-1], leaves[str(before)], domain)
                findings.problems.extend(f"{script.where}: {problem}" for problem in problems)


def _missing_after(name: str, state: StateView, left: _Leaves, domain: Domain) -> Iterator[str]:
    from_start = {s for s, spec in domain.slots.items() if spec.influences and spec.feature(spec.initial)}
    for slot in sorted(left.slots - state.get("slots", {}).keys() - from_start):
        yield f"{name} sets slot {slot} in other rules; add `- slot_was_set: [{{{slot}: …}}]` after it"
    if left.loops and state.get("active_loop", {}).get("name") not in left.loops:
        known = ", ".join(sorted("null" if loop == UNSET else loop for loop in left.loops))
        yield f"{name} sets active_loop ({known}) in other rules; add `- active_loop: …` after it"


def _check_ties(rules: RuleBook, findings: Findings) -> None:
    """Two keys of one length that may both fit: Rasa takes either, from one start to the next."""
    by_length: dict[int, list[Key]] = {}
    for key in rules.keys:
        by_length.setdefault(len(key.text), []).append(key)
    for keys in by_length.values():
        for one, other in combinations(keys, 2):
            if one.action != other.action and _compatible(one, other):
                findings.warn(
                    other.source.where,
                    f"fits as well as {one.source.where} at times, but calls for {_named(other.action)}, "
                    f"not {_named(one.action)}",
                )


def _compatible(one: Key, other: Key) -> bool:
    pairs = zip(reversed(one.states), reversed(other.states), strict=False)
    return all(
        mine == theirs[part][name]
        for my_state, theirs in pairs
        for part, names in my_state.items()
        for name, mine in names.items()
        if name in theirs.get(part, {})
    )
