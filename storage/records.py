"""The values that the repositories give and take: what arrived, who talks, what is to be sent.

Cases have values of their own (``storage.cases``). Datetimes are aware and UTC; the database keeps
milliseconds.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Generic, TypeVar

from channels.messages import Address, Inbound, Purpose, Via

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Page(Generic[T]):
    """A part of a list. ``next_cursor`` asks for the next part; None: this was the last."""

    items: tuple[T, ...]
    next_cursor: str | None = None


class ArrivalState(StrEnum):
    """What became of a message: ``failed`` was set aside, with the reason, for staff to look at."""

    PENDING = "pending"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class ArrivedMessage:
    """One kept message.

    ``arrived_ns`` orders the messages of a conversation (nanoseconds since 1970; strictly growing within a
    process). ``turn_id`` names the turn that heard it, ``reply_id`` the outbox entry that its webhook may
    give as the passive reply; once ``passive_closed`` the webhook gives none any more. ``tries`` counts
    turns begun.
    """

    id: str
    conversation_id: str
    message: Inbound
    state: ArrivalState
    arrived_at: datetime
    arrived_ns: int
    turn_id: str | None = None
    reply_id: str | None = None
    passive_closed: bool = False
    tries: int = 0
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """The outcome of keeping a message. ``new`` is False where it had been kept before: ``arrived`` is that one."""

    arrived: ArrivedMessage
    new: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """When, and by which message of theirs, somebody told us to send nothing more of one purpose."""

    at: datetime
    message_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Binding:
    """A phone about to be bound to a conversation's contact: ``code`` is the digest of what was sent to it.

    "" for ``phone``: the number is still to be said. ``tries``: wrong codes so far.
    """

    until: datetime
    phone: str = field(default="", repr=False)
    code: str = field(default="", repr=False)
    tries: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """Which member of staff speaks in place of the bot, and until when."""

    member_id: str
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """One person on one account of ours.

    ``state`` is the dialog's own plain JSON. ``grant_left`` counts the messages that may still be sent
    unasked until ``grant_until`` (None: no count, only the window). ``reachable`` is False once the person
    left or blocked the account. ``contact_id``: the contact it belongs to together with other conversations; None:
    a person of its own. ``stopped``: what they told us not to send. ``answered_at``: the last answer to a sender
    that may be a machine; ``machine_text`` stands for its last text that looked like a machine's. ``refused``: the
    subscribe notices they said no to, by the platform's ids. ``tags``: the groups that staff put them into; ``topics``:
    the notices they asked for.
    ``left_at``: when they left, where that is still to be followed up (``storage.leaving``). ``taken``: by whom of
    staff, last (``storage.attending``); ``first_taken_by``: the first who ever did (首问责任). ``replies_wait``:
    something waits for their next message (``storage.waiting_replies``).
    """

    id: str
    address: Address
    version: int
    state: Mapping[str, Any] = field(repr=False)
    lease_token: str | None = None
    created_at: datetime
    last_inbound_at: datetime | None = None
    grant_left: int | None = None
    grant_until: datetime | None = None
    reachable: bool = True
    consent_version: str | None = None
    consent_at: datetime | None = None
    consent_sensitive: bool = False
    contact_id: str | None = None
    stopped: Mapping[Purpose, Stop] = field(default_factory=dict)
    answered_at: datetime | None = None
    machine_text: str = ""
    binding: Binding | None = None
    refused: frozenset[str] = frozenset()
    tags: frozenset[str] = frozenset()
    topics: frozenset[str] = frozenset()
    left_at: datetime | None = None
    taken: Taken | None = None
    first_taken_by: str = ""
    replies_wait: bool = False

    def held_by(self, now: datetime) -> str:
        """The member of staff who speaks in place of the bot at ``now``; "": nobody does."""
        return self.taken.member_id if self.taken is not None and self.taken.until > now else ""


class DeliveryState(StrEnum):
    """Where an outgoing message is. ``failed`` is final, ``reason`` says why; ``dead``: staff see and replay it.

    ``merged``: it had to wait, and a later message says what it says (``storage.waiting_replies``).
    """

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    MERGED = "merged"
    DELIVERED = "delivered"
    FAILED = "failed"
    DEAD = "dead"

    @property
    def rank(self) -> int:
        """Receipts only ever raise it, so their order does not matter."""
        return _RANKS[self]

    @property
    def final(self) -> bool:
        """No worker will touch it again."""
        return self.rank >= DeliveryState.SENT.rank


_RANKS: Mapping[DeliveryState, int] = {
    DeliveryState.QUEUED: 0,
    DeliveryState.SENDING: 1,
    DeliveryState.SENT: 2,
    DeliveryState.MERGED: 2,
    DeliveryState.FAILED: 3,
    DeliveryState.DEAD: 3,
    DeliveryState.DELIVERED: 4,
}


REPLAYED = "replayed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Considered:
    """One way that was weighed for a message: whether it was taken, and the code of the reason why, or why not."""

    channel: str
    account: str
    via: Via
    taken: bool
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One try to send: ``outcome`` is "sent" or the channel error's code; ``REPLAYED``: staff began anew.

    ``decision``: the ways that were weighed for it, in the order of preference.
    """

    at: datetime
    via: Via | None
    outcome: str
    provider_code: str = ""
    decision: tuple[Considered, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxEntry:
    """One message to one person, from the decision to send it until nothing more can become of it.

    A passive reply is put as ``sending`` by ``Via.PASSIVE`` with a lease for the webhook that may give it;
    everything else as ``queued``. ``buttons`` are (title, payload) pairs. ``notice``, ``fields`` and ``url``
    serve the ways that carry no free text. ``maybe_twice``: a try before may have reached the person. Parts of
    one answer share ``reply_to`` and go out in the order of ``created_at``. ``decision``: the ways weighed last, and
    why each was taken or not. ``meant_for``: the conversation it was made for, where it went another way since.
    ``author``: the member of staff who wrote it, as colleagues read it; "": nobody did. ``attachment``: the id of the
    file that goes with the words, where the way carries files. ``waits_for``: the conversation whose next message it
    waits for.
    """

    id: str
    conversation_id: str
    address: Address
    purpose: Purpose
    text: str = field(repr=False)
    created_at: datetime
    due_at: datetime
    state: DeliveryState = DeliveryState.QUEUED
    buttons: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    notice: str = ""
    fields: Mapping[str, str] = field(default_factory=dict, repr=False)
    url: str = field(default="", repr=False)
    via: Via | None = None
    lease_until: datetime | None = None
    lease_token: str | None = None
    sent_at: datetime | None = None
    reply_to: str | None = None
    case_number: str | None = None
    case_seq: int | None = None
    attempts: tuple[Attempt, ...] = ()
    provider_id: str = ""
    reason: str = ""
    maybe_twice: bool = False
    decision: tuple[Considered, ...] = ()
    meant_for: str | None = None
    author: str = field(default="", repr=False)
    attachment: str = ""
    waits_for: str | None = None


class CallState(StrEnum):
    OPEN = "open"
    DONE = "done"


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A person is wanted (人工), or an alarm: ``danger`` to life goes before everything else."""

    id: str
    conversation_id: str
    reason: str
    at: datetime
    case_number: str | None = None
    danger: bool = False
    state: CallState = CallState.OPEN
    closed_by: str = field(default="", repr=False)
    closed_at: datetime | None = None
