"""What a person said or sent before it was known what for: kept for an hour, for the petition it may belong to."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from rasa_sdk import Tracker
from rasa_sdk.events import EventType, SlotSet

_KEPT_FOR = timedelta(hours=1)
_LONGEST = 4000
_MOST = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    text: str = field(default="", repr=False)
    attachments: tuple[Mapping[str, str], ...] = ()


def read_held(tracker: Tracker, *, now: datetime) -> Held:
    """What is held and still fresh."""
    held = tracker.slots.get("held")
    if not held or now - datetime.fromisoformat(held["at"]) > _KEPT_FOR:
        return Held()
    return Held(text=held["text"], attachments=tuple(held["attachments"]))


def hold(held: Held, *, at: datetime) -> EventType:
    """The event that keeps it."""
    attachments = [dict(a) for a in held.attachments][-_MOST:]
    return SlotSet("held", {"text": held.text[:_LONGEST], "attachments": attachments, "at": at.isoformat()})
