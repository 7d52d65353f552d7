"""The office's own rules for limits, as numbered versions: none is ever changed, the newest counts.

What a rule says is the office's (``bot.clocks.rules``); here it is plain fields.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from storage.commit import Change, Insert
from storage.driver import Database

CLOCK_RULES = "clock_rules"
CLOCK_CALENDAR = "clock_calendar"
_IN_FORCE = "in_force"


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleVersion:
    """``by`` is the id of the member who made it, ``what`` says what they changed. ``applied_at``: the clocks of all
    open cases go by it; ``changed`` of them had to be set anew.
    """

    number: int
    rules: tuple[Mapping[str, Any], ...]
    at: datetime
    by: str = ""
    what: str = ""
    applied_at: datetime | None = None
    changed: int = 0


class ClockRules:
    """The versions."""

    def __init__(self, database: Database) -> None:
        self._versions = database[CLOCK_RULES]
        self._calendar = database[CLOCK_CALENDAR]

    async def newest(self) -> RuleVersion | None:
        found = await self.versions(1)
        return found[0] if found else None

    async def versions(self, limit: int) -> Sequence[RuleVersion]:
        """Give the newest versions, the newest first."""
        return [_version(each) for each in await self._versions.find({}, sort=(("_id", -1),), limit=limit)]

    async def get(self, number: int) -> RuleVersion | None:
        found = await self._versions.find_one({"_id": number})
        return None if found is None else _version(found)

    def put(self, version: RuleVersion) -> Change:
        """Give the change that keeps ``version``, whose number is one more than that of the newest.

        Conflict: somebody else was quicker.
        """
        document = {name: getattr(version, name) for name in RuleVersion.__dataclass_fields__ if name != "number"}
        rules = [dict(each) for each in version.rules]
        kept = {"_id": version.number, **document, "rules": rules}
        return Insert(collection=CLOCK_RULES, document=kept, contended=True)

    async def applied(self, number: int, *, at: datetime, changed: int) -> None:
        """Note that the clocks of all open cases go by a version, and how many were set anew."""
        where = {"_id": number, "applied_at": None}
        await self._versions.update_one(where, {"$set": {"applied_at": at, "changed": changed}})

    async def calendar(self) -> str:
        """The edition of the calendar that the clocks of all open cases go by; "" where nobody noted one."""
        found = await self._calendar.find_one({"_id": _IN_FORCE})
        return "" if found is None else str(found["edition"])

    async def calendar_applied(self, edition: str, *, at: datetime, changed: int) -> None:
        """Note that they go by ``edition`` now, and how many were set anew."""
        told = {"edition": edition, "at": at, "changed": changed}
        await self._calendar.update_one({"_id": _IN_FORCE}, {"$set": told}, upsert=True)


def _version(document: Mapping[str, Any]) -> RuleVersion:
    plain = {name: document[name] for name in RuleVersion.__dataclass_fields__ if name in document}
    return RuleVersion(**(plain | {"rules": tuple(document["rules"])}), number=document["_id"])
