"""Broadcasts: what is to be told to many, who wrote and who approved it, and how far it is.

The recipients stand in a ledger of their own (``storage.broadcast_ledger``). Every move is one guarded write: it
holds only from the states that lead there, so that a cancelled broadcast is never set going by somebody slower.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from storage.broadcast_records import Broadcast, BroadcastState, Counts, Segment
from storage.commit import Change, Insert, Update
from storage.cursors import NEWEST_FIRST, cursor_after, older_than
from storage.driver import Database, Document
from storage.personal_data import Vault
from storage.records import Page

BROADCASTS = "broadcasts"
REASON_LIMIT = 200
MOST_RUNNING = 50
_SEALED = ("title", "text", "author_name", "approver_name")
_PLAIN = (
    "unit",
    "created_at",
    "send_at",
    "approved_at",
    "started_at",
    "prepared_at",
    "finished_at",
    "held_until",
    "reason",
    "rate",
)

State = BroadcastState
FROM: Mapping[State, frozenset[State]] = {
    State.APPROVED: frozenset({State.DRAFT}),
    State.SCHEDULED: frozenset({State.APPROVED, State.PAUSED}),
    State.RUNNING: frozenset({State.APPROVED, State.SCHEDULED, State.PAUSED}),
    State.PAUSED: frozenset({State.SCHEDULED, State.RUNNING}),
    State.CANCELLED: frozenset({State.DRAFT, State.APPROVED, State.SCHEDULED, State.RUNNING, State.PAUSED}),
    State.DONE: frozenset({State.RUNNING}),
    State.FAILED: frozenset({State.RUNNING}),
}
"""From where each state is reached."""


class Broadcasts:
    """The broadcasts of the office."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._broadcasts = database[BROADCASTS]
        self._vault = vault

    async def add(self, broadcast: Broadcast) -> None:
        """Keep a new one.

        Raises:
            AlreadyThere: its id is taken.
        """
        await self._broadcasts.insert_one(self._document(broadcast))

    def put(self, broadcast: Broadcast) -> Change:
        """Give the change that keeps a new one; AlreadyThere: its id is taken."""
        return Insert(collection=BROADCASTS, document=self._document(broadcast))

    async def get(self, id: str) -> Broadcast | None:  # noqa: A002 - what it is
        found = await self._broadcasts.find_one({"_id": id})
        return None if found is None else self._broadcast(found)

    async def list(
        self, *, units: Collection[str] | None = None, limit: int = 50, cursor: str | None = None
    ) -> Page[Broadcast]:
        """List them, the newest first; ``units``: only those that were written there.

        Raises:
            BadCursor: ``cursor`` is none that this list gave.
        """
        where: Document = dict(older_than(cursor)) if cursor else {}
        if units is not None:
            where["unit"] = {"$in": sorted(units)}
        found = await self._broadcasts.find(where, sort=NEWEST_FIRST, limit=limit + 1)
        shown = found[:limit]
        more = cursor_after(shown[-1]) if len(found) > limit else None
        return Page(items=tuple(self._broadcast(each) for each in shown), next_cursor=more)

    async def drafts(self, *, units: Collection[str], limit: int) -> Sequence[Broadcast]:
        """Give those that nobody let pass yet, the newest first."""
        where: Document = {"state": State.DRAFT.value, "unit": {"$in": sorted(units)}}
        found = await self._broadcasts.find(where, sort=(("created_at", -1),), limit=limit)
        return [self._broadcast(each) for each in found]

    def approval(self, broadcast: Broadcast, *, by: str, name: str, at: datetime) -> Change:
        """Give the change that lets it pass, by somebody who wrote nothing of it.

        Conflict: it is no draft any more, or theirs.
        """
        place = f"{BROADCASTS}/approver/{broadcast.id}"
        facts = {"state": State.APPROVED.value, "approver": self._vault.seal(name, place), "approved_at": at}
        guard = {"_id": broadcast.id, "state": State.DRAFT.value, "authors": {"$ne": by}}
        return Update(collection=BROADCASTS, filter=guard, update={"$set": facts})

    async def move(self, id: str, to: State, *, at: datetime, reason: str = "") -> Broadcast | None:  # noqa: A002
        """Bring it to ``to``; None: from where it stands nothing leads there."""
        guard, facts = self._moving(id, to, at=at, reason=reason)
        found = await self._broadcasts.find_one_and_update(guard, {"$set": facts})
        return None if found is None else self._broadcast(found)

    def moved(self, id: str, to: State, *, at: datetime, reason: str = "") -> Change:  # noqa: A002
        """Give the change that brings it to ``to``; Conflict: from where it stands nothing leads there."""
        guard, facts = self._moving(id, to, at=at, reason=reason)
        return Update(collection=BROADCASTS, filter=guard, update={"$set": facts})

    @staticmethod
    def _moving(id: str, to: State, *, at: datetime, reason: str) -> tuple[Document, Document]:  # noqa: A002
        facts: Document = {"state": to.value, "reason": reason[:REASON_LIMIT], "held_until": None, "rate": 0.0}
        if to is State.RUNNING:
            facts["started_at"] = at
        if to.ended:
            facts["finished_at"] = at
        return {"_id": id, "state": {"$in": [state.value for state in FROM[to]]}}, facts

    async def due(self, now: datetime) -> Sequence[Broadcast]:
        """Give those that are to run: running, or scheduled for now or earlier; the first begun first."""
        scheduled = {"state": State.SCHEDULED.value, "send_at": {"$lte": now}}
        where = {"$or": [{"state": State.RUNNING.value}, scheduled]}
        found = await self._broadcasts.find(where, sort=(("created_at", 1),), limit=MOST_RUNNING)
        return [self._broadcast(each) for each in found]

    async def state_of(self, id: str) -> State | None:  # noqa: A002
        found = await self._broadcasts.find_one({"_id": id}, projection={"state": 1})
        return None if found is None else State(found["state"])

    async def prepared(self, id: str, *, at: datetime) -> None:  # noqa: A002
        """Note that everybody it is for stands in the ledger."""
        await self._broadcasts.update_one({"_id": id, "prepared_at": None}, {"$set": {"prepared_at": at}})

    async def hold(self, id: str, *, until: datetime | None, reason: str) -> None:  # noqa: A002
        """Say that nothing is sent before ``until``, and why; None: it goes on."""
        facts = {"held_until": until, "reason": reason[:REASON_LIMIT], "rate": 0.0}
        await self._broadcasts.update_one({"_id": id, "state": State.RUNNING.value}, {"$set": facts})

    async def progress(self, id: str, *, counts: Counts, rate: float | None = None) -> None:  # noqa: A002
        """Keep how far it is, for lists."""
        facts: Document = {"counts": asdict(counts)} | ({} if rate is None else {"rate": rate})
        await self._broadcasts.update_one({"_id": id}, {"$set": facts})

    def _document(self, broadcast: Broadcast) -> Document:
        sealed = {name: getattr(broadcast, name) for name in _SEALED}
        return {
            "_id": broadcast.id,
            "state": broadcast.state.value,
            "channels": list(broadcast.channels),
            "segment": asdict(broadcast.segment),
            "authors": list(broadcast.authors),
            "counts": asdict(broadcast.counts),
            "content": self._vault.seal_json(sealed, f"{BROADCASTS}/content/{broadcast.id}"),
            **{name: getattr(broadcast, name) for name in _PLAIN},
        }

    def _broadcast(self, document: Mapping[str, Any]) -> Broadcast:
        key = document["_id"]
        sealed = self._vault.open_json(document["content"], f"{BROADCASTS}/content/{key}")
        if "approver" in document:
            sealed["approver_name"] = self._vault.open(document["approver"], f"{BROADCASTS}/approver/{key}")
        return Broadcast(
            id=key,
            state=State(document["state"]),
            channels=tuple(document["channels"]),
            segment=Segment(**document["segment"]),
            authors=tuple(document["authors"]),
            counts=Counts(**document["counts"]),
            **sealed,
            **{name: document[name] for name in _PLAIN},
        )
