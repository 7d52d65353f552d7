"""Calls for a person: somebody asked for one, or a message speaks of danger."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from storage.commit import Change, Insert, Update
from storage.driver import Database
from storage.personal_data import Vault
from storage.records import Call, CallState

CALLS = "calls"


class Calls:
    """What staff are asked to take over."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._calls = database[CALLS]
        self._vault = vault

    def add(self, call: Call) -> Change:
        return Insert(
            collection=CALLS,
            document={
                "_id": call.id,
                "conversation_id": call.conversation_id,
                "case_number": call.case_number,
                "reason": call.reason,
                "danger": call.danger,
                "at": call.at,
                "state": call.state.value,
            },
        )

    async def open(self, limit: int) -> list[Call]:
        """Give what nobody has taken yet: danger first, then the longest waiting."""
        found = await self._calls.find(
            {"state": CallState.OPEN.value}, sort=(("danger", -1), ("at", 1), ("_id", 1)), limit=limit
        )
        return [self._call(each) for each in found]

    async def waits(self, conversation_id: str) -> bool:
        """Whether this conversation has a call that nobody has taken yet."""
        wanted = {"state": CallState.OPEN.value, "conversation_id": conversation_id}
        return await self._calls.find_one(wanted) is not None

    async def open_of(self, conversation_id: str, limit: int = 20) -> list[Call]:
        """Give the calls of one conversation that nobody has taken yet, in the order of ``open``."""
        wanted = {"state": CallState.OPEN.value, "conversation_id": conversation_id}
        found = await self._calls.find(wanted, sort=(("danger", -1), ("at", 1), ("_id", 1)), limit=limit)
        return [self._call(each) for each in found]

    def closed(self, id: str, by: str, at: datetime) -> Change:  # noqa: A002 - what it is
        """Give the change that notes that ``by`` saw to it; Conflict: it is not open."""
        name = self._vault.seal(by, f"{CALLS}/closed_by/{id}")
        guard = {"_id": id, "state": CallState.OPEN.value}
        done = {"state": CallState.DONE.value, "closed_by": name, "closed_at": at}
        return Update(collection=CALLS, filter=guard, update={"$set": done})

    async def get(self, id: str) -> Call | None:  # noqa: A002
        found = await self._calls.find_one({"_id": id})
        return None if found is None else self._call(found)

    def _call(self, document: Mapping[str, Any]) -> Call:
        by = document.get("closed_by")
        return Call(
            id=document["_id"],
            conversation_id=document["conversation_id"],
            case_number=document["case_number"],
            reason=document["reason"],
            danger=document["danger"],
            at=document["at"],
            state=CallState(document["state"]),
            closed_by="" if by is None else self._vault.open(by, f"{CALLS}/closed_by/{document['_id']}"),
            closed_at=document.get("closed_at"),
        )
