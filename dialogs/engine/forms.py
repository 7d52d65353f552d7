"""A form's run: activate, take in and validate what was said, ask for the next slot, end."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rasa_sdk.interfaces import ActionExecutionRejection

from .domain import Form
from .events import LISTEN, REQUESTED_SLOT, Event, action, active_loop, is_slot, slot, slot_names
from .slots import extract_slots
from .tracker import Tracker

Perform = Callable[[str, Tracker], Awaitable[list[Event]]]
TryAction = Callable[[str, Tracker], Awaitable[list[Event] | None]]


@dataclass(frozen=True, slots=True)
class FormRun:
    """One run of a form. ``perform`` runs any action, ``attempt`` one that may fail; ``known`` tells which exist."""

    form: Form
    perform: Perform
    attempt: TryAction
    known: Callable[[str], bool]

    async def run(self, tracker: Tracker) -> list[Event]:
        """The events of this run.

        Raises:
            ActionExecutionRejection: a slot was asked for and the message says nothing of any.
        """
        events: list[Event] = []
        if tracker.loop_name != self.form.name:
            events = await self._activate(tracker)
        if not _is_done(events):
            events += await self._go_on(tracker, events)
        if _is_done(events):
            events.append(active_loop(None))
        return events

    async def _activate(self, tracker: Tracker) -> list[Event]:
        started = active_loop(self.form.name)
        inside = tracker.fork([started])
        found = await extract_slots(inside, self.attempt)
        inside.update_all(found)
        filled = {name: inside.slot(name) for name in self.form.required_slots if inside.slot(name) is not None}
        validated = await self._validate(filled, inside)
        done = slot_names(validated)
        return [started, *validated, *(e for e in found if e["event"] == "slot" and e["name"] not in done)]

    async def _go_on(self, tracker: Tracker, before: Sequence[Event]) -> list[Event]:
        events = await self._take_in(tracker, before)
        if any(event["event"] == "action_execution_rejected" for event in events):
            return events
        return events + await self._ask(tracker, [*before, *events])

    async def _take_in(self, tracker: Tracker, before: Sequence[Event]) -> list[Event]:
        """Validate what the message filled; after an interruption there is nothing to.

        Where activation brought something it is validated already; where it brought nothing, it is validated once
        more, as Rasa does.
        """
        if any(event["event"] != "active_loop" for event in before):
            return []
        loop = tracker.now.loop
        if loop and (tracker.now.latest_action != LISTEN or loop.interrupted):
            return await self._validate({}, tracker)
        candidates = self._candidates(tracker)
        events = await self._validate(candidates, tracker)
        self._reject_if_off_topic(tracker, candidates, events)
        return events

    def _reject_if_off_topic(self, tracker: Tracker, candidates: Mapping[str, Any], events: Sequence[Event]) -> None:
        declined = any(event["event"] == "action_execution_rejected" for event in events)
        filled = bool(candidates) or bool(slot_names(events) - {REQUESTED_SLOT})
        if self._requested(tracker) and not filled and not declined:
            raise ActionExecutionRejection(self.form.name)

    def _requested(self, tracker: Tracker) -> str | None:
        """The slot this form asked for; what another form asked for does not count."""
        return tracker.slot(REQUESTED_SLOT) if tracker.loop_name == self.form.name else None

    def _candidates(self, tracker: Tracker) -> dict[str, Any]:
        wanted = {*self.form.required_slots, self._requested(tracker)}
        return {e["name"]: e["value"] for e in tracker.slots_since_message() if e["name"] in wanted}

    async def _validate(self, candidates: Mapping[str, Any], tracker: Tracker) -> list[Event]:
        """What ``validate_<form>`` makes of the candidates, which are set already; without it, they are valid."""
        name = f"validate_{self.form.name}"
        if not self.known(name):
            return []
        events = [slot(key, value) for key, value in candidates.items()]
        return await self.perform(name, self._as_seen_inside(tracker, events))

    def _as_seen_inside(self, tracker: Tracker, events: Sequence[Event]) -> Tracker:
        """The tracker as actions of the form see it: the form's own requested slot, then the form, then ``events``."""
        return tracker.fork([slot(REQUESTED_SLOT, self._requested(tracker)), action(self.form.name), *events])

    async def _ask(self, tracker: Tracker, so_far: Sequence[Event]) -> list[Event]:
        if _is_done(so_far):
            return [slot(REQUESTED_SLOT, None)]
        inside = self._as_seen_inside(tracker, so_far)
        chosen = next((e["value"] for e in so_far if is_slot(e, REQUESTED_SLOT)), None)
        requested = chosen or next((s for s in self.form.required_slots if inside.slot(s) is None), None)
        if requested is None:
            return [slot(REQUESTED_SLOT, None)]
        events = [] if chosen else [slot(REQUESTED_SLOT, requested)]
        name = self._asking(str(requested))
        return events + (await self.perform(name, inside) if name else [])

    def _asking(self, requested: str) -> str | None:
        return next((name for name in asking_names(self.form.name, requested) if self.known(name)), None)


def asking_names(form: str, requested: str) -> tuple[str, ...]:
    """The actions that may ask for a slot, the first that exists does."""
    return (
        f"action_ask_{form}_{requested}",
        f"utter_ask_{form}_{requested}",
        f"action_ask_{requested}",
        f"utter_ask_{requested}",
    )


def _is_done(events: Sequence[Event]) -> bool:
    """Whether the last word is that nothing more is requested, or that the loop is over."""
    requested: Event | None = None
    loop: Event | None = None
    for event in events:
        kind = event["event"]
        if kind == "action_execution_rejected":
            return False
        if kind == "active_loop":
            loop = event
        elif kind == "slot" and event["name"] == REQUESTED_SLOT:
            requested = event
    return bool((requested and requested["value"] is None) or (loop and loop["name"] is None))
