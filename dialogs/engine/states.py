"""What rules see of a conversation: one state for each action, just before it.

A state has Rasa's form: ``{"user": {"intent", "entities"}, "slots", "prev_action": {"action_name"},
"active_loop": {"name"}}``, with empty parts left out.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from .domain import Domain
from .events import Event, intent_of
from .rule_files import UNSET, entity_labels
from .tracker import Loop, Situation, Tracker, apply

StateView = dict[str, dict[str, Any]]


@dataclass(slots=True)
class Walk:
    """Goes through events and shows the state at any point."""

    domain: Domain
    now: Situation

    def step(self, event: Event) -> None:
        apply(self.now, event, self.domain.slots)

    def view(self, only: frozenset[str] | None = None) -> StateView:
        """The state; of the slots, only those named in ``only``, where it is given."""
        parts = {
            "user": user_view(self.now.latest_message, self.domain),
            "slots": self._slots(only),
            "prev_action": {"action_name": self.now.latest_action} if self.now.latest_action else {},
            "active_loop": loop_view(self.now.loop),
        }
        return {name: part for name, part in parts.items() if part}

    def _slots(self, only: frozenset[str] | None) -> dict[str, Any]:
        seen: dict[str, Any] = {}
        for spec in self.domain.influences:
            if only is not None and spec.name not in only:
                continue
            value = self.now.slots.get(spec.name)
            feature = UNSET if value == UNSET else spec.feature(value)
            if feature is not None:
                seen[spec.name] = feature
        return seen


def user_view(message: Event | None, domain: Domain) -> dict[str, Any]:
    if message is None:
        return {}
    intent = intent_of(message)
    labels = domain.wanted_entities(intent, entity_labels(message["parse_data"]["entities"]))
    view: dict[str, Any] = {"intent": intent} if intent else {}
    if labels:
        view["entities"] = sorted(labels)
    return view


def loop_view(loop: Loop | None) -> dict[str, Any]:
    return {"name": loop.name} if loop else {}


def last_states(tracker: Tracker, count: int) -> list[StateView]:
    """The last ``count`` states, oldest first; fewer where the conversation is shorter."""
    walk = Walk(tracker.domain, tracker.start())
    # Most events are slots, and where rules see none of them nothing is to be learned from one.
    events = [event for event in tracker.applied if event["event"] != "slot" or walk.domain.influences]
    skip = 1 + len([event for event in events if event["event"] == "action"]) - count
    states: list[StateView] = []
    for event in events:
        if event["event"] == "action":
            skip -= 1
            if skip < 0:
                states.append(walk.view())
        walk.step(event)
    return [*states, walk.view()]


def script_states(events: Sequence[Event], domain: Domain) -> list[tuple[list[StateView], str]]:
    """For each action of a rule, the states that lead to it (all, and of the slots those the rule sets)."""
    walk = Walk(domain, Situation(dict.fromkeys(domain.slots)))
    states: list[StateView] = []
    steps: list[tuple[list[StateView], str]] = []
    touched: set[str] = set()
    for event in events:
        if event["event"] == "action":
            states.append(walk.view(frozenset(touched)))
            steps.append((list(states), event["name"]))
        elif event["event"] == "slot":
            touched.add(event["name"])
        walk.step(event)
    return steps
