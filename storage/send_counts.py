"""How often one person was written to lately: counted before the sending, in one atomic step over all processes.

What is kept are moments within the longest window, so that every window rolls: "50 in any 24 hours", not "50 until
midnight". The same message counted again (its sending is tried again) counts once.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from storage.driver import Database, Document
from storage.errors import AlreadyThere, Conflict

SEND_COUNTS = "send_counts"

Windows = Mapping[timedelta, int]
"""How many at most (above 0) in any span of that length."""


class SendCounts:
    """Counts by name. A name holds no personal data."""

    def __init__(self, database: Database) -> None:
        self._counts = database[SEND_COUNTS]

    async def spend(self, name: str, message_id: str, windows: Windows, *, now: datetime) -> datetime | None:
        """Count ``message_id`` under ``name``, if all ``windows`` have room; else give when they have."""
        if not windows:
            return None
        counted = await self._counted(name, message_id, windows, now)
        if counted["open"]:
            return None
        return max(_free_at(counted["sent"], window, most, now) for window, most in windows.items())

    async def _counted(self, name: str, message_id: str, windows: Windows, now: datetime) -> Document:
        for _ in range(2):
            try:
                found = await self._counts.find_one_and_update(
                    {"_id": name}, _counting(message_id, windows, now), upsert=True
                )
            except AlreadyThere:  # two began it at the same moment: now it is there
                continue
            if found is not None:
                return found
        raise Conflict(SEND_COUNTS)


def _counting(message_id: str, windows: Windows, now: datetime) -> Sequence[Mapping[str, Any]]:
    longest = max(windows)
    others = {"$ne": ["$$one.id", {"$literal": message_id}]}
    room = [{"$lt": [{"$size": _since(now - window)}, most]} for window, most in windows.items()]
    mine = [{"id": {"$literal": message_id}, "at": now}]
    return [
        {"$set": {"sent": _since(now - longest, others, of={"$ifNull": ["$sent", []]}), "expires_at": now + longest}},
        {"$set": {"open": {"$and": room}}},
        {"$set": {"sent": {"$cond": ["$open", {"$concatArrays": ["$sent", mine]}, "$sent"]}}},
    ]


def _since(moment: datetime, *conditions: Mapping[str, Any], of: Any = "$sent") -> Mapping[str, Any]:
    return {"$filter": {"input": of, "as": "one", "cond": {"$and": [{"$gt": ["$$one.at", moment]}, *conditions]}}}


def _free_at(sent: Sequence[Mapping[str, Any]], window: timedelta, most: int, now: datetime) -> datetime:
    """When the oldest of those that fill the window falls out of it."""
    within: list[datetime] = sorted(one["at"] for one in sent if one["at"] > now - window)
    return now if len(within) < most else within[-most] + window
