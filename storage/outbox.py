"""The outbox: everything that is to leave, and the truth about what became of it.

    queued ─▶ sending ─▶ sent ─▶ delivered        by receipt; a later receipt never lowers the rank
      ▲          ├─▶ queued  (again later)  └─▶ failed ─▶ delivered
      │          ├─▶ failed  (it will never arrive: ``reason``)
      ├──────────┴─▶ dead    (given up; staff replay it)
      └─▶ merged             (it waited for the person, whose answer says it; ``storage.waiting_replies``)

An entry is put in the same change as what caused it. Who sends it claims it first: a lease with a token, by
which alone the outcome is recorded. A lease that ran out may be claimed by another; the entry is then
marked ``maybe_twice``, for nobody knows whether the one before had sent it. The queue of jobs may lose or
double what it likes: the claim decides.
"""

import random
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from channels.messages import Receipt, Via
from storage.commit import Change, Insert
from storage.driver import Database, Document
from storage.errors import Conflict
from storage.outbox_documents import (
    ATTEMPTS_KEPT,
    OUTBOX,
    REASON_LIMIT,
    attempt_to_document,
    decision_to_document,
    entry_from_document,
    entry_to_document,
)
from storage.outbox_updates import QUEUED, SENDING, claiming, recorded
from storage.personal_data import Vault
from storage.receipts import Receipts
from storage.records import REPLAYED, Attempt, Considered, DeliveryState, OutboxEntry

CASE_LIMIT = 500
_WINDOW = 4
_WINDOW_LIMIT = 2_000
_PARTS_LIMIT = 200
"""Parts of one answer; more than any has."""
_FREED = ("lease_until", "wake_at")
_WITH_ITS_WEBHOOK: Mapping[str, Any] = {"state": SENDING, "via": Via.PASSIVE.value, "lease_token": None}
"""A passive reply that no worker has claimed: a claim has a token."""


class Outbox:
    """What is to leave. ``chance`` spreads workers over what is due, so that they do not fight for the first."""

    def __init__(self, database: Database, vault: Vault, *, chance: random.Random | None = None) -> None:
        self._entries = database[OUTBOX]
        self._receipts = Receipts(database)
        self._vault = vault
        self._chance = chance or random.SystemRandom()

    def put(self, entry: OutboxEntry) -> Change:
        """Give the change that adds ``entry``. A passive reply is put ``sending``, with a lease for its webhook."""
        return Insert(collection=OUTBOX, document=entry_to_document(entry, self._vault))

    async def claim(
        self,
        id: str,  # noqa: A002 - what it is
        *,
        token: str,
        seconds: float,
        now: datetime,
    ) -> OutboxEntry | None:
        """Take the entry to send it; None: it is not due, another has it, or it is done with.

        Queued and due, or under a lease that ran out (then it is marked ``maybe_twice``). The same
        ``token`` may claim again: a call whose outcome was unknown is repeated as it is.
        """
        claimable = [
            {"state": QUEUED, "due_at": {"$lte": now}},
            {"state": SENDING, "lease_until": {"$lte": now}},
            {"state": SENDING, "lease_token": token},
        ]
        found = await self._entries.find_one_and_update(
            {"_id": id, "$or": claimable}, claiming(token, now + timedelta(seconds=seconds))
        )
        return None if found is None else self._entry(found)

    async def due(self, now: datetime, limit: int) -> list[str]:
        """Give ids of entries to look at now, some of the longest waiting in no particular order."""
        window = min(limit * _WINDOW, max(limit, _WINDOW_LIMIT))
        found = await self._entries.find(
            {"wake_at": {"$lte": now}}, sort=(("wake_at", 1),), projection={"_id": 1}, limit=window
        )
        ids = [str(each["_id"]) for each in found]
        return self._chance.sample(ids, min(limit, len(ids)))

    async def record_sent(
        self,
        id: str,  # noqa: A002
        token: str,
        *,
        via: Via,
        provider_id: str,
        at: datetime,
        attempt: Attempt,
    ) -> None:
        """Record that the platform took it. Receipts that were faster are met here.

        Raises:
            Conflict: the claim is another's by now.
        """
        mine = {"_id": id, "lease_token": token, "settled_by": None, "state": {"$ne": QUEUED}}
        facts = recorded(via, provider_id, at, attempt) | {"settled_by": {"$literal": token}}
        found = await self._entries.find_one_and_update(mine, [{"$set": facts}, {"$unset": list(_FREED)}])
        if found is None:
            found = await self._settled_before(id, token)
        await self._receipts.apply_parked(id, found.get("provider_key"))

    async def postpone(
        self,
        id: str,  # noqa: A002
        token: str,
        *,
        due_at: datetime,
        attempt: Attempt | None,
        maybe_twice: bool = False,
        decision: Sequence[Considered] = (),
    ) -> None:
        """Put it back into the queue until ``due_at``; ``maybe_twice``: this try may have reached the person.

        ``decision``: the ways that were weighed, where there was no attempt.

        Raises:
            Conflict: the claim is another's by now, or a receipt settled it.
        """
        facts: Document = {"state": QUEUED, "due_at": due_at, "wake_at": due_at}
        if maybe_twice:
            facts["maybe_twice"] = True
        if decision:
            facts["decision"] = decision_to_document(decision)
        cleared = {"lease_token": "", "lease_until": "", "via": ""}
        await self._finish(id, token, facts, cleared, attempt)

    async def redirect(self, entry: OutboxEntry, token: str, *, meant_for: str | None) -> OutboxEntry:
        """Keep what ``entry``, claimed by ``token``, says, and whether it goes elsewhere than it was made for.

        Raises:
            Conflict: the claim is another's by now.
        """
        moved = replace(entry, meant_for=meant_for)
        document = entry_to_document(moved, self._vault)
        names = ("channel", "account", "conversation_id", "content", "meant_for")
        matched = await self._entries.update_one(
            {"_id": entry.id, "lease_token": token, "state": SENDING},
            {"$set": {name: document[name] for name in names if name in document}},
        )
        if not matched:
            raise Conflict(OUTBOX)
        return moved

    async def give_up(
        self,
        id: str,  # noqa: A002
        token: str,
        *,
        state: DeliveryState,
        reason: str,
        attempt: Attempt | None,
        at: datetime,
    ) -> None:
        """End it as ``failed`` (it will never arrive) or ``dead`` (tried often enough; staff may replay it).

        Raises:
            Conflict: the claim is another's by now, or a receipt settled it.
        """
        if state not in (DeliveryState.FAILED, DeliveryState.DEAD):
            msg = f"nothing is given up as {state}"
            raise ValueError(msg)
        facts: Document = {"state": state.value, "reason": reason[:REASON_LIMIT], "settled_by": token}
        if state is DeliveryState.DEAD:
            facts["dead_at"] = at
        await self._finish(id, token, facts, dict.fromkeys(_FREED, ""), attempt)

    async def passive_sent(self, ids: Sequence[str], at: datetime) -> None:
        """Record that the webhooks of these passive replies gave them; what a worker claimed meanwhile stays its."""
        attempt = Attempt(at=at, via=Via.PASSIVE, outcome="sent")
        await self._entries.update_many(
            {"_id": {"$in": list(ids)}, **_WITH_ITS_WEBHOOK},
            {
                "$set": {"state": DeliveryState.SENT.value, "sent_at": at},
                "$unset": dict.fromkeys(_FREED, ""),
                "$push": {"attempts": attempt_to_document(attempt)},
            },
        )

    async def release_passive(self, reply_to: str, *, now: datetime) -> str | None:
        """Hand the unsent passive reply to the message ``reply_to`` over to the workers; give its id, if any."""
        found = await self._entries.find_one_and_update(
            {"reply_to": reply_to, **_WITH_ITS_WEBHOOK},
            {
                "$set": {"state": QUEUED, "due_at": now, "wake_at": now},
                "$unset": {"via": "", "lease_until": "", "lease_token": ""},
            },
            projection={"_id": 1},
        )
        return None if found is None else str(found["_id"])

    async def apply_receipt(self, receipt: Receipt) -> bool:
        """Apply a delivery report; in whatever order they come, the outcome is the same.

        False: we know no such message yet; the receipt is kept a week and applied when its sending is
        recorded.
        """
        return await self._receipts.apply(receipt)

    async def replay(self, id: str, now: datetime) -> None:  # noqa: A002
        """Send a dead entry after all; the tries before are kept, and count no more (``REPLAYED``).

        Raises:
            Conflict: it is not dead.
        """
        attempt = Attempt(at=now, via=None, outcome=REPLAYED)
        matched = await self._entries.update_one(
            {"_id": id, "state": DeliveryState.DEAD.value},
            {
                "$set": {"state": QUEUED, "due_at": now, "wake_at": now},
                "$unset": dict.fromkeys(("dead_at", "reason", "lease_token", "settled_by", "via"), ""),
                "$push": {"attempts": {"$each": [attempt_to_document(attempt)], "$slice": -ATTEMPTS_KEPT}},
            },
        )
        if not matched:
            raise Conflict(OUTBOX)

    async def get(self, id: str) -> OutboxEntry | None:  # noqa: A002
        return self._maybe(await self._entries.find_one({"_id": id}))

    async def reply_to(self, arrived_id: str) -> OutboxEntry | None:
        """Give the reply that the webhook of this message may give; the first where a turn answered with several."""
        return self._maybe(await self._entries.find_one({"reply_to": arrived_id}, sort=(("created_at", 1),)))

    async def part_before(self, entry: OutboxEntry) -> OutboxEntry | None:
        """Give the part of the same answer that must go out before ``entry`` and has not yet; None: there is none."""
        if entry.reply_to is None:
            return None
        where = {"reply_to": entry.reply_to, "created_at": {"$lt": entry.created_at}}
        unsettled = {"$in": [QUEUED, SENDING]}
        found = await self._entries.find({**where, "state": unsettled}, limit=_PARTS_LIMIT)
        return self._maybe(max(found, key=_made, default=None))

    async def next_parts(self, reply_to: Sequence[str]) -> list[str]:
        """Give, of each answer to these messages, the part that is the next to go out, if one waits."""
        found = await self._entries.find(
            {"reply_to": {"$in": list(reply_to)}, "state": QUEUED},
            projection={"reply_to": 1, "created_at": 1},
            limit=_WINDOW_LIMIT,
        )
        # In order here: the server would sort in memory, or need an index that costs every message a write.
        latest_first = sorted(found, key=_made, reverse=True)
        return [str(key) for key in {each["reply_to"]: each["_id"] for each in latest_first}.values()]

    async def depth(self, limit: int) -> tuple[int, int]:
        """Count what workers are yet to look at, and what was given up; each to ``limit`` at most."""
        waiting = await self._entries.count({"wake_at": {"$exists": True}}, limit=limit)
        return waiting, await self._entries.count({"dead_at": {"$exists": True}}, limit=limit)

    async def dead(self, limit: int) -> list[OutboxEntry]:
        """Give what was given up, the last first."""
        return await self._list({"dead_at": {"$exists": True}}, (("dead_at", -1),), limit)

    async def history(self, conversation_id: str, *, limit: int, before: datetime | None = None) -> list[OutboxEntry]:
        """Give what was sent in a conversation, newest first; ``before``: only what was made earlier."""
        where: dict[str, Any] = {"conversation_id": conversation_id}
        if before is not None:
            where["created_at"] = {"$lt": before}
        return await self._list(where, (("created_at", -1), ("_id", -1)), limit)

    async def onward(
        self, conversation_id: str, *, limit: int, since: datetime | None = None, until: datetime | None = None
    ) -> list[OutboxEntry]:
        """Give what was sent in a conversation in order, from ``since`` to ``until``, both included."""
        where: Document = {"conversation_id": conversation_id}
        if bounds := {way: moment for way, moment in (("$gte", since), ("$lte", until)) if moment is not None}:
            where["created_at"] = bounds
        return await self._list(where, (("created_at", 1), ("_id", 1)), limit)

    async def for_case(self, number: str) -> list[OutboxEntry]:
        """Give what the filer and followers of a case were told of it, oldest first."""
        return await self._list({"case_number": number}, (("created_at", 1), ("_id", 1)), CASE_LIMIT)

    async def _finish(
        self,
        key: str,
        token: str,
        facts: Mapping[str, Any],
        cleared: Mapping[str, Any],
        attempt: Attempt | None,
    ) -> None:
        decided = {"decision": decision_to_document(attempt.decision)} if attempt and attempt.decision else {}
        update: Document = {"$set": {**facts, **decided}, "$unset": cleared}
        if attempt is not None:
            tried = {"$each": [attempt_to_document(attempt)], "$slice": -ATTEMPTS_KEPT}
            update["$push"] = {"attempts": tried}
        matched = await self._entries.update_one({"_id": key, "lease_token": token, "state": SENDING}, update)
        if not matched:
            raise Conflict(OUTBOX)

    async def _settled_before(self, key: str, token: str) -> Document:
        """Give the entry where this very claim was recorded before (its answer was lost on the way)."""
        found = await self._entries.find_one({"_id": key, "settled_by": token})
        if found is None:
            raise Conflict(OUTBOX)
        return found

    async def _list(self, where: Mapping[str, Any], sort: Sequence[tuple[str, int]], limit: int) -> list[OutboxEntry]:
        return [self._entry(each) for each in await self._entries.find(where, sort=sort, limit=limit)]

    def _maybe(self, document: Document | None) -> OutboxEntry | None:
        return None if document is None else self._entry(document)

    def _entry(self, document: Document) -> OutboxEntry:
        return entry_from_document(document, self._vault)


def _made(document: Mapping[str, Any]) -> datetime:
    made: datetime = document["created_at"]
    return made
