"""The office's list of places (地名表), as it was brought in as a table: one list, in one document, each time anew."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from storage.driver import Database

PLACES = "places"
MOST_PLACES = 20_000
_TABLE = "table"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """An estate, village or road, or whatever people name; ``street`` is "" where it lies under the district alone."""

    district: str
    street: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceList:
    """``number`` counts the times the list was put; without ``places`` none is kept here."""

    number: int = 0
    at: datetime | None = None
    places: Sequence[Place] = field(default=(), repr=False)


class Places:
    """The list that is kept."""

    def __init__(self, database: Database) -> None:
        self._places = database[PLACES]

    async def number(self) -> int:
        """How often the list was put: it grows with every change. 0: never."""
        found = await self._places.find_one({"_id": _TABLE}, projection={"number": 1})
        return 0 if found is None else int(found["number"])

    async def list(self) -> PlaceList:
        found = await self._places.find_one({"_id": _TABLE})
        if found is None:
            return PlaceList()
        rows = [Place(district=district, street=street, name=name) for district, street, name in found["rows"]]
        return PlaceList(number=int(found["number"]), at=found["at"], places=rows)

    async def put(self, places: Sequence[Place], *, at: datetime) -> None:
        """Keep ``places`` in place of the whole list; none: there is no list here any more."""
        rows = [[each.district, each.street, each.name] for each in places]
        update = {"$set": {"rows": rows, "at": at}, "$inc": {"number": 1}}
        await self._places.update_one({"_id": _TABLE}, update, upsert=True)
