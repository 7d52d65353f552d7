"""How often query codes may be tried: slowed, never locked.

A six-digit code would not last against a program, so wrong tries cost time: for the asker, for the case asked about,
and for all together. Nobody may use that against somebody else. So

* the waits are bounded: an asker's own by a quarter of an hour, those they share with others by a minute;
* who was asked to wait for others' tries gets their turn: once that time is over, their next try is heard whatever
  the others did meanwhile;
* the filer's own conversation needs no code and does not come here, but for texts: their senders can be forged.

An asker's try is counted before the code is looked at, in one atomic step, so that many tries at the same moment are
not heard together. A right code takes the count back. Counts are forgotten a day after the last wrong try.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from storage.driver import Database, Document
from storage.errors import AlreadyThere, SlowDown

CODE_TRIES = "code_tries"
FORGOTTEN_AFTER = timedelta(hours=24)

_ALL = "all"


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """After ``free`` wrong tries each costs ``first`` seconds, doubled by each further one, ``longest`` at most."""

    free: int
    first: float
    longest: float

    def wait(self, wrong: int) -> float:
        """Seconds to wait after the ``wrong``-th wrong try."""
        if wrong <= self.free:
            return 0.0
        # Bounded before it is raised: 2.0**5000 is an OverflowError.
        return min(self.longest, self.first * 2.0 ** min(wrong - self.free - 1, 32))


OF_ASKER = Patience(free=3, first=10.0, longest=900.0)
OF_CASE = Patience(free=5, first=5.0, longest=60.0)
OF_ALL = Patience(free=100, first=1.0, longest=30.0)


class CodeTries:
    """Counts tries and makes askers wait."""

    def __init__(self, database: Database) -> None:
        self._tries = database[CODE_TRIES]

    async def heard(self, asker: str, number: str, now: datetime, is_right: Callable[[], Awaitable[bool]]) -> bool:
        """Give what ``is_right`` says, if the asker may try now.

        Raises:
            SlowDown: not yet; nothing was looked at.
        """
        mine, shared = f"asker:{asker}", {f"case:{number}": OF_CASE, _ALL: OF_ALL}
        known = {each["_id"]: each for each in await self._tries.find({"_id": {"$in": [mine, *shared]}}, limit=3)}
        _refuse_before(known.get(mine), now)
        await self._wait_for_others(mine, known, now)
        await self._count_mine(mine, known.get(mine, {}), now)
        if await is_right():
            await self._take_back(mine, known.get(mine, {}))
            return True
        for key, patience in shared.items():
            await self._count(key, patience, now)
        return False

    async def _wait_for_others(self, mine: str, known: Mapping[str, Document], now: datetime) -> None:
        until = max((each["until"] for key, each in known.items() if key != mine), default=now)
        turn = known.get(mine, {}).get("turn_at")
        if until <= now or (turn is not None and turn <= now):
            return
        if turn is None:
            turn = until
            kept = {"turn_at": until, "expires_at": now + FORGOTTEN_AFTER}
            begun = {"wrong": 0, "until": now}
            await self._upsert({"_id": mine}, {"$set": kept, "$setOnInsert": begun})
        raise SlowDown((turn - now).total_seconds())

    async def _count_mine(self, mine: str, before: Mapping[str, Any], now: datetime) -> None:
        """Count the asker's try, if it is the only one at this moment."""
        wrong = before.get("wrong", 0) + 1
        until = now + timedelta(seconds=OF_ASKER.wait(wrong))
        counted = {"wrong": wrong, "until": until, "expires_at": now + FORGOTTEN_AFTER}
        as_read = {"_id": mine, "wrong": before["wrong"]} if before else {"_id": mine, "wrong": {"$exists": False}}
        try:
            matched = await self._tries.update_one(
                as_read, {"$set": counted, "$unset": {"turn_at": ""}}, upsert=not before
            )
        except AlreadyThere:
            matched = 0
        if not matched:  # another try of theirs came between
            raise SlowDown(1.0)

    async def _take_back(self, mine: str, before: Mapping[str, Any]) -> None:
        # As it was: a right code for a case of one's own does not wipe out wrong ones for another's.
        back = {"$inc": {"wrong": -1}, "$set": {"until": before["until"]}} if before else {"$inc": {"wrong": -1}}
        await self._tries.update_one({"_id": mine}, back)

    async def _count(self, key: str, patience: Patience, now: datetime) -> None:
        counted = await self._upsert(
            {"_id": key},
            {"$inc": {"wrong": 1}, "$set": {"expires_at": now + FORGOTTEN_AFTER}, "$max": {"until": now}},
        )
        until = now + timedelta(seconds=patience.wait(counted["wrong"]))
        await self._tries.update_one({"_id": key}, {"$max": {"until": until}})

    async def _upsert(self, where: Document, update: Document) -> Document:
        try:
            found = await self._tries.find_one_and_update(where, update, upsert=True)
        except AlreadyThere:  # two began it at the same moment: now it is there
            found = await self._tries.find_one_and_update(where, update)
        return found or {"wrong": 0}


def _refuse_before(mine: Mapping[str, Any] | None, now: datetime) -> None:
    if mine is not None and mine["until"] > now:
        raise SlowDown((mine["until"] - now).total_seconds())
