"""Clarifications and reception days: written, approved, shown, withdrawn.

Every change holds on the version that was read: nobody's approval meets other words than were looked at, and of two who
book the last place at once one has it.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, fields, replace
from datetime import UTC, date, datetime, time
from typing import Any

from storage.commit import Change, Insert, Update
from storage.cursors import NEWEST_FIRST, cursor_after, older_than
from storage.driver import Database, Document
from storage.personal_data import Vault
from storage.publication_records import (
    Clarification,
    Publication,
    PublicationKind,
    PublicationState,
    Reception,
)
from storage.records import Page

PUBLICATIONS = "publications"
MOST_SHOWN = 200
_TYPES: Mapping[PublicationKind, type[Clarification] | type[Reception]] = {
    PublicationKind.CLARIFICATION: Clarification,
    PublicationKind.RECEPTION: Reception,
}
_SEALED = ("author_name", "approver_name", "reason", "change_reason")
_PLAIN = ("unit", "created_at", "version", "approved_at", "withdrawn_at")


class Publications:
    """What the office published, and what it is about to."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._publications = database[PUBLICATIONS]
        self._vault = vault

    async def add(self, publication: Publication) -> None:
        """Keep a new one.

        Raises:
            AlreadyThere: its id is taken.
        """
        await self._publications.insert_one(self._document(publication))

    def put(self, publication: Publication) -> Change:
        """Give the change that keeps a new one; AlreadyThere: its id is taken."""
        return Insert(collection=PUBLICATIONS, document=self._document(publication))

    async def get(self, id: str) -> Publication | None:  # noqa: A002 - what it is
        found = await self._publications.find_one({"_id": id})
        return None if found is None else self._publication(found)

    async def list(
        self, kind: PublicationKind, *, units: Collection[str], limit: int = 30, cursor: str | None = None
    ) -> Page[Publication]:
        """List what was written in ``units``, the newest first.

        Raises:
            BadCursor: ``cursor`` is none that this list gave.
        """
        where: Document = {**(older_than(cursor) if cursor else {}), "kind": kind.value, "unit": {"$in": sorted(units)}}
        found = await self._publications.find(where, sort=NEWEST_FIRST, limit=limit + 1)
        shown = found[:limit]
        more = cursor_after(shown[-1]) if len(found) > limit else None
        return Page(items=tuple(map(self._publication, shown)), next_cursor=more)

    async def shown(self, kind: PublicationKind, now: datetime) -> Sequence[Publication]:
        """Give what stands in public: reception days by their day, clarifications the newest first."""
        where = {"kind": kind.value, "state": PublicationState.PUBLISHED.value, "until": {"$gt": now}}
        found = await self._publications.find(where, sort=(("until", 1), ("_id", 1)), limit=MOST_SHOWN)
        made = [self._publication(each) for each in found]
        if kind is PublicationKind.CLARIFICATION:
            return sorted(made, key=lambda each: each.approved_at or each.created_at, reverse=True)
        return sorted(made, key=lambda each: each.reception.begins_at)

    async def waiting(self, now: datetime, *, units: Collection[str]) -> Sequence[Publication]:
        """Give what was written in ``units`` and wants somebody's approval: drafts, and changes of reception days."""
        states = {"$in": [PublicationState.DRAFT.value, PublicationState.PUBLISHED.value]}
        made: list[Publication] = []
        for kind in PublicationKind:
            where = {"kind": kind.value, "state": states, "until": {"$gt": now}, "unit": {"$in": sorted(units)}}
            found = await self._publications.find(where, sort=(("until", 1), ("_id", 1)), limit=MOST_SHOWN)
            made += map(self._publication, found)
        return [each for each in made if each.state is PublicationState.DRAFT or each.change is not None]

    def change(self, publication: Publication, **facts: Any) -> Change:
        """Give the change to ``facts`` of what was read; Conflict: somebody else changed it meanwhile."""
        changed = replace(publication, **facts, version=publication.version + 1)
        document = {name: value for name, value in self._document(changed).items() if name != "_id"}
        guard = {"_id": publication.id, "version": publication.version}
        return Update(collection=PUBLICATIONS, filter=guard, update={"$set": document})

    def _document(self, publication: Publication) -> Document:
        change = publication.change
        sealed = {
            "content": _plain(publication.content),
            "change": None if change is None else _plain(change),
            **{name: getattr(publication, name) for name in _SEALED},
        }
        return {
            "_id": publication.id,
            "kind": publication.kind.value,
            "state": publication.state.value,
            "until": publication.content.shown_until,
            "authors": list(publication.authors),
            "seats": list(publication.seats),
            "sealed": self._vault.seal_json(sealed, f"{PUBLICATIONS}/{publication.id}"),
            **{name: getattr(publication, name) for name in _PLAIN},
        }

    def _publication(self, document: Mapping[str, Any]) -> Publication:
        key, kind = document["_id"], PublicationKind(document["kind"])
        sealed = self._vault.open_json(document["sealed"], f"{PUBLICATIONS}/{key}")
        content, change = sealed.pop("content"), sealed.pop("change")
        return Publication(
            id=key,
            kind=kind,
            state=PublicationState(document["state"]),
            content=_typed(_TYPES[kind], content),
            change=None if change is None else _reception(change),
            authors=tuple(document["authors"]),
            seats=tuple(document["seats"]),
            **sealed,
            **{name: document[name] for name in _PLAIN},
        )


def _plain(content: Clarification | Reception) -> Document:
    return {
        name: value.isoformat() if isinstance(value, date | time) else value for name, value in asdict(content).items()
    }


def _reception(plain: Mapping[str, Any]) -> Reception:
    made = _typed(Reception, plain)
    if not isinstance(made, Reception):
        raise TypeError(type(made))
    return made


def _typed(made_of: type[Clarification] | type[Reception], plain: Mapping[str, Any]) -> Clarification | Reception:
    return made_of(**{each.name: _READ.get(each.name, _as_it_is)(plain[each.name]) for each in fields(made_of)})


def _as_it_is(value: Any) -> Any:
    return value


def _moment(value: str) -> datetime:
    return datetime.fromisoformat(value).astimezone(UTC)


def _perhaps_day(value: str | None) -> date | None:
    return None if value is None else date.fromisoformat(value)


_READ: Mapping[str, Any] = {
    "day": date.fromisoformat,
    "until": _perhaps_day,
    "begins": time.fromisoformat,
    "ends": time.fromisoformat,
    "opens_at": _moment,
    "closes_at": _moment,
}
