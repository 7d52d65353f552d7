"""The inbox: every message that arrived, kept before it is acknowledged and kept once.

A message's key is made of who sent it and the channel's own key for it, so the same message again meets its
own record, in whichever process. The text and the sender are sealed; what stays readable is order and
progress.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from channels.messages import Inbound
from storage.commit import Change, Update
from storage.conversations import conversation_id
from storage.driver import Database, Document
from storage.errors import Conflict, StorageAway
from storage.gathering import Gatherer
from storage.inbound_json import inbound_from_json, inbound_to_json
from storage.pending import PENDING_LIMIT, Pending
from storage.personal_data import Vault
from storage.records import ArrivalState, ArrivedMessage, Kept
from storage.stamps import Stamps

ARRIVALS = "arrivals"
REASON_LIMIT = 200

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_WINDOW = 20
_OLDEST_FIRST = (("arrived_ns", 1), ("_id", 1))


def arrived_id(vault: Vault, message: Inbound) -> str:
    """Give the key of ``message``: the same for the same message again."""
    return f"{conversation_id(vault, message.address)}:{vault.pseudonym(message.message_id)}"


class Inbox:
    """The messages that arrived."""

    def __init__(self, database: Database, vault: Vault, *, clock_ns: Callable[[], int] = time.time_ns) -> None:
        self._messages = database[ARRIVALS]
        self._vault = vault
        self.stamps = Stamps(clock_ns)
        self._adding = Gatherer[Document, Document](self._insert, name="inbox")
        self._pending = Pending(self._messages)

    async def add(
        self, messages: Sequence[Inbound], *, stamp: int | None = None, passive_closed: bool = False
    ) -> list[Kept]:
        """Keep ``messages``; when this returns they are durable. Callers at the same time share one write.

        A message that is there already is answered with its record, as it is now. ``stamp``: the first of theirs,
        where they arrived before now. ``passive_closed``: their webhooks have been answered.

        Raises:
            StorageAway: perhaps kept; adding it again does no harm.
        """
        if not messages:
            return []
        documents = [
            self._document(message, self.stamps.take() if stamp is None else stamp + place, passive_closed)
            for place, message in enumerate(messages)
        ]
        stored = await self._adding.submit(documents)
        return [
            Kept(arrived=self._arrived(now, message if now is document else None), new=now is document)
            for message, document, now in zip(messages, documents, stored, strict=True)
        ]

    async def get(self, id: str) -> ArrivedMessage | None:  # noqa: A002 - what it is
        found = await self._messages.find_one({"_id": id})
        return None if found is None else self._arrived(found)

    async def pending(self, conversation_id: str, limit: int = PENDING_LIMIT) -> list[ArrivedMessage]:
        """Give what a conversation has still to hear, in the order of arrival: at most ``limit``, or PENDING_LIMIT."""
        found = await self._pending.of(conversation_id)
        return [self._arrived(each) for each in found[:limit]]

    async def waiting(self, older_than: datetime, limit: int) -> list[str]:
        """Give conversations with a pending message kept before ``older_than``, the longest waiting first.

        It looks at the oldest messages only; conversations behind a long row of one person's come with a
        later call.
        """
        found = await self._messages.aggregate(
            [
                {"$match": {"state": ArrivalState.PENDING.value, "arrived_at": {"$lt": older_than}}},
                {"$sort": {"arrived_at": 1}},
                {"$limit": limit * _WINDOW},
                {"$group": {"_id": "$conversation_id", "first": {"$min": "$arrived_at"}}},
                {"$sort": {"first": 1, "_id": 1}},
            ],
            limit=limit,
        )
        return [str(each["_id"]) for each in found]

    async def depth(self, limit: int) -> int:
        """Count the messages that are still to be heard, to ``limit`` at most."""
        # The second condition is true of all; with it the small index of what is pending serves.
        where = {"state": ArrivalState.PENDING.value, "arrived_at": {"$gte": _EPOCH}}
        return await self._messages.count(where, limit=limit)

    def done(self, ids: Sequence[str], *, turn_id: str, reply_id: str | None, at: datetime) -> list[Change]:
        """Say that one turn heard ``ids``; the last of them is the one whose webhook may give the reply."""
        changes: list[Change] = []
        for place, each in enumerate(ids, start=1):
            reply = reply_id if place == len(ids) else None
            changes.append(_settled(each, ArrivalState.DONE, {"turn_id": turn_id, "reply_id": reply, "done_at": at}))
        return changes

    def set_aside(self, ids: Sequence[str], *, reason: str, at: datetime, reply_id: str | None = None) -> list[Change]:
        """Take ``ids`` out of the way of what is behind them; ``reason`` is a code for staff, never a text.

        ``reply_id``: what the last one's webhook may give (an apology).
        """
        facts = {"reason": reason[:REASON_LIMIT], "done_at": at}
        changes: list[Change] = [_settled(each, ArrivalState.FAILED, facts) for each in ids[:-1]]
        return [*changes, *(_settled(each, ArrivalState.FAILED, {**facts, "reply_id": reply_id}) for each in ids[-1:])]

    async def close_passive(self, id: str) -> None:  # noqa: A002
        """Note that the message's webhook was answered without the reply; it gives none from now on."""
        await self._messages.update_one({"_id": id}, {"$set": {"passive_closed": True}})

    async def count_try(self, id: str) -> int:  # noqa: A002
        """Count one more try at hearing the message and give their number.

        Raises:
            Conflict: there is no such message.
        """
        found = await self._messages.find_one_and_update({"_id": id}, {"$inc": {"tries": 1}}, projection={"tries": 1})
        if found is None:
            raise Conflict(ARRIVALS)
        return int(found["tries"])

    async def history(
        self, conversation_id: str, *, limit: int, before: datetime | None = None
    ) -> list[ArrivedMessage]:
        """Give the newest messages of a conversation, newest first; ``before``: only those kept earlier."""
        where: dict[str, Any] = {"conversation_id": conversation_id}
        if before is not None:
            where["arrived_ns"] = {"$lt": _nanoseconds(before)}
        found = await self._messages.find(where, sort=(("arrived_ns", -1), ("_id", -1)), limit=limit)
        return [self._arrived(each) for each in found]

    async def onward(self, conversation_id: str, *, limit: int, since: datetime | None = None) -> list[ArrivedMessage]:
        """Give the messages of a conversation in order; ``since``: only those kept at that moment or later."""
        where: dict[str, Any] = {"conversation_id": conversation_id}
        if since is not None:
            where["arrived_ns"] = {"$gte": _nanoseconds(since)}
        found = await self._messages.find(where, sort=_OLDEST_FIRST, limit=limit)
        return [self._arrived(each) for each in found]

    async def _insert(self, documents: Sequence[Document]) -> Sequence[Document]:
        known = await self._messages.insert_many_new(documents)
        if not known:
            return documents
        keys = [documents[index]["_id"] for index in known]
        found = await self._messages.find({"_id": {"$in": keys}}, limit=len(keys))
        stored = {each["_id"]: each for each in found}
        return [_present(stored, document) if index in known else document for index, document in enumerate(documents)]

    def _document(self, message: Inbound, arrived_ns: int, passive_closed: bool) -> Document:
        key = arrived_id(self._vault, message)
        return {
            "_id": key,
            "conversation_id": key.rpartition(":")[0],
            "message": self._vault.seal_json(inbound_to_json(message), f"{ARRIVALS}/message/{key}"),
            "state": ArrivalState.PENDING.value,
            "arrived_at": _EPOCH + timedelta(milliseconds=arrived_ns // 1_000_000),
            "arrived_ns": arrived_ns,
            "passive_closed": passive_closed,
            "tries": 0,
        }

    def _arrived(self, document: Mapping[str, Any], message: Inbound | None = None) -> ArrivedMessage:
        """``message``: where it is at hand, and need not be opened."""
        key = document["_id"]
        if message is None:
            message = inbound_from_json(self._vault.open_json(document["message"], f"{ARRIVALS}/message/{key}"))
        return ArrivedMessage(
            id=key,
            conversation_id=document["conversation_id"],
            message=message,
            state=ArrivalState(document["state"]),
            arrived_at=document["arrived_at"],
            arrived_ns=document["arrived_ns"],
            turn_id=document.get("turn_id"),
            reply_id=document.get("reply_id"),
            passive_closed=document["passive_closed"],
            tries=document["tries"],
            reason=document.get("reason", ""),
        )


def _settled(id: str, state: ArrivalState, facts: Mapping[str, Any]) -> Update:  # noqa: A002
    return Update(
        collection=ARRIVALS,
        filter={"_id": id, "state": ArrivalState.PENDING.value},
        update={"$set": {"state": state.value, **facts}},
    )


def _present(stored: Mapping[str, Document], document: Document) -> Document:
    try:
        return stored[document["_id"]]
    except KeyError:
        # Refused as a duplicate, yet not to be seen: its writer's outcome is not settled.
        raise StorageAway(ARRIVALS) from None


def _nanoseconds(moment: datetime) -> int:
    return (moment - _EPOCH) // timedelta(microseconds=1) * 1_000
