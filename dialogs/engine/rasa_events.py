"""A conversation's events between our state and a Rasa tracker."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import takewhile
from typing import Any

from .contract import Entity, IntentScore, Message, Parse
from .domain import Domain
from .events import KNOWN, LISTEN, SESSION_METADATA_SLOT, Event, action, active_loop, intent_of, plain, rejected, slot
from .payloads import user_event
from .responses import Responses
from .tracker import Situation, Tracker
from .two_stage import TWO_STAGE

TURN = "petition_turn"
"""Key of a message's metadata: the turn it belongs to. Actions that see it report that they ran."""
RAN = "petition_ran"
"""Key of the custom message with which our action server reports an action."""
_KEPT = "petition_kept"
_PARTS = {
    "slot": ("name", "value"),
    "loop_interrupted": ("is_interrupted",),
    **dict.fromkeys(("action", "active_loop", "action_execution_rejected", "followup"), ("name",)),
}
_OTHERS = frozenset({"model_id", "assistant_id", "template", _KEPT})


def report(name: str) -> dict[str, Any]:
    """The custom message that reports that action ``name`` ran."""
    return {RAN: name}


# --- to Rasa ---------------------------------------------------------------------------------------------------


def for_rasa(tracker: Tracker) -> list[Event]:
    """The events that put a Rasa tracker where ``tracker`` stands; each is marked as kept."""
    events = [*_leading_to(tracker.base, tracker), *tracker.applied, *_heard(tracker)]
    return [_marked(event) for event in events if event["event"] in KNOWN]


def _leading_to(base: Situation | None, tracker: Tracker) -> Iterator[Event]:
    """What older turns were folded into."""
    if base is None:
        return
    yield from (slot(n, v) for n, v in base.slots.items() if v != tracker.initial[n] or tracker.initial[n] is not None)
    if base.latest_message:
        yield from (action(LISTEN), base.latest_message)
    if base.loop:
        yield active_loop(base.loop.name)
        if base.loop.rejected:
            yield rejected(base.loop.name)
    if base.paused:
        yield plain("pause")


def _heard(tracker: Tracker) -> Iterator[Event]:
    """The two-stage fallback counts messages that are no longer among the applied events: said, and taken back."""
    if tracker.loop_name != TWO_STAGE:
        return
    for intent in tracker.heard:
        if intent is not False:
            parse = {"intent": {"name": intent, "confidence": 1.0}, "entities": []}
            yield from (action(LISTEN), {"event": "user", "text": "", "parse_data": parse}, plain("rewind"))


def _marked(event: Event) -> Event:
    metadata = {**(event.get("metadata") or {}), _KEPT: True}
    if event["event"] != "user":
        return {**event, "metadata": metadata}
    parse = event["parse_data"]
    # Rasa refuses an intent whose name is null; left out, it means the same.
    intent = {key: value for key, value in parse["intent"].items() if value is not None}
    understood = {"intent": intent, "entities": parse["entities"], "text": event["text"]}
    kept = {key: value for key, value in event.items() if key != "parse_data"}
    return {**kept, "metadata": {_KEPT: True}, "parse_data": understood}


# --- from Rasa -------------------------------------------------------------------------------------------------


def after_kept(tracker: Mapping[str, Any]) -> list[Event]:
    """What is new in a tracker that was set before."""
    backwards = takewhile(lambda e: _KEPT not in (e.get("metadata") or {}), reversed(tracker.get("events") or ()))
    return list(backwards)[::-1]


def unanswered(events: Sequence[Event], domain: Domain) -> str | None:
    """The action that Rasa could not run: where its action server fails, it goes on as if the action did nothing."""
    for number, event in enumerate(events):
        if event["event"] != "action":
            continue
        name, after = event["name"], _until_next_action(events[number + 1 :])
        if name in domain.forms and not after:
            return str(name)
        if name in domain.actions and name not in domain.forms and not any(_reports(e) == name for e in after):
            return str(name)
    return None


def _until_next_action(events: Sequence[Event]) -> list[Event]:
    return list(takewhile(lambda event: event["event"] != "action", events))


def _reports(event: Event) -> str | None:
    custom = (event.get("data") or {}).get("custom") if event["event"] == "bot" else None
    return custom.get(RAN) if isinstance(custom, Mapping) else None


def from_rasa(
    events: Sequence[Event], message: Message, parse: Parse | None, responses: Responses, tracker: Tracker
) -> Iterator[Event]:
    """The events as the embedded engine would have written them.

    ``tracker`` must take each in before the next is asked for: what is said hangs on the slots of that moment.
    """
    for event in events:
        made = _ours(event, message, parse, responses, tracker)
        if made is not None:
            yield {**made, "timestamp": message.at.timestamp()}


def _ours(event: Event, message: Message, parse: Parse | None, responses: Responses, tracker: Tracker) -> Event | None:
    """The event in our words; None for what only Rasa needs."""
    kind = event["event"]
    if kind == "user":
        return _user(event, message, parse)
    if kind == "bot":
        return None if _reports(event) else _bot(event, responses, tracker)
    if kind == "slot" and event["name"] == SESSION_METADATA_SLOT:
        return slot(SESSION_METADATA_SLOT, dict(message.metadata)) if message.metadata else None
    if kind not in KNOWN:
        return None
    return {"event": kind, **{key: event.get(key) for key in _PARTS.get(kind, ())}}


def _user(event: Event, message: Message, parse: Parse | None) -> Event:
    """The message as we have it; what it means is Rasa's word where we have none of our own."""
    made = user_event(message, parse or _understood(event["parse_data"]))
    certain = event["parse_data"]["intent"].get("confidence")
    if parse is not None and certain == 1.0:
        made["parse_data"]["intent"]["confidence"] = 1.0  # said again by the two-stage fallback
    return made


def _understood(parse: Mapping[str, Any]) -> Parse:
    keys = ("entity", "value", "role", "group", "start", "end")
    ranking = [item for item in parse.get("intent_ranking") or () if item.get("name")]
    return Parse(
        intent=_full_intent(parse),
        confidence=float(parse["intent"].get("confidence") or 0.0),
        entities=tuple(
            Entity(**{k: e[k] for k in keys if k in e}, extractor=str(e.get("extractor") or ""))
            for e in parse.get("entities") or ()
        ),
        ranking=tuple(IntentScore(name=item["name"], confidence=float(item["confidence"])) for item in ranking),
        by="rasa",
    )


def _full_intent(parse: Mapping[str, Any]) -> str | None:
    base = intent_of({"parse_data": parse})
    chosen = (parse.get("response_selector") or {}).get(base or "", {}).get("response", {})
    return chosen.get("intent_response_key") or base


def _bot(event: Event, responses: Responses, tracker: Tracker) -> Event:
    """What the bot said; the variation for the person's own channel, which Rasa's REST channel cannot know."""
    data = {key: value for key, value in (event.get("data") or {}).items() if value}
    metadata = {key: value for key, value in (event.get("metadata") or {}).items() if key not in _OTHERS}
    name = metadata.get("utter_action")
    made = {"event": "bot", "text": event.get("text"), "data": data, "metadata": metadata}
    if not (name and responses.differs_by_channel(str(name), tracker.channel)):
        return made
    return responses.said_again(str(name), made, tracker) or made
