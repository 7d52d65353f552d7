"""Which action comes next: default intents, the active form, the rules, and the fallback, in this order."""

from dataclasses import dataclass

from .domain import Form
from .events import LISTEN, NLU_FALLBACK, Event
from .rules import RuleBook
from .states import last_states
from .tracker import Tracker

FALLBACK = "action_default_fallback"
DEFAULT_ACTIONS = {"restart": "action_restart", "back": "action_back", "session_start": "action_session_start"}


@dataclass(frozen=True, slots=True)
class Prediction:
    """The next action, and events that are logged before it runs."""

    action: str
    events: tuple[Event, ...] = ()


def predict(tracker: Tracker, rules: RuleBook) -> Prediction:
    """The next action. An action that was just rejected is never called again at once: the fallback is."""
    found = _default_action(tracker) or _running_loop(tracker) or _ours(tracker, rules) or _by_rules(tracker, rules)
    if found.action == tracker.rejected_last():
        return Prediction(FALLBACK, found.events)
    return found


def _default_action(tracker: Tracker) -> Prediction | None:
    if tracker.now.latest_action != LISTEN or tracker.intent is None:
        return None
    name = DEFAULT_ACTIONS.get(tracker.intent)
    return Prediction(name) if name else None


def _running_loop(tracker: Tracker) -> Prediction | None:
    loop = tracker.loop_name
    if loop is None or tracker.loop_rejected:
        return None
    return Prediction(LISTEN if tracker.now.latest_action == loop else loop)


def _by_rules(tracker: Tracker, rules: RuleBook) -> Prediction:
    found = rules.find(last_states(tracker, rules.longest), tracker.loop_name)
    events = ({"event": "loop_interrupted", "is_interrupted": True},) if found.interrupted else ()
    return Prediction(found.action or FALLBACK, events)


def _ours(tracker: Tracker, rules: RuleBook) -> Prediction | None:
    """Our extension: a remark that no rule knows is answered by ``reask_action``, and the form asks again."""
    form = active_form(tracker)
    if form is None or form.reask_action is None or not tracker.loop_rejected:
        return None
    latest = tracker.now.latest_action
    if latest == form.reask_action:
        return Prediction(form.name)
    if latest == LISTEN and tracker.intent == NLU_FALLBACK:
        return Prediction(form.reask_action)
    found = _by_rules(tracker, rules)
    if found.action != FALLBACK:
        return found
    return Prediction(form.reask_action if latest == LISTEN else form.name)


def active_form(tracker: Tracker) -> Form | None:
    name = tracker.loop_name
    return tracker.domain.forms.get(name) if name else None


def interrupts(tracker: Tracker) -> bool:
    """Our extension: whether the latest message breaks into the active form and leaves its slots alone."""
    form, message = active_form(tracker), tracker.now.latest_message
    if form is None or message is None or tracker.intent not in form.interrupts:
        return False
    confidence = message["parse_data"]["intent"].get("confidence", 0.0)
    return bool(confidence >= form.interrupt_confidence)
