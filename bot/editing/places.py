"""The office's list of places (地名表): a table that was brought in, else the file among those of the dialog."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from bot.access.members import By
from bot.editing.place_table import places_in, places_of
from channels.base import Clock
from dialogs.files import DialogFiles
from dialogs.nlu.gazetteer import areas_in, named_in
from storage.audit import AuditLine
from storage.places import Place
from storage.store import Store
from storage.units import UnitTree


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacesNow:
    """The list in use. ``at``: when the table was brought in, None where the file counts."""

    places: Sequence[Place] = field(repr=False)
    at: datetime | None

    @property
    def by_district(self) -> Sequence[tuple[str, int, int]]:
        """Each district, how many streets it has, and how many names below them."""
        streets: dict[str, set[str]] = {}
        names: dict[str, int] = {}
        for each in self.places:
            streets.setdefault(each.district, set()).update(filter(None, [each.street]))
            names[each.district] = names.get(each.district, 0) + bool(each.name)
        return [(district, len(streets[district]), names[district]) for district in streets]


class PlaceOffice:
    """What an administrator does with the list. ``look``: has the dialog look for what is new at once."""

    def __init__(self, *, store: Store, base: DialogFiles, clock: Clock, look: Callable[[], None]) -> None:
        self._store = store
        self._base = base
        self._clock = clock
        self._look = look

    async def now(self) -> PlacesNow:
        """Give the list in use.

        Raises:
            BadGazetteer: the office's own file is wrong.
            TableRefused: it has more levels than a table.
        """
        kept = await self._store.places.list()
        if kept.places:
            return PlacesNow(places=kept.places, at=kept.at)
        areas = await asyncio.to_thread(areas_in, self._base.gazetteer)
        return PlacesNow(places=places_of(named_in(areas)), at=None)

    async def read(self, content: bytes) -> Sequence[Place]:
        """Read a table; nothing is changed.

        Raises:
            TableRefused: naming every row that is wrong, and how.
        """
        return await asyncio.to_thread(places_in, content)

    async def put(self, places: Sequence[Place], *, by: By) -> None:
        """Take ``places`` for the whole list; none: the file counts again."""
        now, action = self._clock(), "places.imported" if places else "places.dropped"
        line = AuditLine(at=now, actor=by.id, name=by.name, action=action, details={"count": len(places)})
        await self._store.audit.add(line)
        await self._store.places.put(places, at=now)
        self._look()


def nobodys(places: Sequence[Place], tree: UnitTree) -> Sequence[str]:
    """Districts of the list that no unit has in hand: nobody can choose them where cases are listed or taken down."""
    known = {district for unit in tree if unit.active for district in unit.districts}
    return [district for district in dict.fromkeys(each.district for each in places) if known and district not in known]
