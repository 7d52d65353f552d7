"""What a message fills: the slot mappings of the domain, in its order."""

from collections.abc import Awaitable, Callable
from typing import Any

from .domain import Domain, Form
from .events import REQUESTED_SLOT, Event, slot, slot_names
from .prediction import active_form, interrupts
from .slot_specs import Condition, SlotMapping, SlotSpec
from .tracker import Tracker

VALIDATE_MAPPINGS = "action_validate_slot_mappings"

# Runs a custom action on a tracker and gives its events; None where it failed.
RunAction = Callable[[str, Tracker], Awaitable[list[Event] | None]]


async def extract_slots(tracker: Tracker, run: RunAction) -> list[Event]:
    """The ``slot`` events (and ``bot`` events of custom extraction) of the latest message; logs nothing itself."""
    found: list[Event] = []
    ran: set[str] = set()
    for spec in tracker.domain.fillable:
        if _left_alone(spec, tracker):
            continue
        found += await _extract(spec, tracker, run, ran)
    return await _validated(found, tracker, run)


async def _extract(spec: SlotSpec, tracker: Tracker, run: RunAction, ran: set[str]) -> list[Event]:
    events: list[Event] = []
    for mapping in spec.mappings:
        if not _applies(mapping, spec.name, tracker):
            continue
        values = values_for(mapping, tracker)
        if values:
            value = values if spec.type == "list" else values[-1]
            if value is not None or tracker.slot(spec.name) is not None:
                return [*events, slot(spec.name, value)]
        if mapping.type == "custom" and mapping.action and mapping.action not in ran:
            ran.add(mapping.action)
            events += _slots_and_words(await run(mapping.action, tracker))
    return events


def _slots_and_words(events: list[Event] | None) -> list[Event]:
    """Of what an extracting action returned: slot values, and what it said; it can do nothing else."""
    return [event for event in events or () if event["event"] in {"slot", "bot"}]


async def _validated(found: list[Event], tracker: Tracker, run: RunAction) -> list[Event]:
    if VALIDATE_MAPPINGS not in tracker.domain.actions:
        return found
    slots = [event for event in found if event["event"] == "slot"]
    changed = _slots_and_words(await run(VALIDATE_MAPPINGS, tracker.fork(slots)))
    done = slot_names(changed)
    said = [event for event in found if event["event"] == "bot"]
    return said + changed + [event for event in slots if event["name"] not in done]


def _left_alone(spec: SlotSpec, tracker: Tracker) -> bool:
    """Our extension: a message that interrupts the form fills none of the form's slots."""
    form = active_form(tracker)
    if form is None or not interrupts(tracker):
        return False
    return spec.name in form.required_slots or spec.name == tracker.slot(REQUESTED_SLOT)


def _applies(mapping: SlotMapping, name: str, tracker: Tracker) -> bool:
    return (
        _wants_intent(mapping, tracker)
        and _holds(mapping, name, tracker)
        and not _is_for_another_slot(mapping, name, tracker)
    )


def _wants_intent(mapping: SlotMapping, tracker: Tracker) -> bool:
    unwanted = (*mapping.not_intents, *_ignored(mapping, active_form(tracker)))
    if mapping.intents:
        return tracker.intent in mapping.intents
    return tracker.intent not in unwanted


def _ignored(mapping: SlotMapping, form: Form | None) -> tuple[str, ...]:
    """The form's ignored intents, for mappings that name the form or have no conditions."""
    if form is None:
        return ()
    if mapping.conditions and all(condition.loop != form.name for condition in mapping.conditions):
        return ()
    return form.ignored_intents


def _holds(mapping: SlotMapping, name: str, tracker: Tracker) -> bool:
    if not mapping.conditions or mapping.type == "from_trigger_intent":
        return True
    if tracker.loop_rejected and tracker.slot(REQUESTED_SLOT) == name:
        return False
    return any(_condition_holds(condition, tracker) for condition in mapping.conditions)


def _condition_holds(condition: Condition, tracker: Tracker) -> bool:
    if condition.loop != tracker.loop_name:
        return False
    return condition.requested is None or condition.requested == tracker.slot(REQUESTED_SLOT)


def _is_for_another_slot(mapping: SlotMapping, name: str, tracker: Tracker) -> bool:
    """An entity that would fill several slots of the form fills only the one that was asked for."""
    form = active_form(tracker)
    if mapping.type != "from_entity" or form is None or tracker.slot(REQUESTED_SLOT) == name:
        return False
    return name in form.required_slots and not _is_unique(mapping, form, tracker.domain)


def _is_unique(mapping: SlotMapping, form: Form, domain: Domain) -> bool:
    alike = [
        other
        for required in form.required_slots
        for other in domain.slots[required].mappings
        if other.type == "from_entity" and other.key == mapping.key
    ]
    return len(alike) == 1


def values_for(mapping: SlotMapping, tracker: Tracker) -> list[Any]:
    """The values a mapping finds in the latest message, in order; empty: it does not speak of the slot."""
    message = tracker.now.latest_message
    match mapping.type:
        case "from_entity":
            return [] if message is None else _entity_values(mapping, message)
        case "from_text":
            return [message["text"] if message else None]
        case "from_intent":
            return [mapping.value]
        case "from_trigger_intent" if _was_triggered(mapping, tracker):
            return [mapping.value]
    return []


def _entity_values(mapping: SlotMapping, message: Event) -> list[Any]:
    return [
        entity.get("value")
        for entity in message["parse_data"]["entities"]
        if entity["entity"] == mapping.entity
        and entity.get("role") == mapping.role
        and entity.get("group") == mapping.group
    ]


def _was_triggered(mapping: SlotMapping, tracker: Tracker) -> bool:
    loop = tracker.loop_name
    if loop is None:
        return False
    return not mapping.conditions or any(condition.loop == loop for condition in mapping.conditions)
