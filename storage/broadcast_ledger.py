"""The ledger of a broadcast: a line for each recipient, written before anything is sent to anybody.

A line's ``_id`` is made of the broadcast and the person: written again after a crash, it is there already, and nobody
stands in it twice. Before a portion is sent its lines are marked by one guarded write; what was sent is recorded by
one bulk write together with the next portion's mark. Whoever sends therefore sends what nobody else does, though two
should believe that the broadcast is theirs.

    queued ─▶ sending ─▶ sent ─▶ delivered      by receipt
      ▲          ├─▶ queued  (the platform is busy, or it is known that nothing went out)
      │          └─▶ failed ─▶ delivered
    excluded    was never to be sent: ``reason``
"""

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from pymongo import UpdateMany, UpdateOne

from channels.messages import Address, Via
from storage.broadcast_records import Counts, Outcome, Recipient, RecipientState
from storage.driver import Database, Document
from storage.errors import AlreadyThere
from storage.inbound_json import address_from_json, address_to_json
from storage.personal_data import Vault
from storage.receipts import RECIPIENTS, Receipts
from storage.records import Page

LISTS = "broadcast_lists"
PORTION = 500
"""Lines of one range: read, and at most in doubt, at once."""
REASON_LIMIT = 200
_EACH_AT_ONCE = 1_000
_QUEUED, _SENDING = RecipientState.QUEUED.value, RecipientState.SENDING.value


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """Somebody to be told, or not, for ``reason``. ``person``: the contact's id, or the conversation's.

    ``by_mass``: with many others, by one call of the platform's; as it stands now, and not kept.
    """

    person: str
    conversation_id: str
    address: Address
    reason: str = ""
    by_mass: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A portion marked as being sent: ``token`` by whom, ``recipients`` those that are."""

    token: str
    recipients: Sequence[Recipient] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """The recipients of one broadcast on one account."""

    broadcast_id: str
    channel: str
    account: str

    @property
    def where(self) -> Mapping[str, str]:
        return {"broadcast": self.broadcast_id, "channel": self.channel, "account": self.account}


class Ledger:
    """Recipients and what became of them."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._lines = database[RECIPIENTS]
        self._lists = database[LISTS]
        self._receipts = Receipts(database)
        self._vault = vault

    def recipient_id(self, broadcast_id: str, person: str) -> str:
        """Give the one id of this person in this broadcast."""
        return self._vault.pseudonym("broadcast", broadcast_id, person)

    async def write(self, broadcast_id: str, people: Sequence[Planned], *, now: datetime) -> int:
        """Write down ``people``; give how many were new."""
        lines = {(line := self._line(broadcast_id, each, now))["_id"]: line for each in people}
        if not lines:
            return 0
        return len(lines) - len(await self._lines.insert_many_new(list(lines.values())))

    async def waiting(self, lane: Lane, *, now: datetime, limit: int = PORTION) -> Sequence[Recipient]:
        """Give the next range of those that are due."""
        where = {**lane.where, "state": _QUEUED, "due_at": {"$lte": now}}
        found = await self._lines.find(where, sort=(("due_at", 1),), limit=limit)
        return [self._recipient(each) for each in found]

    async def next_due(self, lane: Lane) -> datetime | None:
        """When the next of those that wait is due; None: nobody waits."""
        found = await self._lines.find_one(
            {**lane.where, "state": _QUEUED}, sort=(("due_at", 1),), projection={"due_at": 1}
        )
        return None if found is None else found["due_at"]

    async def turn(
        self, outcomes: Sequence[Outcome], token: str, wanted: Sequence[Recipient], *, mark: str, now: datetime
    ) -> Mark:
        """Record what became of the portion marked by ``token``, and mark ``wanted`` by ``mark``: one bulk write.

        The answer holds those of ``wanted`` that nobody else took meanwhile; they may be sent. What was sent is then
        to be brought together with its reports (``meet_receipts``).
        """
        changes = _recorded(outcomes, token)
        if wanted:
            facts = {"state": _SENDING, "token": mark, "claimed_at": now}
            changes.append(
                UpdateMany({"_id": {"$in": [each.id for each in wanted]}, "state": _QUEUED}, {"$set": facts})
            )
        matched = await self._lines.bulk_write(changes) if changes else 0
        if matched == len(outcomes) + len(wanted):
            return Mark(token=mark, recipients=wanted)
        return Mark(token=mark, recipients=await self._mine(wanted, mark))

    async def doubtful(self, lane: Lane, *, limit: int = PORTION) -> Sequence[Recipient]:
        """Give those that somebody began and whose outcome nobody recorded."""
        found = await self._lines.find({**lane.where, "state": _SENDING}, limit=limit)
        return [self._recipient(each) for each in found]

    async def settle_doubt(self, recipients: Sequence[Recipient], *, again: bool, reason: str, now: datetime) -> None:
        """End the doubt: ``again``, for it is known that nothing went out; else they are failed.

        Those whom somebody else has meanwhile taken up anew are left to them.
        """
        facts: Document = {"doubtful": True}
        facts |= (
            {"state": _QUEUED, "due_at": now}
            if again
            else {"state": RecipientState.FAILED.value, "reason": reason[:REASON_LIMIT]}
        )
        seen: dict[datetime | None, list[str]] = {}
        for each in recipients:
            seen.setdefault(each.claimed_at, []).append(each.id)
        changes: list[UpdateOne | UpdateMany] = [
            UpdateMany({"_id": {"$in": ids}, "state": _SENDING, "claimed_at": claimed_at}, {"$set": facts})
            for claimed_at, ids in seen.items()
        ]
        if changes:
            await self._lines.bulk_write(changes)

    async def is_told_by_id(self, lane: Lane) -> bool:
        """Whether the platform reports on what goes out here by our own ids: then its silence tells something."""
        found = await self._lines.find_one({**lane.where, "told_by_id": True}, projection={"_id": 1})
        return found is not None

    async def counts(self, broadcast_id: str) -> Counts:
        """Count them as they are now: from the index alone."""
        stages: Sequence[Document] = [
            {"$match": {"broadcast": broadcast_id}},
            {"$group": {"_id": "$state", "n": {"$sum": 1}}},
        ]
        found = {each["_id"]: each["n"] for each in await self._lines.aggregate(stages, limit=len(RecipientState))}
        by = {state: int(found.get(state.value, 0)) for state in RecipientState}
        return Counts(
            total=sum(by.values()),
            excluded=by[RecipientState.EXCLUDED],
            queued=by[RecipientState.QUEUED] + by[RecipientState.SENDING],
            sent=by[RecipientState.SENT],
            delivered=by[RecipientState.DELIVERED],
            failed=by[RecipientState.FAILED],
        )

    async def reasons(self, broadcast_id: str) -> Mapping[tuple[RecipientState, str], int]:
        """Count the excluded and the failed by their reasons."""
        apart = [RecipientState.EXCLUDED.value, RecipientState.FAILED.value]
        stages: Sequence[Document] = [
            {"$match": {"broadcast": broadcast_id, "state": {"$in": apart}}},
            {"$group": {"_id": {"state": "$state", "reason": "$reason"}, "n": {"$sum": 1}}},
            {"$sort": {"n": -1}},
        ]
        found = await self._lines.aggregate(stages, limit=100)
        return {(RecipientState(each["_id"]["state"]), each["_id"].get("reason", "")): each["n"] for each in found}

    async def list(
        self,
        broadcast_id: str,
        *,
        states: Sequence[RecipientState] = (),
        limit: int = 50,
        cursor: str | None = None,
    ) -> Page[Recipient]:
        """List them in the order of their ids."""
        where: Document = {"broadcast": broadcast_id}
        if cursor:
            where["_id"] = {"$gt": cursor}
        if states:
            where["state"] = {"$in": [state.value for state in states]}
        found = await self._lines.find(where, sort=(("_id", 1),), limit=limit + 1)
        shown = found[:limit]
        more = str(shown[-1]["_id"]) if len(found) > limit else None
        return Page(items=tuple(self._recipient(each) for each in shown), next_cursor=more)

    async def each(self, broadcast_id: str) -> AsyncIterator[Recipient]:
        """Give all, one after another, for the export."""
        page = await self.list(broadcast_id, limit=_EACH_AT_ONCE)
        while True:
            for recipient in page.items:
                yield recipient
            if page.next_cursor is None:
                return
            page = await self.list(broadcast_id, limit=_EACH_AT_ONCE, cursor=page.next_cursor)

    async def keep_list(self, broadcast_id: str, numbers: Sequence[str]) -> None:
        """Keep an uploaded list of telephone numbers, sealed."""
        for at, place in enumerate(range(0, len(numbers), PORTION)):
            key = f"{broadcast_id}:{at:06}"
            sealed = self._vault.seal_json(list(numbers[place : place + PORTION]), f"{LISTS}/numbers/{key}")
            with suppress(AlreadyThere):
                await self._lists.insert_one({"_id": key, "numbers": sealed})

    async def listed(self, broadcast_id: str) -> AsyncIterator[Sequence[str]]:
        """Give the uploaded list, a portion at a time."""
        last, end = f"{broadcast_id}:", f"{broadcast_id};"  # the sign after the colon
        while True:
            document = await self._lists.find_one({"_id": {"$gt": last, "$lt": end}}, sort=(("_id", 1),))
            if document is None:
                return
            last = document["_id"]
            yield self._vault.open_json(document["numbers"], f"{LISTS}/numbers/{last}")

    async def _mine(self, wanted: Sequence[Recipient], mark: str) -> Sequence[Recipient]:
        where = {"_id": {"$in": [each.id for each in wanted]}, "token": mark, "state": _SENDING}
        mine = {each["_id"] for each in await self._lines.find(where, projection={"_id": 1}, limit=len(wanted) or 1)}
        return [each for each in wanted if each.id in mine]

    async def meet_receipts(self, outcomes: Iterable[Outcome]) -> None:
        """Apply the reports on ``outcomes`` that were quicker than the recording."""
        sent = {}
        for each in outcomes:
            if each.state is RecipientState.SENT:
                address = each.recipient.address
                known = f"{address.channel}:{address.account}:{each.provider_id}" if each.provider_id else None
                sent[each.recipient.id] = known
        if sent:
            await self._receipts.apply_parked_for(sent)

    async def meet_all_receipts(self, lane: Lane) -> None:
        """As ``meet_receipts``, of all on the lane's account: a worker may have died between."""
        await self._receipts.apply_parked_of(lane.channel, lane.account)

    def _line(self, broadcast_id: str, planned: Planned, now: datetime) -> Document:
        key = self.recipient_id(broadcast_id, planned.person)
        address = planned.address
        state = RecipientState.EXCLUDED if planned.reason else RecipientState.QUEUED
        return {
            "_id": key,
            "broadcast": broadcast_id,
            "channel": address.channel,
            "account": address.account,
            "conversation": planned.conversation_id,
            "address": self._vault.seal_json(address_to_json(address), f"{RECIPIENTS}/address/{key}"),
            "state": state.value,
            "due_at": now,
            **({"reason": planned.reason[:REASON_LIMIT]} if planned.reason else {}),
        }

    def _recipient(self, document: Mapping[str, Any]) -> Recipient:
        key, via = document["_id"], document.get("via")
        sealed = self._vault.open_json(document["address"], f"{RECIPIENTS}/address/{key}")
        return Recipient(
            id=key,
            broadcast_id=document["broadcast"],
            conversation_id=document["conversation"],
            address=address_from_json(sealed),
            state=RecipientState(document["state"]),
            reason=document.get("reason", ""),
            via=None if via is None else Via(via),
            tries=document.get("tries", 0),
            due_at=document["due_at"],
            claimed_at=document.get("claimed_at"),
            sent_at=document.get("sent_at"),
            reported_at=document.get("reported_at"),
            provider_id=document.get("provider_id", ""),
            doubtful=document.get("doubtful", False),
        )


def _recorded(outcomes: Sequence[Outcome], token: str) -> list[UpdateOne | UpdateMany]:
    """One change for all that ended alike; what has a number of the platform's has a change of its own.

    Each holds only while it is still being sent under ``token``: a report that was quicker stands.
    """
    changes: list[UpdateOne | UpdateMany] = []
    alike: dict[Any, list[Outcome]] = {}
    for each in outcomes:
        if each.provider_id:
            guard: Document = {"_id": each.recipient.id, "token": token, "state": _SENDING}
            changes.append(UpdateOne(guard, _change(each)))
        else:
            key = (each.state, each.via, each.reason, each.due_at, each.counts_as_try, bool(each.recipient.reason))
            alike.setdefault(key, []).append(each)
    for several in alike.values():
        ids = [each.recipient.id for each in several]
        guard = {"_id": {"$in": ids}, "token": token, "state": _SENDING}
        changes.append(UpdateMany(guard, _change(several[0])))
    return changes


def _change(outcome: Outcome) -> Document:
    facts: Document = {"state": outcome.state.value}
    if outcome.via is not None:
        facts["via"] = outcome.via.value
    if outcome.reason:
        facts["reason"] = outcome.reason[:REASON_LIMIT]
    if outcome.due_at is not None:
        facts["due_at"] = outcome.due_at
    if outcome.state is RecipientState.SENT:
        facts["sent_at"] = outcome.at
        if outcome.provider_id:
            address = outcome.recipient.address
            facts["provider_id"] = outcome.provider_id
            facts["provider_key"] = f"{address.channel}:{address.account}:{outcome.provider_id}"
    change: Document = {"$set": facts}
    if outcome.state is RecipientState.SENT and outcome.recipient.reason:
        change["$unset"] = {"reason": ""}
    if outcome.counts_as_try:
        change["$inc"] = {"tries": 1}
    return change
