"""What is kept of a conversation between its turns, beside the engine's own state: plain JSON."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from dialogs.engine.contract import State
from dialogs.outcome import Effect, FileCase

VERSION = 1
_OF_A_PERSON = frozenset({"known_name", "known_phone", "known_place"})
FRESH: Mapping[str, Any] = {
    "version": VERSION,
    "engine": None,
    "options": [],
    "traditional": False,
    "written": [],
    "names": [],
    "at": "",
    "said": {},
    "alarm": "",
    "danger": "",
    "scan": {},
    "more": {},
}


def readable(state: Mapping[str, Any] | None) -> dict[str, Any]:
    """The kept state, or a fresh one where there is none or it is of another make."""
    if state and state.get("version") == VERSION:
        return {**FRESH, **state}
    return dict(FRESH)


def unfinished(state: State) -> bool:
    """Whether what was said may still be filed: a form is open, or words are held for one."""
    slots = state.get("slots") or {}
    return bool(state.get("active_loop") or slots.get("held") or slots.get("dropped"))


def without_person(state: Mapping[str, Any], *, until: datetime) -> dict[str, Any]:
    """What is kept where something is being told still, without who they were ``until`` then; else nothing."""
    kept = readable(state)
    engine = kept["engine"] or {}
    if not unfinished(engine):
        return {}
    return {**kept, "engine": _since(engine, until.timestamp()), "names": []}


def _since(engine: State, until: float) -> dict[str, Any]:
    """The engine's state with the events since then alone; the situation stays, but for who somebody was."""
    events = [
        {**event, "value": None} if event["event"] == "slot" and event["name"] in _OF_A_PERSON else event
        for event in engine["events"]
    ]
    after = (at for at, event in enumerate(events) if event["event"] == "user" and event["timestamp"] > until)
    first = next(after, len(events))
    now, latest = engine["now"], engine["now"]["latest_message"]
    if isinstance(latest, int):  # counted from the first event
        now = {**now, "latest_message": latest - first if latest >= first else None}
    slots = {name: value for name, value in engine["slots"].items() if name not in _OF_A_PERSON}
    return {**engine, "slots": slots, "now": now, "base": None, "events": events[first:]}


def names_in(effects: Sequence[Effect]) -> list[str]:
    """The name of who filed, as written: it serves the next petition as well."""
    return [effect.name for effect in effects if isinstance(effect, FileCase) and effect.name]
