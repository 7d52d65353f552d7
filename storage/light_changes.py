"""The lights of cases that changed for the worse: who has seen it, and whether it was sent.

A change is kept in the very commit that notes it in its case, so that it is there once, whoever was quicker. It holds
no words of the case.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from storage.clocks import Light, Stage
from storage.commit import Change, Insert, Update
from storage.driver import Database

LIGHT_CHANGES = "light_changes"
KEPT = timedelta(days=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class LightChange:
    """``units``: the codes of those that had the case then. ``id`` begins with the case's number and the entry's.

    ``unit``: the one whose own date it is, "" where it is a clock of the case (``stage``).
    """

    id: str
    case_number: str
    stage: Stage
    light: Light
    at: datetime
    due_at: datetime
    units: tuple[str, ...] = ()
    critical: bool = False
    accusation: bool = False
    unit: str = ""


class LightChanges:
    """What changed lately."""

    def __init__(self, database: Database) -> None:
        self._changes = database[LIGHT_CHANGES]

    def add(self, change: LightChange) -> Change:
        document = {name: getattr(change, name) for name in LightChange.__dataclass_fields__ if name != "id"}
        document |= {"stage": change.stage.value, "light": change.light.value, "units": list(change.units)}
        more = {"untold": True, "seen": [], "expires_at": change.at + KEPT}
        return Insert(collection=LIGHT_CHANGES, document={"_id": change.id, **document, **more})

    def told(self, change: LightChange) -> Change:
        """Give the change that notes that it was sent, or need not be; Conflict: somebody else did."""
        return Update(
            collection=LIGHT_CHANGES,
            filter={"_id": change.id, "untold": True},
            update={"$unset": {"untold": ""}},
        )

    async def untold(self, *, critical_alone: bool, limit: int) -> Sequence[LightChange]:
        """Give what was not sent yet, the oldest first."""
        where: dict[str, Any] = {"untold": True}
        if critical_alone:
            where["critical"] = True
        # The index of what is untold is by the moment alone; asked for another order, the server would read everything.
        found = [_change(each) for each in await self._changes.find(where, sort=(("at", 1),), limit=limit)]
        return sorted(found, key=lambda change: (change.at, change.id))

    async def unseen(
        self, member_id: str, *, units: Sequence[str] | None, since: datetime, limit: int
    ) -> Sequence[LightChange]:
        """Give what a member has not ticked off, the newest first; of accusations none. ``units`` None: of all."""
        where: dict[str, Any] = {"accusation": False, "at": {"$gte": since}, "seen": {"$ne": member_id}}
        if units is not None:
            where["units"] = {"$in": list(units)}
        return [_change(each) for each in await self._changes.find(where, sort=(("at", -1), ("_id", 1)), limit=limit)]

    async def see(self, ids: Sequence[str], member_id: str) -> None:
        """Tick ``ids`` off for a member."""
        await self._changes.update_many({"_id": {"$in": list(ids)}}, {"$addToSet": {"seen": member_id}})


def _change(document: Mapping[str, Any]) -> LightChange:
    plain = {name: document[name] for name in LightChange.__dataclass_fields__ if name in document}
    typed = {"stage": Stage(document["stage"]), "light": Light(document["light"]), "units": tuple(document["units"])}
    return LightChange(**(plain | typed), id=document["_id"])
