"""A conversation's state as plain JSON, kept small whatever is said.

Kept are the situation (slots, form, latest message) and the applied events. Beyond ``max_events`` of them whole
turns are folded, oldest first, into the situation they led to; the last run of the active form stays, so that
the form's runs go on being joined. What the bound costs: rewinds (``/back``) cannot reach behind it, actions see no
older events, and a session that starts anew carries each folded slot over once instead of once for each time it
was set.
Rules see nothing of this: the longest rule is shorter than what always stays.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .contract import State
from .domain import Domain
from .errors import BadState
from .events import Event
from .rules import RuleBook
from .tracker import Loop, Situation, Tracker
from .two_stage import TWO_STAGE

VERSION = 1
MAX_EVENTS = 60
# Where no session ends by itself, nothing but going back needs older events.
MAX_EVENTS_WITHOUT_END = 24
# The latest messages are never folded: going back takes one of them back, the two-stage fallback up to three.
KEPT_MESSAGES = 2
KEPT_FOR_TWO_STAGES = 4
# Where what must stay is longer by this much (a form with very many answers), it is cut in any place.
HARD_EXTRA = 120


def load(state: State | None, domain: Domain, loops: frozenset[str]) -> Tracker:
    """The tracker of a kept state. Slots that the domain no longer has are dropped; a lost form ends its session.

    Raises:
        BadState: it is no state of this engine.
    """
    initial = domain.initial
    tracker = Tracker(domain=domain, initial=initial, loops=loops, base=None, now=Situation(dict(initial)))
    if state is None:
        return tracker
    try:
        _fill(tracker, state)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise BadState(f"{type(error).__name__}: {error}") from error
    return tracker


def _fill(tracker: Tracker, state: State) -> None:
    if state["version"] != VERSION:
        raise BadState(f"version {state['version']!r}")
    tracker.applied = list(state["events"])
    latest = state["now"]["latest_message"]
    now = {**state["now"], "slots": state["slots"]}
    if isinstance(latest, int):
        now["latest_message"] = tracker.applied[latest]
    tracker.now = _situation(now, tracker)
    tracker.base = None if state["base"] is None else _situation(state["base"], tracker)
    _begin_anew_without_the_form(tracker)
    tracker.before_turn = list(tracker.applied)
    tracker.heard = list(state["heard"])
    tracker.acted = int(state["acted"])


def _begin_anew_without_the_form(tracker: Tracker) -> None:
    """A form of this conversation is no more: its history would mislead. The slots go into a new session."""
    names = {event["name"] for event in tracker.applied if event["event"] == "active_loop"}
    if names <= {None, *tracker.loops}:
        return
    tracker.base = Situation(dict(tracker.now.slots))
    tracker.applied = []


def _situation(kept: Mapping[str, Any], tracker: Tracker) -> Situation:
    slots = {name: value for name, value in kept["slots"].items() if name in tracker.initial}
    loop = Loop(**kept["loop"]) if kept["loop"] else None
    return Situation(
        slots={**tracker.initial, **slots},
        loop=loop if loop and loop.name in tracker.loops else None,
        paused=bool(kept["paused"]),
        followup=kept["followup"],
        latest_action=kept["latest_action"],
        latest_message=kept["latest_message"],
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """How much of a conversation is kept: ``events``, but never less than ``messages`` and ``actions``, the latest."""

    events: int
    messages: int
    actions: int

    @classmethod
    def of(cls, domain: Domain, rules: RuleBook, events: int | None = None) -> "Bound":
        """``events``: as many as the domain needs where not given."""
        own = MAX_EVENTS if domain.session_expires else MAX_EVENTS_WITHOUT_END
        messages = KEPT_FOR_TWO_STAGES if rules.call_for(TWO_STAGE) else KEPT_MESSAGES
        return cls(events=own if events is None else events, messages=messages, actions=rules.longest)


def dump(tracker: Tracker, bound: Bound) -> dict[str, Any]:
    """The state to keep; the tracker's events are cut to the bound."""
    if tracker.domain.session_expires is None:
        tracker.applied = _without_idle_slots(tracker)
    _cut_to(bound, tracker)
    events = _compact(tracker)
    now = tracker.now.as_json(tracker.initial)
    latest = tracker.now.latest_message
    if latest:
        now["latest_message"] = next((i for i, event in enumerate(events) if event is latest), latest)
    base = tracker.base.as_json(tracker.initial) if tracker.base else None
    if base and base["latest_message"]:
        base["latest_message"] = _remembered(base["latest_message"])
    return {
        "version": VERSION,
        "slots": now.pop("slots"),
        "active_loop": tracker.loop_name,
        "now": now,
        "base": base,
        "events": events,
        "heard": tracker.heard,
        "acted": tracker.acted,
    }


def _without_idle_slots(tracker: Tracker) -> list[Event]:
    """The applied events without the slot values that changed nothing, or were changed again at once.

    Going back removes whole stretches between actions and messages, so neither is missed. A new session would
    repeat each; where none begins, nobody reads them again.
    """
    values, specs = tracker.start().slots, tracker.domain.slots
    kept: list[Event | None] = []
    just_set: dict[str, int] = {}
    for event in tracker.applied:
        kind = event["event"]
        if kind == "slot" and (name := event["name"]) in values:
            value, old, spec = event["value"], values[name], specs[name]
            value = spec.kept(value) if spec.type == "list" else value
            if value is old or (type(value) is type(old) and value == old):  # ``same``, asked of every slot ever set
                continue
            if name in just_set:
                kept[just_set[name]] = None
            values[name], just_set[name] = value, len(kept)
        elif kind in {"action", "user"}:
            just_set.clear()
        elif kind == "reset_slots":
            values = dict(tracker.initial)
            just_set.clear()
        kept.append(event)
    return [event for event in kept if event is not None]


def _compact(tracker: Tracker) -> list[Event]:
    """The applied events without what nobody reads again: what the bot said in earlier turns, details of messages."""
    fresh = {id(event) for event in tracker.turn}
    latest = tracker.now.latest_message
    return [
        event if event is latest or not (id(event) in fresh or "message_id" in event) else _remembered(event)
        for event in tracker.applied
        if event["event"] != "bot" or id(event) in fresh
    ]


def _remembered(event: Event) -> Event:
    """An event as it is kept: of a message its text and what it was taken for."""
    if event["event"] == "bot":
        # The values that went into a text stand in the text.
        said = {"utter_action": event["metadata"].get("utter_action")}
        return {"event": "bot", "text": event["text"], "data": event["data"], "metadata": said}
    if event["event"] != "user":
        return {key: value for key, value in event.items() if key != "timestamp"}
    parse = event["parse_data"]
    understood = {"intent": parse["intent"], "entities": parse["entities"], "intent_ranking": []}
    kept = {key: event[key] for key in ("event", "text", "input_channel", "timestamp")}
    return {**kept, "parse_data": understood}


def _cut_to(bound: Bound, tracker: Tracker) -> None:
    if len(tracker.applied) > bound.events:
        tracker.applied = [e for e in tracker.applied if e["event"] != "bot"]
    if len(tracker.applied) > bound.events and (count := _to_fold(tracker, bound)):
        tracker.rebase(count)
    if len(tracker.applied) > bound.events + HARD_EXTRA:
        tracker.rebase(len(tracker.applied) - bound.events - HARD_EXTRA)


def _to_fold(tracker: Tracker, bound: Bound) -> int:
    """How many events may go: up to the start of a turn, before the active form's last run, rules left whole."""
    applied, best = tracker.applied, 0
    for i in range(1, min(_first_that_stays(tracker, bound), len(applied) - 2) + 1):
        if applied[i]["event"] == "action" and applied[i + 1]["event"] == "user":
            best = i
            if len(applied) - i <= bound.events // 2:
                break
    return best


def _first_that_stays(tracker: Tracker, bound: Bound) -> int:
    """Where the latest messages, the actions that rules look back on and the active form's last run begin."""
    loop, first = tracker.loop_name, 0
    actions, messages, runs = bound.actions, bound.messages, int(loop is not None)
    for i in range(len(tracker.applied) - 1, -1, -1):
        event = tracker.applied[i]
        kind = event["event"]
        if kind == "user" and messages:
            first, messages = i, messages - 1
        elif kind == "action":
            if actions:
                first, actions = i, actions - 1
            if runs and event["name"] == loop:
                first, runs = i, 0
        if not (actions or messages or runs):
            break
    return first
