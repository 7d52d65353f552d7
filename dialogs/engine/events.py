"""The events of a conversation, written as rasa-sdk writes them, and their names."""

from collections.abc import Iterable
from typing import Any

Event = dict[str, Any]

LISTEN = "action_listen"
SESSION_START = "action_session_start"
REQUESTED_SLOT = "requested_slot"
SESSION_METADATA_SLOT = "session_started_metadata"
NLU_FALLBACK = "nlu_fallback"
OUT_OF_SCOPE = "out_of_scope"

KNOWN = frozenset(
    {
        "action",
        "slot",
        "user",
        "bot",
        "active_loop",
        "loop_interrupted",
        "action_execution_rejected",
        "followup",
        "rewind",
        "undo",
        "restart",
        "session_started",
        "reset_slots",
        "pause",
        "resume",
    }
)


def action(name: str) -> Event:
    return {"event": "action", "name": name}


def slot(name: str, value: Any) -> Event:
    return {"event": "slot", "name": name, "value": value}


def active_loop(name: str | None) -> Event:
    return {"event": "active_loop", "name": name}


def rejected(name: str) -> Event:
    return {"event": "action_execution_rejected", "name": name}


def plain(kind: str) -> Event:
    """An event that has nothing but its kind: rewind, restart, session_started."""
    return {"event": kind}


def is_slot(event: Event, name: str) -> bool:
    return bool(event["event"] == "slot" and event["name"] == name)


def slot_names(events: Iterable[Event]) -> set[str]:
    return {e["name"] for e in events if e["event"] == "slot"}


def intent_of(user: Event | None) -> str | None:
    """The base name of a user event's intent: ``faq`` for ``faq/deadline``."""
    if user is None:
        return None
    name = user["parse_data"]["intent"].get("name")
    return name if isinstance(name, str) else None
