"""Counters that begin anew each day or month, for what may be done only so often: one step over all processes."""

from contextlib import suppress
from datetime import datetime, timedelta

from storage.driver import Database
from storage.errors import AlreadyThere

DAILY_COUNTS = "daily_counts"
_CHINA = timedelta(hours=8)
_KEPT = timedelta(days=2)
_MONTH_KEPT = timedelta(days=40)


class DailyCounts:
    """What was done today, by name. A name holds no personal data."""

    def __init__(self, database: Database) -> None:
        self._counts = database[DAILY_COUNTS]

    async def spend(self, name: str, *, most: int, now: datetime) -> bool:
        """Count once more under ``name``; False, and nothing is counted, where it is ``most`` today already.

        The day is China's. What is counted for something that is not done after all stays counted.
        """
        if most <= 0:
            return False
        key = {"_id": f"{(now + _CHINA).date().isoformat()}:{name}", "count": {"$lt": most}}
        update = {"$inc": {"count": 1}, "$setOnInsert": {"expires_at": now + _KEPT}}
        try:
            await self._counts.find_one_and_update(key, update, upsert=True)
        except AlreadyThere:
            # Used up; or somebody else began the day's count at this very moment, and there is room in it.
            return await self._counts.find_one_and_update(key, update) is not None
        return True

    async def spend_some(self, name: str, wanted: int, *, most: int, now: datetime) -> int:
        """Count up to ``wanted`` under ``name``; give how many there was room for below ``most``."""
        if wanted <= 0 or most <= 0:
            return 0
        day = f"{(now + _CHINA).date().isoformat()}:{name}"
        before = {"$ifNull": ["$count", 0]}
        update = [
            {"$set": {"granted": {"$max": [0, {"$min": [wanted, {"$subtract": [most, before]}]}]}}},
            {"$set": {"count": {"$add": [before, "$granted"]}, "expires_at": now + _KEPT}},
        ]
        for _ in range(2):
            with suppress(AlreadyThere):  # somebody else began the day's count at this very moment
                found = await self._counts.find_one_and_update({"_id": day}, update, upsert=True)
                return int(found["granted"]) if found else 0
        return 0


class MonthlyTurns:
    """What had its turn this month, by name: each thing counts once, however often it is asked about."""

    def __init__(self, database: Database) -> None:
        self._turns = database[DAILY_COUNTS]

    async def take(self, name: str, what: str, *, most: int, now: datetime) -> bool:
        """Give ``what`` a turn under ``name``; False: ``most`` others had theirs in this month of China's."""
        if most <= 0:
            return False
        month = _month(name, now)
        if await self._turns.find_one({"_id": month, "had": what}) is not None:
            return True
        free = {"_id": month, f"had.{most - 1}": {"$exists": False}}
        update = {"$addToSet": {"had": what}, "$setOnInsert": {"expires_at": now + _MONTH_KEPT}}
        for _ in range(2):
            with suppress(AlreadyThere):  # used up; or somebody else began the month's at this very moment
                await self._turns.find_one_and_update(free, update, upsert=True)
                return True
        # Somebody else may have asked for the same thing, and taken the last one for it.
        return await self._turns.find_one({"_id": month, "had": what}) is not None

    async def has_room(self, name: str, what: str, *, most: int, now: datetime) -> bool:
        """Whether ``take`` would give it one now."""
        found = await self._turns.find_one({"_id": _month(name, now)}) or {"had": []}
        return what in found["had"] or len(found["had"]) < most


def _month(name: str, now: datetime) -> str:
    return f"{(now + _CHINA).date().isoformat()[:7]}:{name}"
