"""The filters of the list of cases that members of staff keep under a name, each for themselves."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from storage.driver import Database
from storage.personal_data import Vault

SAVED_VIEWS = "saved_views"
MOST = 12
"""Of one member."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedView:
    """``fields``: of the form above the list, as they were sent; a phone may stand among them."""

    name: str = field(repr=False)
    fields: Mapping[str, str] = field(repr=False)


class SavedViews:
    """One document a member."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._views = database[SAVED_VIEWS]
        self._vault = vault

    async def of(self, member: str) -> Sequence[SavedView]:
        """The views of a member, in the order in which they were kept."""
        found = await self._views.find_one({"_id": member})
        kept = self._vault.open_json(found["sealed"], _place(member)) if found else {}
        return [SavedView(name=name, fields=fields) for name, fields in kept.items()]

    async def keep(self, member: str, view: SavedView) -> bool:
        """Keep a view, in the place of one of the same name; False: there are ``MOST`` already."""
        kept = {each.name: each.fields for each in await self.of(member)}
        if view.name not in kept and len(kept) >= MOST:
            return False
        await self._write(member, kept | {view.name: view.fields})
        return True

    async def drop(self, member: str, name: str) -> None:
        kept = {each.name: each.fields for each in await self.of(member) if each.name != name}
        await self._write(member, kept)

    async def _write(self, member: str, kept: Mapping[str, Mapping[str, str]]) -> None:
        sealed = self._vault.seal_json(dict(kept), _place(member))
        await self._views.update_one({"_id": member}, {"$set": {"sealed": sealed}}, upsert=True)


def _place(member: str) -> str:
    return f"{SAVED_VIEWS}/sealed/{member}"
