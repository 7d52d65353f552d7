"""What somebody said that could not be answered, or in anger: not met with the same words again and again."""

from datetime import datetime, timedelta
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import SlotSet

from dialogs.actions.world import Turn

SLOT = "in_vain"
_WITHIN = timedelta(minutes=10)
_MOST = 9


def times_in_vain(tracker: Tracker, turn: Turn, kind: str) -> int:
    """How often it was so within ten minutes, this time included; ``kind``: what it was."""
    before = tracker.slots.get(SLOT) or {}
    fresh = before.get("kind") == kind and turn.at - datetime.fromisoformat(before["at"]) <= _WITHIN
    return min(int(before["times"]) + 1, _MOST) if fresh else 1


def kept_in_vain(turn: Turn, kind: str, times: int) -> Any:
    return SlotSet(SLOT, {"kind": kind, "times": times, "at": turn.at.isoformat()})
