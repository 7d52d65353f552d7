"""Contacts: one person, who may write to us from several accounts, and the phone that they proved to be theirs.

Every conversation is a contact of its own, under its own id, until another joins it: only then is there a document
here, and ``contact_id`` on each of its conversations. Joining and parting are changes to the conversations' documents,
which stay apart with their histories; what was done, by whom and why is kept and never changed.
"""

import uuid
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from storage.commit import Change, Insert, Update
from storage.conversations import CONVERSATIONS
from storage.driver import Database, Document
from storage.errors import AlreadyThere
from storage.gathering import Gatherer
from storage.personal_data import Vault

CONTACTS = "contacts"
CONTACT_EVENTS = "contact_events"
MOST_CONVERSATIONS = 50
"""Of one contact; nobody has so many."""
EVENTS_SHOWN = 200
MERGED, BOUND, MERGED_INTO, UNMERGED, UNBOUND = "merged", "bound", "merged_into", "unmerged", "unbound"
JOININGS = frozenset({MERGED, BOUND})
"""Kinds of events that brought conversations to a contact."""
_PHONE = "contact phone"


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """One person. ``id`` is that of the conversation it began with; ``phone``: 11 digits, "" where none is bound."""

    id: str
    created_at: datetime
    version: int = 1
    phone: str = field(default="", repr=False)
    phone_proved_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactEvent:
    """One thing that happened to a contact; never changed or removed.

    ``by``: the member of staff, "" for the person; ``message_id``: the person's message that caused it; ``details``
    are plain values without personal data. ``undone``: staff took it back.
    """

    at: datetime
    kind: str
    contact_id: str
    conversation_id: str | None = None
    by: str = ""
    reason: str = field(default="", repr=False)
    message_id: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)
    undone: bool = False
    id: str = field(default_factory=lambda: uuid.uuid4().hex)


class Contacts:
    """Contacts and what happened to them."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._contacts = database[CONTACTS]
        self._events = database[CONTACT_EVENTS]
        self._conversations = database[CONVERSATIONS]
        self._belonging = Gatherer[str, str | None](self._contact_ids, name="kin")
        self._vault = vault

    async def get(self, id: str) -> Contact | None:  # noqa: A002 - what it is
        found = await self._contacts.find_one({"_id": id})
        return None if found is None else self._contact(found)

    async def ensure(self, id: str, *, now: datetime) -> Contact:  # noqa: A002
        """Give the contact of that id, begun where there was none: alone that changes nothing for anybody."""
        with suppress(AlreadyThere):
            await self._contacts.insert_one({"_id": id, "version": 1, "created_at": now})
        found = await self.get(id)
        if found is None:  # pragma: no cover - contacts are never removed
            raise LookupError(id)
        return found

    async def of_phone(self, phone: str) -> Contact | None:
        """Give the contact that ``phone`` is bound to."""
        found = await self._contacts.find_one({"phone_key": {"$in": self._vault.lookups(phone, _PHONE)}})
        return None if found is None else self._contact(found)

    async def conversations(self, contact_id: str) -> Sequence[str]:
        """Give the ids of the contact's conversations."""
        found = await self._conversations.find(
            {"contact_id": contact_id}, projection={"_id": 1}, limit=MOST_CONVERSATIONS
        )
        return [str(each["_id"]) for each in found] or [contact_id]

    async def kin(self, conversation_id: str) -> Sequence[str]:
        """Give the ids of all conversations of the person who holds this one, itself among them.

        Callers at the same time share one read.
        """
        [contact_id] = await self._belonging.submit([conversation_id])
        if contact_id is None:
            return [conversation_id]
        return list({conversation_id, *await self.conversations(contact_id)})

    async def _contact_ids(self, ids: Sequence[str]) -> Sequence[str | None]:
        """Of conversations, the contacts that they were joined to."""
        found = await self._conversations.find(
            {"_id": {"$in": list(ids)}}, projection={"contact_id": 1}, limit=len(ids)
        )
        joined = {each["_id"]: each.get("contact_id") for each in found}
        return [joined.get(each) for each in ids]

    def bind(self, contact: Contact, phone: str, *, at: datetime) -> Change:
        """Give the change that makes ``phone`` the contact's; "" takes it away."""
        where = {"_id": contact.id, "version": contact.version}
        if not phone:
            gone = {"phone": "", "phone_key": "", "phone_proved_at": ""}
            return Update(collection=CONTACTS, filter=where, update={"$unset": gone, "$inc": {"version": 1}})
        kept = {
            "phone": self._vault.seal(phone, f"{CONTACTS}/phone/{contact.id}"),
            "phone_key": self._vault.lookup(phone, _PHONE),
            "phone_proved_at": at,
        }
        return Update(collection=CONTACTS, filter=where, update={"$set": kept, "$inc": {"version": 1}})

    def place(self, conversation_id: str, contact_id: str | None, *, was: str | None) -> Change:
        """Give the change that makes a conversation the contact's; None: a person of its own again.

        The commit fails with Conflict where it is not ``was``'s any more.
        """
        change = {"$unset": {"contact_id": ""}} if contact_id is None else {"$set": {"contact_id": contact_id}}
        return Update(collection=CONVERSATIONS, filter={"_id": conversation_id, "contact_id": was}, update=change)

    def record(self, event: ContactEvent) -> Change:
        """Give the change that keeps ``event``."""
        kept = {name: getattr(event, name) for name in event.__dataclass_fields__ if name != "id"}
        return Insert(collection=CONTACT_EVENTS, document={"_id": event.id, **kept, "details": dict(event.details)})

    def undo(self, event: ContactEvent) -> Change:
        """Give the change that marks ``event`` as taken back; the commit fails with Conflict where it was before."""
        return Update(
            collection=CONTACT_EVENTS, filter={"_id": event.id, "undone": False}, update={"$set": {"undone": True}}
        )

    async def last_joining(self, contact_id: str) -> ContactEvent | None:
        """Give the last joining of the contact that was not taken back."""
        where = {"contact_id": contact_id, "kind": {"$in": list(JOININGS)}, "undone": False}
        found = await self._events.find_one(where, sort=(("at", -1), ("_id", -1)))
        return None if found is None else _event(found)

    async def events(self, contact_id: str, limit: int = EVENTS_SHOWN) -> Sequence[ContactEvent]:
        """Give what happened to a contact, the newest first."""
        found = await self._events.find({"contact_id": contact_id}, sort=(("at", -1), ("_id", -1)), limit=limit)
        return [_event(each) for each in found]

    def _contact(self, document: Document) -> Contact:
        phone = document.get("phone")
        return Contact(
            id=document["_id"],
            created_at=document["created_at"],
            version=document["version"],
            phone=self._vault.open(phone, f"{CONTACTS}/phone/{document['_id']}") if phone else "",
            phone_proved_at=document.get("phone_proved_at"),
        )


def _event(document: Document) -> ContactEvent:
    fields = {name: document[name] for name in ContactEvent.__dataclass_fields__ if name in document}
    return ContactEvent(**fields, id=document["_id"])
