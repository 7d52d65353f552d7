"""A petition while it is being taken down: the slots ``petition_*``, read and written as one value."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import SlotSet

from dialogs.actions.changed import replace

PREFIX = "petition_"
LONGEST_MATTER = 10_000
MOST_ATTACHMENTS = 20
_MOST_MESSAGES = 60
_SEQUENCES = ("attachments", "message_ids", "parts", "later")
SURNAME_PENDING = "surname "
"""Begins what ``Draft.pending`` says while the rest of the name is asked for."""


@dataclass(frozen=True, kw_only=True)
class Draft:
    """None: not known, to be asked. ``""``: not wanted, never asked.

    ``split`` is whether several matters told at once (``parts``) are filed apart; ``later`` are those that follow.
    ``repeat`` is what an earlier case on the same matter (``twin``) means for this one: "progress", "add" or ""
    (a matter of its own). ``sensitive`` is the answer to the separate question about sensitive data. ``title``,
    ``type`` and ``category`` are set where the person chose them; ``moved_from`` is the place that the matter
    names and that was put right; ``pending`` names what a choice or a new value was asked for besides the parts.
    ``when``: the time as it was put right; ``happened``: the time that was told and the days it meant (``happened``).
    ``vague``: a place that nobody could find, while it is asked more precisely; ``fragment``: words too short to be
    a matter, kept for what follows. ``unclear`` counts the answers in a row that could not be used, ``asks`` how
    often each part was asked, ``at`` is when the person was last heard.
    """

    matter: str | None = field(default=None, repr=False)
    split: str | None = None
    repeat: str | None = None
    place: str | None = field(default=None, repr=False)
    name: str | None = field(default=None, repr=False)
    phone: str | None = field(default=None, repr=False)
    confirm: bool | None = None
    sensitive: str | None = None
    id_number: str | None = field(default=None, repr=False)
    latitude: float | None = None
    longitude: float | None = None
    anonymous: bool | None = None
    confidential: bool | None = None
    attachments: tuple[Mapping[str, str], ...] = ()
    message_ids: tuple[str, ...] = ()
    danger: bool | None = None
    twin: str | None = None
    shown: bool | None = None
    title: str | None = field(default=None, repr=False)
    moved_from: str | None = field(default=None, repr=False)
    type: str | None = None
    category: str | None = None
    behalf: str | None = field(default=None, repr=False)
    when: str | None = field(default=None, repr=False)
    happened: Mapping[str, Any] | None = field(default=None, repr=False)
    vague: str | None = field(default=None, repr=False)
    fragment: str | None = field(default=None, repr=False)
    parts: tuple[str, ...] = field(default=(), repr=False)
    later: tuple[str, ...] = field(default=(), repr=False)
    pending: str | None = field(default=None, repr=False)
    unclear: int = 0
    asks: Mapping[str, int] = field(default_factory=dict)
    at: str | None = None

    def asked(self, part: str) -> int:
        """How often ``part`` was asked, digressions apart."""
        return self.asks.get(part, 0)

    def with_message(self, ids: tuple[str, ...]) -> tuple[str, ...]:
        return (*self.message_ids, *(i for i in ids if i not in self.message_ids))[-_MOST_MESSAGES:]


_EMPTY = Draft()
_SLOTS: Sequence[tuple[str, str]] = tuple((f.name, PREFIX + f.name) for f in fields(Draft))


def read_draft(tracker: Tracker) -> Draft:
    """The draft as the slots hold it."""
    slots = tracker.slots
    values = {name: value for name, slot in _SLOTS if (value := slots.get(slot)) is not None}
    for name in _SEQUENCES:
        if name in values:
            values[name] = tuple(values[name])
    return replace(_EMPTY, **values)


def written(draft: Draft, before: Draft) -> dict[str, Any]:
    """The slots that differ, by name, in plain JSON."""
    return {
        slot: _plain(value)
        for name, slot in _SLOTS
        if (value := getattr(draft, name)) is not (old := getattr(before, name)) and value != old
    }


def cleared(tracker: Tracker) -> list[Any]:
    """The events that forget the draft."""
    return [SlotSet(slot, None) for _, slot in _SLOTS if tracker.slots.get(slot) is not None]


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return dict(value) or None
    return list(value) or None if isinstance(value, tuple) else value
