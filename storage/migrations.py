"""The shape of the store: which indexes each collection has, and which version of that a database is at.

``migrate`` may run in many processes at once and as often as one likes: making an index that is there is nothing,
and the version only ever grows. A process older than the database leaves it alone; what is there is only added to.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import structlog

from storage.api_answers import API_ANSWERS
from storage.api_tokens import API_TOKENS
from storage.attachment_records import ATTACHMENTS, FILES
from storage.audit import AUDIT
from storage.bookings import BOOKINGS
from storage.broadcasts import BROADCASTS
from storage.calls import CALLS
from storage.case_documents import CASES, TIMELINE
from storage.case_search import CASE_SEARCH, DUE
from storage.code_tries import CODE_TRIES
from storage.contacts import CONTACT_EVENTS, CONTACTS
from storage.conversations import CONVERSATIONS
from storage.daily_counts import DAILY_COUNTS
from storage.driver import Database
from storage.edits import EDITS
from storage.errors import AlreadyThere
from storage.inbox import ARRIVALS
from storage.light_changes import LIGHT_CHANGES
from storage.message_parts import MESSAGE_PARTS, OPEN
from storage.numbers import CASE_NUMBERS
from storage.one_at_a_time import done_once
from storage.outbox_documents import OUTBOX
from storage.publications import PUBLICATIONS
from storage.receipts import PARKED_RECEIPTS, PARKED_SECONDS, RECIPIENTS
from storage.records import ArrivalState, CallState
from storage.send_counts import SEND_COUNTS
from storage.staff import SESSIONS, STAFF
from storage.unanswered import UNANSWERED

SCHEMA = "schema"
VERSION = 22
"""Raise it whenever INDEXES changes."""

RECORD = "indexes"
_AT_ONCE = 4
"""Collections whose indexes are asked for at once; the server builds them one after another anyway."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Index:
    """One index; its name says what it serves. ``options`` are the server's own."""

    collection: str
    name: str
    keys: tuple[tuple[str, int], ...]
    options: dict[str, Any] = field(default_factory=dict)


def _newest(collection: str, *first: str) -> Index:
    keys = (*((name, 1) for name in first), ("created_at", -1), ("_id", -1))
    return Index(collection=collection, name="_".join(["newest", *first]), keys=keys)


def _expiring(collection: str) -> Index:
    options = {"expireAfterSeconds": 0}
    return Index(collection=collection, name="expiry", keys=(("expires_at", 1),), options=options)


def _when(collection: str, name: str) -> Index:
    """Holds only those that have such a moment."""
    options = {"partialFilterExpression": {name: {"$type": "date"}}}
    return Index(collection=collection, name=name, keys=((name, 1),), options=options)


_PENDING = {"partialFilterExpression": {"state": ArrivalState.PENDING.value}}
_OPEN = {"partialFilterExpression": {"state": CallState.OPEN.value}}
_SPARSE = {"sparse": True}

INDEXES: Sequence[Index] = (
    # The first two hold only what is pending: they stay small however much is stored.
    Index(
        collection=ARRIVALS,
        name="pending",
        keys=(("conversation_id", 1), ("arrived_ns", 1), ("_id", 1)),
        options=_PENDING,
    ),
    Index(collection=ARRIVALS, name="waiting", keys=(("arrived_at", 1),), options=_PENDING),
    Index(collection=ARRIVALS, name="history", keys=(("conversation_id", 1), ("arrived_ns", -1), ("_id", -1))),
    _newest(CONVERSATIONS),
    _newest(CONVERSATIONS, "channel"),
    Index(collection=CONVERSATIONS, name="heard", keys=(("last_inbound_at", -1), ("_id", -1)), options=_SPARSE),
    Index(collection=CONVERSATIONS, name="contact", keys=(("contact_id", 1),), options=_SPARSE),
    Index(
        collection=CONVERSATIONS,
        name="left",
        keys=(("left_at", 1),),
        options={"partialFilterExpression": {"left_at": {"$type": "date"}}},
    ),
    Index(collection=CONVERSATIONS, name="tags", keys=(("tags", 1), ("_id", 1)), options=_SPARSE),
    Index(collection=CONVERSATIONS, name="topics", keys=(("topics", 1), ("_id", 1)), options=_SPARSE),
    Index(collection=CONTACTS, name="phone", keys=(("phone_key", 1),), options={"sparse": True, "unique": True}),
    Index(collection=CONTACT_EVENTS, name="contact", keys=(("contact_id", 1), ("at", -1), ("_id", -1))),
    # Sparse: an entry leaves it when no worker need look at it any more.
    Index(collection=OUTBOX, name="waking", keys=(("wake_at", 1),), options=_SPARSE),
    Index(collection=OUTBOX, name="reply_to", keys=(("reply_to", 1),), options=_SPARSE),
    Index(collection=OUTBOX, name="provider_key", keys=(("provider_key", 1),), options=_SPARSE),
    Index(collection=OUTBOX, name="case_number", keys=(("case_number", 1),), options=_SPARSE),
    Index(
        collection=OUTBOX,
        name="waits_for",
        keys=(("waits_for", 1), ("created_at", 1)),
        options={"partialFilterExpression": {"waits_for": {"$exists": True}}},
    ),
    Index(collection=OUTBOX, name="dead", keys=(("dead_at", -1),), options=_SPARSE),
    _newest(OUTBOX, "conversation_id"),
    Index(collection=PARKED_RECEIPTS, name="key", keys=(("key", 1),)),
    Index(
        collection=PARKED_RECEIPTS,
        name="expiry",
        keys=(("parked_at", 1),),
        options={"expireAfterSeconds": PARKED_SECONDS},
    ),
    _newest(CASES),
    *(
        _newest(CASES, name)
        for name in ("state", "district", "category", "type", "channel", "parties", "phone", "units", "urgency")
    ),
    # The discipline role's alone, and few.
    Index(
        collection=CASES,
        name="newest_accusations",
        keys=(("created_at", -1), ("_id", -1)),
        options={"partialFilterExpression": {"accusation": True}},
    ),
    Index(collection=CASES, name="due", keys=(("open", 1), ("due_at", 1), ("_id", 1))),
    # Few of the open ones wait for one thing.
    Index(
        collection=CASES,
        name="waits",
        keys=(("waits", 1), ("created_at", -1), ("_id", -1)),
        options={"partialFilterExpression": {"open": True}},
    ),
    _when(CASES, "visit_due"),
    _when(CASES, "alarm_at"),
    Index(
        collection=CASES,
        name="merged_into",
        keys=(("merged_into", 1),),
        options={"partialFilterExpression": {"merged_into": {"$type": "string"}}},
    ),
    Index(collection=LIGHT_CHANGES, name="at", keys=(("at", -1),)),
    Index(
        collection=LIGHT_CHANGES,
        name="untold",
        keys=(("at", 1),),
        options={"partialFilterExpression": {"untold": True}},
    ),
    _expiring(LIGHT_CHANGES),
    Index(collection=TIMELINE, name="case", keys=(("case_number", 1), ("seq", 1)), options={"unique": True}),
    # A form that is sent twice is carried out once; assigning alone makes two entries, of two kinds.
    Index(
        collection=TIMELINE,
        name="once",
        keys=(("case_number", 1), ("once", 1), ("kind", 1)),
        options={"unique": True, "partialFilterExpression": {"once": {"$exists": True}}},
    ),
    Index(collection=CASE_NUMBERS, name="number", keys=(("number", 1),), options={"unique": True}),
    Index(collection=CALLS, name="open", keys=(("danger", -1), ("at", 1), ("_id", 1)), options=_OPEN),
    Index(collection=CALLS, name="open_of", keys=(("conversation_id", 1),), options=_OPEN),
    Index(
        collection=MESSAGE_PARTS,
        name="open",
        keys=(("key", 1),),
        options={"unique": True, "partialFilterExpression": {"state": OPEN}},
    ),
    Index(collection=MESSAGE_PARTS, name="key", keys=(("key", 1), ("begun_at", -1))),
    Index(collection=MESSAGE_PARTS, name="waking", keys=(("wake_at", 1),), options=_SPARSE),
    _expiring(MESSAGE_PARTS),
    Index(collection=ATTACHMENTS, name="waking", keys=(("wake_at", 1),), options=_SPARSE),
    Index(collection=ATTACHMENTS, name="case", keys=(("case_numbers", 1), ("created_at", 1))),
    Index(collection=ATTACHMENTS, name="sent_by", keys=(("conversation_id", 1), ("created_at", 1))),
    # No expiry of the server's: the content must go first.
    Index(collection=ATTACHMENTS, name="expiring", keys=(("expires_at", 1),), options=_SPARSE),
    # As GridFS would make them at the first file.
    Index(collection=f"{FILES}.files", name="filename_1_uploadDate_1", keys=(("filename", 1), ("uploadDate", 1))),
    Index(
        collection=f"{FILES}.chunks",
        name="files_id_1_n_1",
        keys=(("files_id", 1), ("n", 1)),
        options={"unique": True},
    ),
    Index(collection=STAFF, name="login", keys=(("login", 1),), options={"unique": True}),
    Index(collection=SESSIONS, name="member", keys=(("member_id", 1),)),
    _expiring(SESSIONS),
    Index(collection=AUDIT, name="target", keys=(("target", 1), ("_id", -1))),
    Index(collection=AUDIT, name="actor", keys=(("actor", 1), ("_id", -1))),
    Index(collection=AUDIT, name="action", keys=(("action", 1), ("_id", -1))),
    Index(collection=AUDIT, name="actor_action", keys=(("actor", 1), ("action", 1), ("_id", -1))),
    _newest(BROADCASTS),
    _newest(BROADCASTS, "unit"),
    Index(collection=BROADCASTS, name="state", keys=(("state", 1), ("created_at", 1))),
    # The work goes along it, and the counts are read from it alone.
    Index(
        collection=RECIPIENTS,
        name="work",
        keys=(("broadcast", 1), ("state", 1), ("channel", 1), ("account", 1), ("due_at", 1)),
    ),
    Index(collection=RECIPIENTS, name="list", keys=(("broadcast", 1), ("_id", 1))),
    Index(collection=RECIPIENTS, name="provider_key", keys=(("provider_key", 1),), options=_SPARSE),
    Index(
        collection=CASES,
        name="over",
        keys=(("updated_at", 1),),
        options={"partialFilterExpression": {"open": False}},
    ),
    Index(collection=CASES, name=DUE, keys=((DUE, 1),), options=_SPARSE),
    Index(collection=API_TOKENS, name="digest", keys=(("digest", 1),), options={"unique": True}),
    Index(collection=CASE_SEARCH, name="pairs", keys=(("pairs", 1),)),
    Index(collection=EDITS, name="entry", keys=(("kind", 1), ("key", 1), ("number", -1)), options={"unique": True}),
    Index(collection=EDITS, name="state", keys=(("state", 1), ("kind", 1), ("made_at", 1))),
    Index(collection=EDITS, name="passed", keys=(("passed", 1),)),
    _newest(PUBLICATIONS, "kind", "unit"),
    Index(collection=PUBLICATIONS, name="shown", keys=(("kind", 1), ("state", 1), ("until", 1), ("_id", 1))),
    Index(collection=BOOKINGS, name="reception", keys=(("reception_id", 1), ("seat", 1), ("created_at", 1))),
    Index(collection=BOOKINGS, name="conversation", keys=(("conversation_id", 1), ("day", 1))),
    Index(collection=BOOKINGS, name="phone", keys=(("phone_key", 1), ("day", 1)), options=_SPARSE),
    Index(collection=BOOKINGS, name="one_a_day", keys=(("holds", 1),), options={"sparse": True, "unique": True}),
    Index(collection=BOOKINGS, name="kept", keys=(("erased", 1), ("day", 1))),
    Index(collection=UNANSWERED, name="key", keys=(("state", 1), ("key", 1), ("at", 1))),
    _expiring(UNANSWERED),
    _expiring(CODE_TRIES),
    _expiring(SEND_COUNTS),
    _expiring(API_ANSWERS),
    _expiring(DAILY_COUNTS),
)


async def migrate(database: Database, *, at: datetime) -> None:
    """Bring the database to VERSION; a database that is there already costs one read.

    One process does it while others that start wait for it (``storage.one_at_a_time``).

    Raises:
        StorageError: the server refused or was away; do it again.
    """
    version = await current_version(database)
    if version > VERSION:
        structlog.get_logger().warning("schema.newer", database_version=version, our_version=VERSION)
    if version >= VERSION:
        return

    async def done() -> bool:
        return await current_version(database) >= VERSION

    await done_once(database, SCHEMA, done=done, work=lambda: _bring(database, at))


async def _bring(database: Database, at: datetime) -> None:
    # One call for each collection. Not awaited by a write concern of its own: the record behind them is, and nothing
    # overtakes in the server's log.
    collections = dict.fromkeys(index.collection for index in INDEXES)
    places = asyncio.Semaphore(_AT_ONCE)
    await asyncio.gather(*(_make_indexes(database, name, places) for name in collections))
    try:
        await database[SCHEMA].update_one(
            {"_id": RECORD, "version": {"$lt": VERSION}}, {"$set": {"version": VERSION, "at": at}}, upsert=True
        )
    except AlreadyThere:  # another process was quicker
        return


async def _make_indexes(database: Database, collection: str, places: asyncio.Semaphore) -> None:
    specs = [
        {"key": dict(index.keys), "name": index.name, **index.options}
        for index in INDEXES
        if index.collection == collection
    ]
    async with places:
        await database.command("createIndexes", collection, indexes=specs)


async def current_version(database: Database) -> int:
    """Give the version a database is at; 0: a new one."""
    found = await database[SCHEMA].find_one({"_id": RECORD})
    return 0 if found is None else int(found["version"])


async def missing_indexes(database: Database) -> list[str]:
    """Name, as "collection.index", what the database lacks; for ``doctor``."""
    there: dict[str, Any] = {}
    for name in dict.fromkeys(index.collection for index in INDEXES):
        there[name] = await database[name].index_information()
    return [f"{index.collection}.{index.name}" for index in INDEXES if index.name not in there[index.collection]]
