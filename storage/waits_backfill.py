"""What open cases wait for, written for those that an earlier version left: a few at a time, by the index of it.

A case that has it is never looked at again, so whoever begins anew goes on where the last one ended, and several may
work side by side: a case that was changed since it was read is left for the next time.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence

import structlog
from pymongo import UpdateOne

from storage.case_documents import CASES, TIMELINE, case_from_document
from storage.case_waits import asks_after, asks_of_kinds, waits_of
from storage.cases import EntryKind
from storage.driver import Database, Document
from storage.errors import NewerKey, Unreadable
from storage.personal_data import Vault

AT_ONCE = 100
_MOST_ENTRIES = 20_000
_MOST_LEFT = 1_000


class WaitsBackfill:
    """Looks for open cases of which nothing says what they wait for."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._cases = database[CASES]
        self._timeline = database[TIMELINE]
        self._vault = vault
        self._left: list[str] = []
        """What cannot be read must not be met again and again."""

    async def portion(self) -> int:
        """Write it for the next cases; give how many were looked at, 0 where none is left.

        Raises:
            StorageError: perhaps some are written; call again.
        """
        where: Document = {"open": True, "waits": None, "_id": {"$nin": self._left}}
        found = await self._cases.find(where, limit=AT_ONCE)
        if not found or len(self._left) >= _MOST_LEFT:
            return 0
        asks = await self._asks([str(each["_id"]) for each in found])
        updates = [update for each in found if (update := self._update(each, asks.get(each["_id"], ()))) is not None]
        if updates:
            await self._cases.bulk_write(updates)
        return len(found)

    def _update(self, document: Document, asks: Sequence[str]) -> UpdateOne | None:
        try:
            case = case_from_document({**document, "asks": list(asks)}, self._vault)
        except NewerKey:
            raise
        except Unreadable:
            structlog.get_logger().warning("waits.unreadable", case=document["_id"])
            self._left.append(document["_id"])
            return None
        sets = {"asks": list(asks), "waits": [wait.value for wait in waits_of(case)]}
        # Whoever has read the case meanwhile knows nothing of what it asks: their write must fail, and begin anew.
        where = {"_id": case.number, "version": case.version, "waits": None}
        return UpdateOne(where, {"$set": sets, "$inc": {"version": 1}})

    async def _asks(self, numbers: Sequence[str]) -> Mapping[str, tuple[str, ...]]:
        """What was asked and not settled, told again from the timelines."""
        kinds = [kind.value for kind in asks_of_kinds()]
        where = {"case_number": {"$in": list(numbers)}, "kind": {"$in": kinds}}
        seen = {"case_number": 1, "seq": 1, "kind": 1}
        found = await self._timeline.find(where, projection=seen, limit=_MOST_ENTRIES)
        asks: dict[str, tuple[str, ...]] = defaultdict(tuple)
        for entry in sorted(found, key=lambda each: int(each["seq"])):
            number = str(entry["case_number"])
            asks[number] = asks_after(asks[number], EntryKind(entry["kind"]))
        return asks
