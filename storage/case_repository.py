"""The cases of the office: filed, moved and added to by changes that hold only on the version they were made for.

Nothing here writes by itself: the caller commits the changes together with the notices they cause.
"""

import hmac
import re
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Protocol

from storage.case_documents import (
    CASES,
    TIMELINE,
    case_from_document,
    case_to_document,
    entry_from_document,
    entry_to_document,
    phone_twins,
)
from storage.case_lights import lit_before
from storage.case_search import DUE
from storage.case_waits import worked_again
from storage.cases import Case, CaseFilter, CaseState, EntryKind, TimelineEntry, lawful_moves
from storage.clocks import CaseClock
from storage.code_tries import CodeTries
from storage.commit import Change, Insert, Update
from storage.cursors import NEWEST_FIRST, cursor_after, older_than
from storage.driver import Database, Document
from storage.errors import IllegalMove
from storage.numbers import normalise
from storage.parties import PartyCases
from storage.personal_data import Vault
from storage.records import Page

TIMELINE_LIMIT = 2_000
_PARTIES_AT_ONCE = 10_000
_FIXED = frozenset({"number", "version", "state", "last_seq", "created_at", "updated_at"})
_NUMBER_PART = re.compile(r"[0-9A-Z]{1,20}")

Changes = list[Change]


class Clockwork(Protocol):
    """Sets the clocks of a case as it is filed and moves on."""

    def __call__(self, case: Case, *, was: CaseState | None, at: datetime) -> tuple[CaseClock, ...]:
        """Give the clocks of ``case`` from now on; ``was``: the state before, None for one that is new."""
        ...


def no_clocks(case: Case, *, was: CaseState | None, at: datetime) -> tuple[CaseClock, ...]:  # noqa: ARG001 - a Clockwork
    """A clockwork that leaves everything as it is."""
    return case.clocks


class Cases:
    """The cases, with their timelines and query codes."""

    def __init__(self, database: Database, vault: Vault, clockwork: Clockwork = no_clocks) -> None:
        self.clockwork = clockwork
        self._cases = database[CASES]
        self._timeline = database[TIMELINE]
        self._of_parties = PartyCases(self._cases)
        self._tries = CodeTries(database)
        self._vault = vault

    def create(self, case: Case, code: str, entry: TimelineEntry) -> Changes:
        """Give the changes that file ``case`` under its drawn number; ``entry`` begins its timeline.

        The commit fails with AlreadyThere where the number is taken: the case was filed before.
        """
        filed = replace(case, version=1, last_seq=1)
        filed = replace(filed, clocks=self.clockwork(filed, was=None, at=case.received_at or entry.at))
        code_hash = self._vault.hash_code(code, _code_place(case.number))
        document = case_to_document(filed, self._vault) | {"code": code_hash, DUE: True}
        return [
            Insert(collection=CASES, document=document),
            self._entered(replace(entry, from_state=None, to_state=filed.state), filed),
        ]

    def move(self, case: Case, to: CaseState, entry: TimelineEntry, **sets: Any) -> Changes:
        """Give the changes that move ``case`` on, told by ``entry``; ``sets`` as in ``append``.

        The commit fails with Conflict where the case was changed since it was read.

        Raises:
            IllegalMove: the table knows no such move; it names the lawful ones.
        """
        lawful = lawful_moves(case.state)
        if to not in lawful:
            raise IllegalMove(case.state, to, lawful)
        again = case.reopened + (to is CaseState.REOPENED)
        moved = replace(self._changed(case, entry.at, sets), state=to, reopened=again)
        if to is CaseState.REOPENED:  # what is handled again is handled by itself
            moved = replace(moved, merged_into=None, assignments=worked_again(moved.assignments))
        moved = replace(moved, clocks=self.clockwork(moved, was=case.state, at=entry.at))
        told = replace(entry, kind=EntryKind.MOVED, from_state=case.state, to_state=to)
        return [self._update(case, moved), self._entered(told, moved)]

    def append(self, case: Case, entry: TimelineEntry, **sets: Any) -> Changes:
        """Give the changes that add ``entry`` to the timeline and set fields of the case (``satisfaction=4``).

        The commit fails with Conflict where the case was changed since it was read.

        Raises:
            TypeError: ``sets`` names what is no field, or what only moves and time change.
        """
        changed = self._changed(case, entry.at, sets)
        return [self._update(case, changed), self._entered(replace(entry, from_state=None, to_state=None), changed)]

    async def get(self, number: str) -> Case | None:
        """Read one case by its number in the normal form (``numbers.normalise``)."""
        found = await self._cases.find_one({"_id": number})
        return None if found is None else case_from_document(found, self._vault)

    async def timeline(self, number: str, limit: int = TIMELINE_LIMIT) -> tuple[TimelineEntry, ...]:
        """Read what happened to a case, in order."""
        found = await self._timeline.find({"case_number": number}, sort=(("seq", 1),), limit=limit)
        return tuple(entry_from_document(each, self._vault) for each in found)

    async def has_entered(self, number: str, once: str) -> bool:
        """Whether the form with this key was carried out on the case (``Actor.once``)."""
        wanted = {"case_number": number, "once": once}
        return await self._timeline.find_one(wanted, projection={"_id": 1}) is not None

    async def of_conversation(self, conversation_id: str, limit: int = 20) -> tuple[Case, ...]:
        """Read the cases that a conversation filed or follows, newest first, accusations of its own included."""
        found = await self._of_parties.of(conversation_id, limit)
        return tuple(case_from_document(each, self._vault) for each in found)

    async def of_conversations(self, ids: Sequence[str], limit: int = 20) -> tuple[Case, ...]:
        """Read the cases that any of these conversations filed or follows, as ``of_conversation`` does."""
        found = await self._cases.find({"parties": {"$in": list(ids)}}, sort=NEWEST_FIRST, limit=limit)
        return tuple(case_from_document(each, self._vault) for each in found)

    async def accused_in(self, ids: Sequence[str]) -> frozenset[str]:
        """Give those of these conversations that filed or follow an accusation."""
        found = await self._cases.aggregate(
            [
                {"$match": {"parties": {"$in": list(ids)}, "accusation": True}},
                {"$unwind": "$parties"},
                {"$match": {"parties": {"$in": list(ids)}}},
                {"$group": {"_id": "$parties"}},
            ],
            limit=max(1, len(ids)),
        )
        return frozenset(str(each["_id"]) for each in found)

    async def parties(
        self, *, channel: str, account: str, district: str | None = None, category: str | None = None
    ) -> AsyncIterator[str]:
        """Give the conversations on one account that filed or follow a case of a district or category, each once.

        ``category`` may be the first of its two levels. An accusation puts nobody into such a list.
        """
        where: Document = {"accusation": False}
        if district is not None:
            where["district"] = district
        if category is not None:
            where["category"] = {"$regex": f"^{re.escape(category)}(/|$)"}
        last, end = f"{channel}:{account}:", f"{channel}:{account};"  # the sign after the colon
        while True:
            found = await self._cases.aggregate(
                [
                    {"$match": where},
                    {"$project": {"parties": 1}},
                    {"$unwind": "$parties"},
                    {"$match": {"parties": {"$gt": last, "$lt": end}}},
                    {"$group": {"_id": "$parties"}},
                    {"$sort": {"_id": 1}},
                ],
                limit=_PARTIES_AT_ONCE,
            )
            for each in found:
                yield str(each["_id"])
            if len(found) < _PARTIES_AT_ONCE:
                return
            last = str(found[-1]["_id"])

    async def check_code(self, number: str, code: str, *, asker: str, now: datetime) -> bool:
        """Say whether ``code`` is the query code of the case; no such case is a wrong code.

        Args:
            number: as it was written.
            code: six digits.
            asker: the conversation that asks; its own cases it reads without a code.
            now: the present.

        Raises:
            SlowDown: too many wrong tries by this asker, for this case, or altogether.
        """
        known = normalise(number) or ""
        return await self._tries.heard(asker, known, now, lambda: self._is_code(known, code))

    async def list(
        self,
        filter: CaseFilter | None = None,  # noqa: A002 - what it is
        limit: int = 50,
        cursor: str | None = None,
        *,
        include_accusations: bool = False,
    ) -> Page[Case]:
        """List cases, newest first. ``query`` looks at the numbers only: title and content are sealed.

        Accusations are left out unless asked for: they are the discipline role's alone.

        Raises:
            BadCursor: ``cursor`` is none that this list gave.
        """
        where = self._where(filter or CaseFilter())
        if not include_accusations:
            where["accusation"] = False
        if cursor:
            where = {"$and": [where, older_than(cursor)]}
        found = await self._cases.find(where, sort=NEWEST_FIRST, limit=limit + 1)
        shown = found[:limit]
        more = cursor_after(shown[-1]) if len(found) > limit else None
        return Page(items=tuple(case_from_document(each, self._vault) for each in shown), next_cursor=more)

    async def merged_with(self, number: str, limit: int = 50) -> tuple[Case, ...]:
        """Read the cases that are handled with the case ``number`` (并案), the oldest first."""
        found = await self._cases.find(
            {"merged_into": {"$eq": number, "$type": "string"}}, sort=(("_id", 1),), limit=limit
        )
        return tuple(case_from_document(each, self._vault) for each in found)

    async def alarmed(self, now: datetime, limit: int) -> tuple[Case, ...]:
        """Read the cases, accusations included, of whose lights staff are to be told now, the longest due first."""
        where = {"alarm_at": {"$type": "date", "$lt": now}}
        found = await self._cases.find(where, sort=(("alarm_at", 1), ("_id", 1)), limit=limit)
        return tuple(case_from_document(each, self._vault) for each in found)

    async def open_numbers(self, limit: int) -> Sequence[str]:
        """The numbers of the cases in which somebody still has to do something, accusations included."""
        return [str(each["_id"]) for each in await self._cases.find({"open": True}, projection={"_id": 1}, limit=limit)]

    async def begin_alarms(self) -> int:
        """Have the lights of open cases told that an earlier version kept; give how many there are."""
        where = {"open": True, "alarm_at": {"$exists": False}}
        return await self._cases.update_many(where, [{"$set": {"alarm_at": "$warns_at"}}])

    async def count(self, filter: CaseFilter, *, limit: int) -> int:  # noqa: A002 - what it is
        """Count what ``filter`` finds, but no further than ``limit``; accusations only where it asks for them."""
        where = self._where(filter)
        where.setdefault("accusation", False)
        return await self._cases.count(where, limit=limit)

    def _where(self, wanted: CaseFilter) -> Document:
        plain = ("state", "channel", "district", "type", "category", "urgency", "waits")
        where: Document = {name: str(value) for name in plain if (value := getattr(wanted, name)) is not None}
        where |= {name: value for name in ("open", "accusation") if (value := getattr(wanted, name)) is not None}
        if wanted.units is not None:
            where["units"] = {"$in": sorted(wanted.units)}
        where |= lit_before(wanted)
        if wanted.visit_before is not None:
            where["visit_due"] = {"$type": "date", "$lte": wanted.visit_before}
        created = {"$gte": wanted.created_after, "$lt": wanted.created_before}
        if bounds := {name: value for name, value in created.items() if value is not None}:
            where["created_at"] = bounds
        if wanted.phone is not None:
            where["phone"] = {"$in": phone_twins(wanted.phone, self._vault)}
        if wanted.query is not None:
            where["_id"] = _numbered(wanted.query)
        if wanted.numbers is not None:
            where["_id"] = {"$in": list(wanted.numbers)}
        return where

    def _changed(self, case: Case, at: datetime, sets: Mapping[str, Any]) -> Case:
        if fixed := _FIXED & sets.keys():
            msg = f"not to be set: {sorted(fixed)}"
            raise TypeError(msg)
        return replace(case, version=case.version + 1, last_seq=case.last_seq + 1, updated_at=at, **sets)

    def _update(self, case: Case, changed: Case) -> Change:
        was, now = (case_to_document(each, self._vault) for each in (case, changed))
        # A sealed value is never the same twice; it is written again only where what it holds has changed.
        if _sealed_part(case) == _sealed_part(changed):
            now.pop("sealed")
        if _words(case) != _words(changed):
            now[DUE] = True
        was.pop("dated")  # an earlier version did not write it
        return Update(
            collection=CASES,
            filter={"_id": case.number, "version": case.version, "state": case.state.value},
            update={"$set": {name: value for name, value in now.items() if value != was.get(name)}},
        )

    def _entered(self, entry: TimelineEntry, case: Case) -> Change:
        placed = replace(entry, case_number=case.number, seq=case.last_seq)
        return Insert(collection=TIMELINE, document=entry_to_document(placed, self._vault))

    async def _is_code(self, number: str, code: str) -> bool:
        found = await self._cases.find_one({"_id": number}, projection={"code": 1})
        tried = self._vault.hash_code(code, _code_place(number))
        return hmac.compare_digest(tried, bytes(found["code"]) if found else b"")


def _code_place(number: str) -> str:
    return f"{CASES}/code/{number}"


def _numbered(query: str) -> Any:
    if number := normalise(query):
        return number
    begins = query.strip().upper()
    # What no number begins with matches nothing, and never reaches the server as a pattern.
    return {"$regex": f"^{begins}"} if _NUMBER_PART.fullmatch(begins) else {"$in": []}


def _words(case: Case) -> tuple[str, ...]:
    """What searches look at."""
    return case.title, case.content, case.place, case.category, case.filer.name


def _sealed_part(case: Case) -> tuple[Any, ...]:
    where = (case.place, case.latitude, case.longitude, case.since, case.happened_from, case.happened_to)
    return (case.title, case.content, *where, case.filer, case.source, case.attachments, case.assignments)
