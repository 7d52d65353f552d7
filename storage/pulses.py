"""How long turns take to commit just now, in each process that makes them: told to whoever does work that can wait.

One small document for each such process, by a slot that its number falls into: two may share one, and there are never
many. It is written without waiting for the disk, for it is worth nothing a moment later.
"""

import os

from storage.driver import Database

PULSES = "pulses"
_SLOTS = 64
_FRESH_MS = 2_000


class Pulses:
    """What processes tell of their turns. The times are the server's, for clocks of machines differ."""

    def __init__(self, database: Database) -> None:
        self._pulses = database.unjournaled(PULSES)

    async def beat(self, seconds: float) -> None:
        """Tell that the slowest commit of a turn lately took ``seconds`` here."""
        facts = {"seconds": seconds, "at": "$$NOW"}
        await self._pulses.update_one({"_id": os.getpid() % _SLOTS}, [{"$set": facts}], upsert=True)

    async def slowest(self) -> float:
        """Give the slowest of what was told within two seconds; 0.0: nobody told anything."""
        fresh = {"$expr": {"$gt": ["$at", {"$subtract": ["$$NOW", _FRESH_MS]}]}}
        return max([float(each["seconds"]) for each in await self._pulses.find(fresh, limit=_SLOTS)], default=0.0)
