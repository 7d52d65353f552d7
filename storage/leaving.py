"""What becomes of the talk of somebody who left an account of ours: after some time it is erased.

The platforms ask that what is known of whoever leaves be deleted. What belongs to a case stays with it, as the law on
petitions has it: whoever filed or follows one is left as they are.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from storage.attachments import Attachments
from storage.calls import Calls
from storage.case_documents import CASES
from storage.contacts import MOST_CONVERSATIONS
from storage.conversations import CONVERSATIONS, STATE_FORGOTTEN
from storage.driver import Database
from storage.inbox import ARRIVALS
from storage.outbox_documents import OUTBOX
from storage.records import ArrivalState


class Leaving:
    """Finds and erases them, a few at a time."""

    def __init__(self, database: Database, *, attachments: Attachments, calls: Calls) -> None:
        self._conversations = database[CONVERSATIONS]
        self._arrivals = database[ARRIVALS]
        self._outbox = database[OUTBOX]
        self._cases = database[CASES]
        self._attachments = attachments
        self._calls = calls

    async def erase_left(self, *, before: datetime, now: datetime, limit: int) -> int:
        """Erase the talk of up to ``limit`` people who left before then, and give how many it was.

        Who came back is not among them. Whoever is cut short here is found again.
        """
        gone = {"reachable": False, "left_at": {"$lt": before}}
        found = await self._conversations.find(
            gone, sort=(("left_at", 1),), limit=limit, projection={"left_at": 1, "contact_id": 1}
        )
        return sum([await self._settled(each, now) for each in found])

    async def _settled(self, left: Mapping[str, Any], now: datetime) -> bool:
        """Whether it was erased. Who is in a case is looked at no more; an open call is waited for."""
        key = left["_id"]
        here = {"_id": key, "left_at": left["left_at"]}
        if await self._has_case(left):
            await self._conversations.update_one(here, {"$set": {"left_at": None}})
            return False
        if await self._calls.waits(key):
            await self._conversations.update_one(here, {"$set": {"left_at": now}})
            return False
        await self._attachments.erase_conversation(key, now=now, unfiled=True)
        await self._outbox.delete_many({"conversation_id": key, "wake_at": {"$exists": False}})
        await self._arrivals.delete_many({"conversation_id": key, "state": {"$ne": ArrivalState.PENDING.value}})
        if left.get("contact_id") is None:
            return bool(await self._conversations.delete_one(here))
        # One account of several of one person: that there was one stays with the contact.
        return bool(await self._conversations.update_one(here, {"$set": {"left_at": None}, **STATE_FORGOTTEN}))

    async def _has_case(self, left: Mapping[str, Any]) -> bool:
        """Whether they have a case, here or from another of their accounts: they may have added to it here."""
        ids, contact_id = [left["_id"]], left.get("contact_id")
        if contact_id is not None:
            kin = await self._conversations.find(
                {"contact_id": contact_id}, projection={"_id": 1}, limit=MOST_CONVERSATIONS
            )
            ids += [each["_id"] for each in kin]
        return await self._cases.find_one({"parties": {"$in": ids}}, projection={"_id": 1}) is not None
