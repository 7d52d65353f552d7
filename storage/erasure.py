"""What is kept of persons, erased where the law does not ask to keep it; the course of a case stays.

信访 cases are files that an office must keep: that there was one, when, what was done. Who filed it is not needed for
that once the case is over and its period has run out, or the person wishes so.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from storage.case_documents import CASES, TIMELINE, entry_to_document
from storage.cases import Case, TimelineEntry
from storage.commit import Change, Insert, Update
from storage.conversations import CONVERSATIONS, STATE_FORGOTTEN
from storage.driver import Database
from storage.inbox import ARRIVALS
from storage.outbox_documents import OUTBOX
from storage.personal_data import Vault
from storage.records import ArrivalState

RETENTION_REPORTS = "retention_reports"
ERASURES = "erasures"
"""What is still to be removed of cases whose filers are erased: few, each for a moment."""
_TALK_AFTER = timedelta(days=1)
"""So long platforms may bring a message once more: until then what came is known by what is kept of it."""
_LOOKED_AT_AGAIN = timedelta(hours=20)
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class RetentionReport:
    """What one night's job did; ``day`` is China's. ``days``: the periods it went by, 0 for what is kept for ever."""

    day: str
    at: datetime
    counts: Mapping[str, int] = field(default_factory=dict)
    days: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class TalkErasure:
    """The talk of somebody who wished to be forgotten, up to ``since``; ``id`` names this erasure."""

    id: str
    conversation_id: str
    since: datetime


class Erasure:
    """Finds what has been kept long enough, and erases."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._vault = vault
        self._cases = database[CASES]
        self._conversations = database[CONVERSATIONS]
        self._arrivals = database[ARRIVALS]
        self._outbox = database[OUTBOX]
        self._reports = database[RETENTION_REPORTS]
        self._erasures = database[ERASURES]

    def masked(self, entries: Sequence[TimelineEntry], mask: Callable[[str], str]) -> list[Change]:
        """Give the changes that mask the words of a timeline; nothing else of it ever changes."""
        changed = [replace(each, note=mask(each.note)) for each in entries if mask(each.note) != each.note]
        documents = [entry_to_document(replace(each, attachments=()), self._vault) for each in changed]
        return [
            Update(collection=TIMELINE, filter={"_id": each["_id"]}, update={"$set": {"sealed": each["sealed"]}})
            for each in documents
        ]

    async def on_the_way(self, number: str) -> bool:
        """Whether something about the case is still to be sent."""
        return await self._outbox.find_one({"case_number": number, "wake_at": {"$exists": True}}) is not None

    async def forget_notices(self, number: str, *, before: datetime) -> int:
        """Remove what was sent about a case until then, and who it was sent to."""
        where = {"case_number": number, "wake_at": {"$exists": False}, "created_at": {"$lte": before}}
        return await self._outbox.delete_many(where)

    def begun(self, number: str, *, at: datetime) -> Change:
        """Give the change that notes, with the erasure itself, that attachments and notices are to follow."""
        return Insert(collection=ERASURES, document={"_id": number, "at": at})

    async def unfinished(self, *, before: datetime, limit: int) -> Mapping[str, datetime]:
        """Give the cases whose erasure began before then and was not brought to its end, and when it began."""
        where = {"at": {"$lt": before}, "conversation_id": None}
        found = await self._erasures.find(where, sort=(("at", 1),), limit=limit)
        return {each["_id"]: each["at"] for each in found}

    def talk_begun(self, number: str, conversation_id: str, *, at: datetime) -> Change:
        """Give the change that notes, with the erasure of their last case, that the talk up to then is to follow."""
        told = {"_id": f"{number}/talk", "conversation_id": conversation_id, "since": at, "at": at + _TALK_AFTER}
        return Insert(collection=ERASURES, document=told)

    async def talks_begun(self, *, before: datetime, limit: int) -> Sequence[TalkErasure]:
        """Give those that are due before then, the oldest first."""
        where = {"at": {"$lt": before}, "conversation_id": {"$ne": None}}
        found = await self._erasures.find(where, sort=(("at", 1),), limit=limit)
        return [TalkErasure(id=e["_id"], conversation_id=e["conversation_id"], since=e["since"]) for e in found]

    async def forget_said(self, talk: TalkErasure) -> None:
        """Remove what was said on both sides until then; what still waits stays."""
        here = {"conversation_id": talk.conversation_id}
        await self._outbox.delete_many({**here, "wake_at": {"$exists": False}, "created_at": {"$lte": talk.since}})
        heard = {"state": {"$ne": ArrivalState.PENDING.value}, "arrived_at": {"$lte": talk.since}}
        await self._arrivals.delete_many({**here, **heard})

    async def finished(self, id: str) -> None:  # noqa: A002
        """Note that nothing is left to be removed of it: of a case by its number, of a talk by its erasure's id."""
        await self._erasures.delete_one({"_id": id})

    async def cases_over(
        self, *, before: datetime, limit: int, after: datetime | None = None, but: Sequence[str] = ()
    ) -> Sequence[tuple[str, datetime]]:
        """Give closed cases that nothing happened to since then, and whose filers are still known; the oldest first.

        With each stands when something happened to it last. ``after``: not before then; ``but``: none of these.
        """
        when = {"$lt": before, **({"$gte": after} if after else {})}
        where = {"open": False, "erased": {"$ne": True}, "updated_at": when}
        if but:
            where["_id"] = {"$nin": list(but)}
        found = await self._cases.find(where, sort=(("updated_at", 1),), limit=limit, projection={"updated_at": 1})
        return [(each["_id"], each["updated_at"]) for each in found]

    async def erase_talks(self, *, before: datetime, now: datetime, limit: int) -> tuple[int, int]:
        """Erase what was said in conversations that have been silent since then; not where a case is open.

        Give how many were looked at, and how many erased; what was looked at comes up again tomorrow at the earliest.
        """
        said = {"$gt": ["$last_inbound_at", {"$ifNull": ["$talk_erased_at", _NEVER]}]}
        due = {"$or": [{"talk_kept_until": None}, {"talk_kept_until": {"$lt": now}}]}
        where = {"last_inbound_at": {"$lt": before}, "$expr": said, **due}
        found = await self._conversations.find(
            where, sort=(("last_inbound_at", 1),), limit=limit, projection={"last_inbound_at": 1}
        )
        return len(found), sum([await self._erase_talk(each, now) for each in found])

    async def _erase_talk(self, silent: Mapping[str, Any], now: datetime) -> bool:
        key = silent["_id"]
        if await self._cases.find_one({"parties": key, "open": True}, projection={"_id": 1}):
            await self._conversations.update_one({"_id": key}, {"$set": {"talk_kept_until": now + _LOOKED_AT_AGAIN}})
            return False
        await self._outbox.delete_many({"conversation_id": key, "wake_at": {"$exists": False}})
        await self._arrivals.delete_many({"conversation_id": key, "state": {"$ne": ArrivalState.PENDING.value}})
        here = {"_id": key, "last_inbound_at": silent["last_inbound_at"]}
        forgotten = {"$set": {"talk_erased_at": silent["last_inbound_at"]}, **STATE_FORGOTTEN}
        return bool(await self._conversations.update_one(here, forgotten))

    async def keep_report(self, report: RetentionReport) -> None:
        values = {"at": report.at, "counts": dict(report.counts), "days": dict(report.days)}
        await self._reports.update_one({"_id": report.day}, {"$set": values}, upsert=True)

    async def reports(self, limit: int) -> Sequence[RetentionReport]:
        """The newest first."""
        found = await self._reports.find({}, sort=(("_id", -1),), limit=limit)
        return [
            RetentionReport(day=each["_id"], at=each["at"], counts=each["counts"], days=each["days"]) for each in found
        ]


def without_person(case: Case, mask: Callable[[str], str]) -> Mapping[str, Any]:
    """What a case's fields are once nothing tells who filed it."""
    return {
        "filer": type(case.filer)(),
        "followers": (),
        "source": replace(case.source, message_ids=()),
        "attachments": (),
        "title": mask(case.title),
        "content": mask(case.content),
        "place": mask(case.place),
        "latitude": None,
        "longitude": None,
        "erased": True,
    }
