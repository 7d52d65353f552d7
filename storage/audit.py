"""The audit log: who looked at or did what, as a chain that shows where somebody tampered with it.

Each line holds the keyed digest of itself and of the line before: a line changed, removed or slipped in breaks the
chain from there on, and without the store's keys nobody can mend it. Lines are only ever added. That the newest lines
were cut off no chain can show: a mark that was noted outside (``Audit.mark``) does.
"""

import asyncio
import hmac
import json
import re
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from storage.commit import Change, Committer, Insert
from storage.driver import Database, Document
from storage.errors import AlreadyThere, StorageAway
from storage.personal_data import Vault

AUDIT = "audit"
_TRIES = 40
_MARK = re.compile(r"([0-9]{1,12})-([0-9a-f]{20})")
_MARK_BYTES = 10
_PLACE = "audit"


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditLine:
    """One thing done. ``actor`` is a member's or token's id, ``name`` theirs at the time.

    ``action`` is a stable word ("case.revealed"), ``target`` the id of what it was done to; ``details`` may hold
    personal data (a reason in somebody's words) and is sealed.
    """

    at: datetime
    actor: str
    action: str
    target: str = ""
    name: str = field(default="", repr=False)
    details: Mapping[str, Any] = field(default_factory=dict, repr=False)
    seq: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken:
    """Where the chain breaks first, and how: "changed", "missing" or "unreadable"."""

    seq: int
    how: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditFilter:
    """What to narrow the log to; nothing set: all of it. ``until``: before that."""

    actor: str = ""
    target: str = ""
    actions: Sequence[str] = ()
    since: datetime | None = None
    until: datetime | None = None


EVERYTHING = AuditFilter()


class Audit:
    """The log."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._lines = database[AUDIT]
        self._vault = vault
        self._one_at_a_time = asyncio.Lock()

    async def add(self, line: AuditLine) -> int:
        """Append ``line``; give its number, from 1 on.

        Raises:
            StorageAway: not written: whoever wanted to look or act must not.
        """
        async with self._one_at_a_time:  # those of one process never get into each other's way
            return await self._add([line])

    async def add_with(self, changes: Sequence[Change], *lines: AuditLine, committer: Committer) -> int:
        """Append ``lines`` in one commit with the ``changes`` that they tell of; give the number of the last.

        Neither stands without the other.

        Raises:
            Conflict, AlreadyThere: a change does not hold any more, or was made before; there is no line of it.
            StorageAway: not known to be applied.
        """
        async with self._one_at_a_time:
            return await self._add(lines, changes, committer)

    async def _add(
        self, lines: Sequence[AuditLine], changes: Sequence[Change] = (), committer: Committer | None = None
    ) -> int:
        for _ in range(_TRIES):
            last = await self._last()
            documents = self._chained(lines, *((last["_id"], last["digest"]) if last else (0, b"")))
            try:
                if committer is None:
                    await self._lines.insert_one(documents[0])
                else:
                    told = [Insert(collection=AUDIT, document=each) for each in documents]
                    await committer.commit([*changes, *told])
            except AlreadyThere as error:
                if committer is not None and error.detail != AUDIT:
                    raise
                continue  # somebody else's line came first
            return int(documents[-1]["_id"])
        msg = "the audit log is too busy"
        raise StorageAway(msg)

    async def newest(
        self, limit: int, *, before: int | None = None, wanted: AuditFilter = EVERYTHING
    ) -> Sequence[AuditLine]:
        """Give lines, the newest first; ``before``: only those with a smaller number."""
        least = await self._first_since(wanted.since) if wanted.since else None
        beyond = await self._first_since(wanted.until) if wanted.until else None
        below = min((each for each in (before, beyond) if each is not None), default=None)
        number = {sign: value for sign, value in (("$gte", least), ("$lt", below)) if value is not None}
        where: Document = {"_id": number} if number else {}
        where |= {name: value for name in ("actor", "target") if (value := getattr(wanted, name))}
        where |= {"action": {"$in": list(wanted.actions)}} if wanted.actions else {}
        return [self._line(each) for each in await self._lines.find(where, sort=(("_id", -1),), limit=limit)]

    async def check(self) -> tuple[int, Broken | None]:
        """Read the whole chain; give how many lines hold, and where it breaks, None where it does not."""
        held, before = 0, b""
        async for document in self._each():
            if document["_id"] != held + 1:
                return held, Broken(seq=held + 1, how="missing")
            if not hmac.compare_digest(self._digest(document, before), bytes(document["digest"])):
                return held, Broken(seq=document["_id"], how="changed")
            held, before = document["_id"], bytes(document["digest"])
        return held, None

    async def mark(self) -> str:
        """What to note elsewhere: the number of the newest line and the beginning of its digest; "" without a line."""
        last = await self._last()
        return _mark(last) if last else ""

    async def holds(self, mark: str) -> bool:
        """Whether the line of a ``mark`` noted before is there as it was; with ``check``, all lines before it as well.

        Raises:
            ValueError: it is no mark.
        """
        read = _MARK.fullmatch(mark.strip().lower())
        if read is None:
            raise ValueError(mark)
        line = await self._lines.find_one({"_id": int(read[1])})
        return line is not None and hmac.compare_digest(_mark(line), f"{int(read[1])}-{read[2]}")

    async def _first_since(self, moment: datetime) -> int:
        """The number of the first line written at ``moment`` or later: numbers grow with time, no index is needed."""
        last = await self._last()
        low, high = 1, (last["_id"] if last else 0) + 1
        while low < high:
            middle = (low + high) // 2
            line = await self._lines.find_one({"_id": {"$gte": middle}}, sort=(("_id", 1),))
            if line is not None and line["at"] < moment:
                low = line["_id"] + 1
            else:
                high = middle
        return low

    async def _last(self) -> Document | None:
        return await self._lines.find_one({}, sort=(("_id", -1),))

    def _each(self) -> AsyncIterator[Document]:
        return self._lines.each({}, sort=(("_id", 1),))

    def _chained(self, lines: Sequence[AuditLine], seq: int, before: bytes) -> Sequence[Document]:
        documents = []
        for line in lines:
            seq += 1
            document = self._document(line, seq)
            before = document["digest"] = self._digest(document, before)
            documents.append(document)
        return documents

    def _document(self, line: AuditLine, seq: int) -> Document:
        details = {"name": line.name, **line.details}
        return {
            "_id": seq,
            "at": line.at,
            "actor": line.actor,
            "action": line.action,
            "target": line.target,
            "details": self._vault.seal_json(details, f"{AUDIT}/details/{seq}"),
        }

    def _digest(self, document: Mapping[str, Any], before: bytes) -> bytes:
        told = [
            document["_id"],
            document["at"].isoformat(timespec="milliseconds"),
            document["actor"],
            document["action"],
            document["target"],
            bytes(document["details"]).hex(),
            bytes(before).hex(),
        ]
        return self._vault.hash_code(json.dumps(told, ensure_ascii=False), _PLACE)

    def _line(self, document: Mapping[str, Any]) -> AuditLine:
        details = self._vault.open_json(document["details"], f"{AUDIT}/details/{document['_id']}")
        name = details.pop("name")
        plain = {key: document[key] for key in ("at", "actor", "action", "target")}
        return AuditLine(**plain, name=name, details=details, seq=document["_id"])


def _mark(document: Mapping[str, Any]) -> str:
    return f"{document['_id']}-{bytes(document['digest'])[:_MARK_BYTES].hex()}"
