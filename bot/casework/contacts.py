"""Joining conversations to one contact, and parting them again: by a proved phone, or by staff. Never by name.

Each joining keeps which conversations it brought and whose they were, so that it can be taken back whole.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from bot.delivery.elsewhere import SMS
from channels.base import Clock
from channels.messages import Address
from storage.commit import Change
from storage.contacts import BOUND, MERGED, MERGED_INTO, UNBOUND, UNMERGED, Contact, ContactEvent
from storage.records import Conversation
from storage.store import Store

PROOF_HOLDS = timedelta(days=180)
"""Numbers are given to others some months after they were given up: an older proof joins nobody to its holder."""
Pairs = Sequence[tuple[str, str | None]]
"""Conversations, and the contact each belonged to before (None: a person of its own)."""


class NoSuchContact(Exception):
    """There is no conversation, and so no contact, of this id."""


class NothingToUndo(Exception):
    """Nothing was joined to this contact, or it was taken back already."""


class SameContact(Exception):
    """Both are one contact already."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A contact with its conversations and what happened to it, newest first."""

    contact: Contact
    conversations: Sequence[Conversation]
    events: Sequence[ContactEvent]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """What binds a phone, but for the conversation's own document: its ``contact_id`` is for whoever commits."""

    contact_id: str
    changes: Sequence[Change]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unbound:
    """What takes a phone away from its person; ``phone`` was theirs."""

    phone: str = field(repr=False)
    changes: Sequence[Change]


class ContactBook:
    """Reads contacts; joins and parts them."""

    def __init__(self, *, store: Store, clock: Clock) -> None:
        self._store = store
        self._contacts = store.contacts
        self._clock = clock

    async def read(self, contact_id: str) -> Person:
        """Give a contact by its id; by any other conversation's id, the contact which that belongs to.

        Raises:
            NoSuchContact: there is none.
        """
        asked = await self._store.conversations.get(contact_id)
        if asked is None:
            raise NoSuchContact(contact_id)
        whole = asked.contact_id or asked.id
        kept = await self._contacts.get(whole)
        ids = await self._contacts.conversations(whole)
        conversations = await self._store.conversations.get_many(ids)
        contact = kept or Contact(id=whole, created_at=asked.created_at)
        return Person(contact=contact, conversations=conversations, events=await self._contacts.events(whole))

    async def merge(self, into_id: str, other_id: str, *, by: str, reason: str) -> Person:
        """Make two contacts one: ``into``, whose phone stays where it has one.

        Raises:
            NoSuchContact, SameContact: nothing is changed.
            Conflict: somebody else changed one of them at this moment.
        """
        now = self._clock()
        into, other = await self.read(into_id), await self.read(other_id)
        if into.contact.id == other.contact.id:
            raise SameContact(into_id)
        kept, gone = [await self._contacts.ensure(each.contact.id, now=now) for each in (into, other)]
        pairs = _pairs(other.conversations)
        own = [each.id for each in into.conversations if each.contact_id is None]
        phone = self._phone_over(kept, gone)
        changes = [
            *phone,
            *(self._contacts.place(each, kept.id, was=None) for each in own),
            *(self._contacts.place(each, kept.id, was=was) for each, was in pairs),
            *self._told(kept, gone, pairs, phone=bool(phone), by=by, reason=reason, at=now),
        ]
        await self._store.committer.commit(changes)
        structlog.get_logger().info("contact.merged", contact=kept.id, other=gone.id)
        return await self.read(kept.id)

    async def unmerge(self, contact_id: str, *, by: str, reason: str) -> Person:
        """Take back the last joining of the contact.

        Raises:
            NoSuchContact, NothingToUndo: nothing is changed.
            Conflict: somebody else changed it at this moment.
        """
        now, person = self._clock(), await self.read(contact_id)
        event = await self._contacts.last_joining(person.contact.id)
        if event is None:
            raise NothingToUndo(contact_id)
        here = {each.id for each in person.conversations}
        back = [(each, was) for each, was in event.details["pairs"] if each in here]
        undone = ContactEvent(
            at=now, kind=UNMERGED, contact_id=person.contact.id, by=by, reason=reason, details={"undid": event.id}
        )
        changes = [
            *(self._contacts.place(each, was, was=person.contact.id) for each, was in back),
            *await self._phone_back(person.contact, event, now),
            self._contacts.undo(event),
            self._contacts.record(undone),
        ]
        await self._store.committer.commit(changes)
        structlog.get_logger().info("contact.unmerged", contact=person.contact.id)
        return await self.read(person.contact.id)

    async def bound(self, conversation: Conversation, phone: str, *, accounts: Sequence[str], message_id: str) -> Bound:
        """Bind ``phone``, which the conversation's holder has just proved to be theirs.

        Whoever proved the same phone lately is the same person; whoever did so long ago has given it up. The phone's
        own conversations on our ``accounts`` for texts come along.
        """
        now = self._clock()
        mine = await self._contacts.ensure(conversation.contact_id or conversation.id, now=now)
        holder = await self._contacts.of_phone(phone)
        same = holder is not None and _lately(holder, now)
        into = holder if same and holder else mine
        others: list[Conversation] = []
        if into.id != mine.id:
            ids = await self._contacts.conversations(mine.id)
            others += [each for each in await self._store.conversations.get_many(ids) if each.id != conversation.id]
        for account in accounts:
            address = Address(channel=SMS, account=account, sender=phone)
            others.append(await self._store.conversations.ensure(address, now=now))
        pairs = [pair for pair in _pairs(others) if pair[1] != into.id]
        given_up = [self._contacts.bind(holder, "", at=now)] if holder and holder.id != into.id else []
        event = ContactEvent(
            at=now,
            kind=BOUND,
            contact_id=into.id,
            conversation_id=conversation.id,
            message_id=message_id,
            details={
                "pairs": [*map(list, pairs), *_own(conversation, into)],
                "phone": into.id == mine.id,
                "phone_from": None,
            },
        )
        return Bound(
            contact_id=into.id,
            changes=[
                *given_up,
                self._contacts.bind(into, phone, at=now),
                *(self._contacts.place(each, into.id, was=was) for each, was in pairs),
                self._contacts.record(event),
            ],
        )

    async def unbound(self, conversation: Conversation, *, message_id: str) -> Unbound | None:
        """Take the person's phone away at their own wish: its conversations are a person of their own again.

        None where no phone is bound.
        """
        person = await self.read(conversation.id)
        contact, phone = person.contact, person.contact.phone
        if not phone:
            return None
        now = self._clock()
        gone = [each for each in person.conversations if each.address.channel == SMS and each.address.sender == phone]
        event = ContactEvent(
            at=now,
            kind=UNBOUND,
            contact_id=contact.id,
            conversation_id=conversation.id,
            message_id=message_id,
            details={"parted": [each.id for each in gone]},
        )
        changes = [
            self._contacts.bind(contact, "", at=now),
            *(self._contacts.place(each.id, None, was=each.contact_id) for each in gone),
            self._contacts.record(event),
        ]
        return Unbound(phone=phone, changes=changes)

    def _phone_over(self, kept: Contact, gone: Contact) -> Sequence[Change]:
        if kept.phone or not gone.phone or gone.phone_proved_at is None:
            return ()
        return (
            self._contacts.bind(gone, "", at=gone.phone_proved_at),
            self._contacts.bind(kept, gone.phone, at=gone.phone_proved_at),
        )

    async def _phone_back(self, contact: Contact, event: ContactEvent, now: datetime) -> Sequence[Change]:
        if not (event.details.get("phone") and contact.phone):
            return ()
        changes = [self._contacts.bind(contact, "", at=now)]
        before = event.details.get("phone_from")
        owner = await self._contacts.get(before) if before else None
        if owner is not None and not owner.phone:
            changes.append(self._contacts.bind(owner, contact.phone, at=contact.phone_proved_at or now))
        return changes

    def _told(
        self, kept: Contact, gone: Contact, pairs: Pairs, *, phone: bool, by: str, reason: str, at: datetime
    ) -> Sequence[Change]:
        details = {"other": gone.id, "pairs": [list(pair) for pair in pairs], "phone": phone, "phone_from": gone.id}
        merged = ContactEvent(at=at, kind=MERGED, contact_id=kept.id, by=by, reason=reason, details=details)
        into = ContactEvent(
            at=at, kind=MERGED_INTO, contact_id=gone.id, by=by, reason=reason, details={"other": kept.id}
        )
        return [self._contacts.record(merged), self._contacts.record(into)]


def _pairs(conversations: Sequence[Conversation]) -> Pairs:
    return [(each.id, each.contact_id) for each in conversations]


def _own(conversation: Conversation, into: Contact) -> list[list[str | None]]:
    """The conversation itself, where it joins somebody else's contact."""
    return [] if into.id in (conversation.contact_id, conversation.id) else [[conversation.id, conversation.contact_id]]


def _lately(holder: Contact, now: datetime) -> bool:
    return holder.phone_proved_at is not None and now - holder.phone_proved_at < PROOF_HOLDS
