"""Which member of staff attends to a conversation in place of the bot, and who wrote to us last.

A conversation is taken for a time that each word of the member's begins anew: who goes home leaves nobody waiting.
Taking and handing back raise the version, so that a turn under way at that moment is decided anew.
"""

from collections.abc import Sequence
from datetime import datetime

from storage.commit import Change, Update
from storage.conversations import CONVERSATIONS, Conversations
from storage.driver import Database, Document
from storage.records import Conversation


class Attendance:
    """Takes conversations over and hands them back."""

    def __init__(self, database: Database, conversations: Conversations) -> None:
        self._documents = database[CONVERSATIONS]
        self._conversations = conversations

    def take(self, conversation_id: str, member_id: str, *, now: datetime, until: datetime) -> Change:
        """Give the change that hands the conversation to a member; it fails with Conflict while another has it.

        The first member who ever took it stays noted (首问责任).
        """
        free = [{"taken_until": None}, {"taken_until": {"$lte": now}}, {"taken_by": member_id}]
        taken = {
            "taken_by": {"$literal": member_id},
            "taken_until": until,
            "first_taken_by": {"$ifNull": ["$first_taken_by", {"$literal": member_id}]},
            "version": {"$add": ["$version", 1]},
        }
        return Update(collection=CONVERSATIONS, filter={"_id": conversation_id, "$or": free}, update=[{"$set": taken}])

    def prolong(self, conversation_id: str, member_id: str, *, now: datetime, until: datetime) -> Change:
        """Give the change that begins the time anew; it fails with Conflict where it is over."""
        return Update(
            collection=CONVERSATIONS,
            filter=_held(conversation_id, member_id, now),
            update={"$set": {"taken_until": until}},
        )

    def hand_back(self, conversation_id: str, member_id: str, *, now: datetime) -> Change:
        """Give the change that lets the bot answer again; it fails with Conflict where it does already."""
        return Update(
            collection=CONVERSATIONS,
            filter=_held(conversation_id, member_id, now),
            update={"$set": {"taken_by": None, "taken_until": None}, "$inc": {"version": 1}},
        )

    async def newest(
        self, limit: int, *, channel: str | None = None, before: datetime | None = None
    ) -> Sequence[Conversation]:
        """Give conversations, the one that was heard last first; ``before``: only those last heard earlier."""
        heard: Document = {"$lt": before} if before is not None else {"$ne": None}
        where = {"last_inbound_at": heard, **({"channel": channel} if channel else {})}
        sort = (("last_inbound_at", -1), ("_id", -1))
        found = await self._documents.find(where, projection={"_id": 1}, sort=sort, limit=limit)
        ids = [str(each["_id"]) for each in found]
        there = {each.id: each for each in await self._conversations.get_many(ids)}
        return [there[each] for each in ids if each in there]

    async def stamp(self, limit: int) -> str:
        """Give a text that changes whenever one of the newest ``limit`` is heard, answered, taken or handed back."""
        found = await self._documents.find(
            {"last_inbound_at": {"$ne": None}},
            projection={"version": 1, "taken_until": 1},
            sort=(("last_inbound_at", -1), ("_id", -1)),
            limit=limit,
        )
        return " ".join(f"{each['_id']}/{each['version']}/{each.get('taken_until')}" for each in found)


def _held(conversation_id: str, member_id: str, now: datetime) -> Document:
    return {"_id": conversation_id, "taken_by": member_id, "taken_until": {"$gt": now}}
