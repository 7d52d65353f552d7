"""What a person said or sent before it was known what for: kept for an hour, for the petition it may belong to."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import EventType, SlotSet

from dialogs.nlu.matter import asks

_KEPT_FOR = timedelta(hours=1)
_FRAGMENTS_KEPT_FOR = timedelta(minutes=10)
_LONGEST = 4000
_MOST_FRAGMENTS = 6
_MOST = 20
_OF_AN_ALARM = ("waits", "asked_only", "to_ask", "said", "location")


_WORDS = re.compile(r"[\u3400-\u9fff]{2}|://")
"""A fragment tells something: two characters, or a link."""


@dataclass(frozen=True, kw_only=True)
class Held:
    """``fragments``: the last few texts that nobody could place, oldest first; they belong to what begins soon.

    ``waits``: the text was told with an alarm; whatever goes on afterwards goes on with it. ``asked_only``: no more,
    unless it is asked for, because the danger is past or was the speaker's own despair; ``to_ask``: they are asked
    once whether it shall be filed after all. ``said``, ``location``: where and how to reach them, said for help.
    """

    text: str = field(default="", repr=False)
    fragments: tuple[str, ...] = field(default=(), repr=False)
    attachments: tuple[Mapping[str, str], ...] = ()
    waits: bool = False
    asked_only: bool = False
    to_ask: bool = False
    said: str = field(default="", repr=False)
    location: Mapping[str, Any] | None = field(default=None, repr=False)


def read_held(tracker: Tracker, *, now: datetime) -> Held:
    """What is held and still fresh."""
    held = tracker.slots.get("held")
    age = now - datetime.fromisoformat(held["at"]) if held else _KEPT_FOR
    if not held or age > _KEPT_FOR:
        return Held()
    fragments = tuple(held.get("fragments") or ()) if age <= _FRAGMENTS_KEPT_FOR else ()
    alarm = {name: held[name] for name in _OF_AN_ALARM if held.get(name)}
    return Held(text=held["text"], fragments=fragments, attachments=tuple(held["attachments"]), **alarm)


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
    alarm = {name: value for name in _OF_AN_ALARM if (value := getattr(held, name))}
    return SlotSet("held", {**kept, **alarm, "at": at.isoformat()})
