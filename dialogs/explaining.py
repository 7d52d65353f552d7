"""How a conversation came to what was answered last: for whoever edits the dialog, never for a resident."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from dialogs.engine.contract import requested_slot

_NOT_SHOWN = frozenset(
    {"requested_slot", "session_started_metadata", "petition_message_ids", "addition_message_ids", "policy_why"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """``intent`` None: nothing was understood, or nothing was said yet. ``by``: the tier that decided.

    ``ranking``: the candidates with their confidence, best first. ``form`` and ``asked``: the active form and the slot
    it asks for. ``slots``: those that are set; they hold what the resident told. ``policy``: where the message was a
    policy question, by what answers were found (``by``), whether that was ``sure``, and the answers ``found``.
    """

    intent: str | None = None
    confidence: float = 0.0
    by: str = ""
    text: str = field(default="", repr=False)
    ranking: tuple[tuple[str, float], ...] = ()
    entities: Mapping[str, Any] = field(default_factory=dict, repr=False)
    form: str | None = None
    asked: str | None = None
    slots: Mapping[str, Any] = field(default_factory=dict, repr=False)
    policy: Mapping[str, Any] = field(default_factory=dict)


def explain(state: Mapping[str, Any] | None) -> Explanation:
    """Out of a conversation's kept state, whichever engine wrote it; what is not in it stays empty."""
    engine = (state or {}).get("engine") or {}
    message = (engine.get("now") or {}).get("latest_message")
    if isinstance(message, int):
        events = engine.get("events") or []
        message = events[message] if 0 <= message < len(events) else None
    parse = (message or {}).get("parse_data") or {}
    intent = parse.get("intent") or {}
    slots = engine.get("slots") or {}
    return Explanation(
        intent=intent.get("full") or intent.get("name"),
        confidence=float(intent.get("confidence") or 0.0),
        by=str(parse.get("by") or ""),
        text=str((message or {}).get("text") or ""),
        ranking=tuple((one["name"], float(one["confidence"])) for one in parse.get("intent_ranking") or ()),
        entities={one["entity"]: one["value"] for one in parse.get("entities") or ()},
        form=engine.get("active_loop"),
        asked=requested_slot(engine),
        policy=(slots.get("policy_why") or {}) if intent.get("name") == "ask_policy" else {},
        slots={name: value for name, value in slots.items() if name not in _NOT_SHOWN and value not in (None, "", [])},
    )
