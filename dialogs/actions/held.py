"""What a person said or sent before it was known what for: kept for an hour, for the petition it may belong to."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from rasa_sdk import Tracker
from rasa_sdk.events import EventType, SlotSet

from dialogs.nlu.matter import asks

_KEPT_FOR = timedelta(hours=1)
_FRAGMENTS_KEPT_FOR = timedelta(minutes=10)
_LONGEST = 4000
_MOST_FRAGMENTS = 6
_MOST = 20


_WORDS = re.compile(r"[\u3400-\u9fff]{2}|://")
"""A fragment tells something: two characters, or a link."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """``fragments``: the last few texts that nobody could place, oldest first; they belong to what begins soon.

    ``waits``: the text is a matter that an alarm put off; whatever goes on afterwards goes on with it.
    """

    text: str = field(default="", repr=False)
    fragments: tuple[str, ...] = field(default=(), repr=False)
    attachments: tuple[Mapping[str, str], ...] = ()
    waits: bool = False


def read_held(tracker: Tracker, *, now: datetime) -> Held:
    """What is held and still fresh."""
    held = tracker.slots.get("held")
    age = now - datetime.fromisoformat(held["at"]) if held else _KEPT_FOR
    if not held or age > _KEPT_FOR:
        return Held()
    fragments = tuple(held.get("fragments") or ()) if age <= _FRAGMENTS_KEPT_FOR else ()
    files, waits = tuple(held["attachments"]), bool(held.get("waits"))
    return Held(text=held["text"], fragments=fragments, attachments=files, waits=waits)


def with_fragment(held: Held, text: str) -> Held:
    """What is held, and one more text that could not be placed."""
    if held.waits:
        return replace(held, text=f"{held.text}\n{text}"[:_LONGEST])
    kept = (*held.fragments, text[:_LONGEST])[-_MOST_FRAGMENTS:]
    words = tuple(one for one in kept if _WORDS.search(one) and not asks(one))
    return Held(text="\n".join(words or kept), fragments=words, attachments=held.attachments)


def hold(held: Held, *, at: datetime) -> EventType:
    """The event that keeps it."""
    attachments = [dict(a) for a in held.attachments][-_MOST:]
    kept = {"text": held.text[:_LONGEST], "fragments": list(held.fragments), "attachments": attachments}
    waits = {"waits": True} if held.waits else {}
    return SlotSet("held", {**kept, **waits, "at": at.isoformat()})
