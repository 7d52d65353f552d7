"""What happened to contacts, and which conversations are one person's."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from storage.commit import Change, Insert
from storage.driver import Database

CONTACT_EVENTS = "contact_events"


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactEvent:
    """One thing that happened to a contact; never changed or removed.

    ``by``: the member of staff, "" for the person; ``message_id``: the person's message that caused it; ``details``
    are plain values without personal data.
    """

    at: datetime
    kind: str
    conversation_id: str | None = None
    contact_id: str | None = None
    by: str = ""
    reason: str = field(default="", repr=False)
    message_id: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)
    id: str = field(default_factory=lambda: uuid.uuid4().hex)


class Contacts:
    """Contacts and what happened to them."""

    def __init__(self, database: Database) -> None:
        self._events = database[CONTACT_EVENTS]

    def record(self, event: ContactEvent) -> Change:
        """Give the change that keeps ``event``."""
        kept = {name: getattr(event, name) for name in event.__dataclass_fields__ if name != "id"}
        return Insert(collection=CONTACT_EVENTS, document={"_id": event.id, **kept, "details": dict(event.details)})
