"""A petition while it is being taken down: the slots ``petition_*``, read and written as one value."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import SlotSet

PREFIX = "petition_"
LONGEST_MATTER = 10_000
MOST_ATTACHMENTS = 20
_MOST_MESSAGES = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """None: not known, to be asked. ``""``: not wanted, never asked.

    ``repeat`` is what an earlier case on the same matter (``twin``) means for this one: "progress", "add" or ""
    (a matter of its own). ``title`` is set where the person chose it; ``moved_from`` is the place that the matter
    names and that was put right; ``pending`` "title" where a new title was asked. ``unclear`` counts the answers in
    a row that could not be used.
    """

    matter: str | None = field(default=None, repr=False)
    repeat: str | None = None
    place: str | None = field(default=None, repr=False)
    name: str | None = field(default=None, repr=False)
    phone: str | None = field(default=None, repr=False)
    confirm: bool | None = None
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
    pending: str | None = None
    unclear: int = 0

    def with_message(self, ids: tuple[str, ...]) -> tuple[str, ...]:
        return (*self.message_ids, *(i for i in ids if i not in self.message_ids))[-_MOST_MESSAGES:]


def read_draft(tracker: Tracker) -> Draft:
    """The draft as the slots hold it."""
    values = {f.name: tracker.slots.get(PREFIX + f.name) for f in fields(Draft)}
    values["attachments"] = tuple(values["attachments"] or ())
    values["message_ids"] = tuple(values["message_ids"] or ())
    values["unclear"] = values["unclear"] or 0
    return Draft(**values)


def written(draft: Draft, before: Draft) -> dict[str, Any]:
    """The slots that differ, by name, in plain JSON."""
    return {
        PREFIX + f.name: _plain(getattr(draft, f.name))
        for f in fields(Draft)
        if getattr(draft, f.name) != getattr(before, f.name)
    }


def cleared() -> list[Any]:
    """The events that forget a draft."""
    return [SlotSet(PREFIX + f.name, None) for f in fields(Draft)]


def _plain(value: Any) -> Any:
    return list(value) or None if isinstance(value, tuple) else value
