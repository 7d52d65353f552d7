"""Delivery reports and what they are about: entries of the outbox, and recipients of broadcasts.

A report raises an entry's rank or does nothing, so any order and any number of repeats end in the same
state. One that comes before its sending is recorded is parked for a week under the id it names.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from channels.messages import Receipt, ReceiptState
from storage.driver import Collection, Database, Document, Filter
from storage.errors import AlreadyThere
from storage.outbox_documents import OUTBOX, REASON_LIMIT
from storage.records import DeliveryState

PARKED_RECEIPTS = "parked_receipts"
RECIPIENTS = "broadcast_recipients"
PARKED_SECONDS = 7 * 24 * 3600

_PARKED_AT_ONCE = 10
_PARKED_OF_ACCOUNT = 2_000
_OF_EACH = 4
"""Reports on one message that are looked at together."""


def after_receipt(state: DeliveryState, reported: ReceiptState) -> DeliveryState:
    """Give the state of an entry in ``state`` once ``reported`` is known."""
    told = DeliveryState(reported.value)
    return told if told.rank > state.rank else state


class Receipts:
    """Brings reports and entries together, whichever comes first."""

    def __init__(self, database: Database) -> None:
        self._ledgers = (database[OUTBOX], database[RECIPIENTS])
        self._parked = database[PARKED_RECEIPTS]

    async def apply(self, receipt: Receipt) -> bool:
        key, where = _named(receipt)
        if await self._raise(where, receipt.state, receipt.reason, receipt.at):
            return True
        await self._park(key, where, receipt)
        # Its sending may have been recorded between the look and the parking.
        return await self._raise(where, receipt.state, receipt.reason, receipt.at)

    async def apply_parked(self, entry_id: str, provider_key: str | None) -> None:
        """Apply what was parked for an entry whose sending is recorded just now."""
        keys = [f"id:{entry_id}", *([f"provider:{provider_key}"] if provider_key else [])]
        for each in await self._parked.find({"key": {"$in": keys}}, limit=_PARKED_AT_ONCE):
            await self._raise(each["where"], ReceiptState(each["state"]), each["reason"], each["at"])

    async def apply_parked_for(self, sent: Mapping[str, str | None]) -> None:
        """As ``apply_parked`` for many at once: by id, the provider's key where there is one."""
        keys = [f"id:{key}" for key in sent] + [f"provider:{key}" for key in sent.values() if key]
        for each in await self._parked.find({"key": {"$in": keys}}, limit=_OF_EACH * len(keys)):
            await self._raise(each["where"], ReceiptState(each["state"]), each["reason"], each["at"])

    async def apply_parked_of(self, channel: str, account: str) -> None:
        """Apply what was parked lately on anything of an account."""
        begins = {"$regex": f"^{re.escape(f'{channel}:{account}:')}"}
        ours = {"$or": [{"where.channel": channel, "where.account": account}, {"where.provider_key": begins}]}
        for each in await self._parked.find(ours, sort=(("parked_at", -1),), limit=_PARKED_OF_ACCOUNT):
            await self._raise(each["where"], ReceiptState(each["state"]), each["reason"], each["at"])

    async def _raise(self, where: Filter, reported: ReceiptState, reason: str, at: datetime) -> bool:
        """Apply to what is found by ``where``; False: there is nothing."""
        for ledger in self._ledgers:
            if await self._raise_in(ledger, where, reported, reason, at):
                return True
        return False

    async def _raise_in(
        self, ledger: Collection, where: Filter, reported: ReceiptState, reason: str, at: datetime
    ) -> bool:
        lower = [state.value for state in DeliveryState if after_receipt(state, reported) is not state]
        change = _settling(DeliveryState(reported.value), reason, at)
        if ledger.name == RECIPIENTS and "_id" in where:
            # That this platform names our own ids tells something of those that it is silent about.
            change = [*change, {"$set": {"told_by_id": True}}]
        while not await _changed(ledger, {**where, "state": {"$in": lower}}, change):
            found = await ledger.find_one(where, projection={"state": 1})
            if found is None:
                return False
            if found["state"] not in lower:
                return True
            # Its sending was recorded between the two: it can be found only now.
        return True

    async def _park(self, key: str, where: Filter, receipt: Receipt) -> None:
        parked: Document = {
            "key": key,
            "where": dict(where),
            "state": receipt.state.value,
            "reason": receipt.reason[:REASON_LIMIT],
            "at": receipt.at,
        }
        # The server's own time, for the week runs from when we heard of it.
        update = {"$setOnInsert": parked, "$currentDate": {"parked_at": True}}
        try:
            await self._parked.update_one({"_id": f"{key}:{receipt.state.value}"}, update, upsert=True)
        except AlreadyThere:  # the same report came twice at one moment
            return


async def _changed(ledger: Collection, where: Filter, change: Sequence[Mapping[str, Any]]) -> int:
    """One call may have told many of a broadcast: what is reported of it is true of all of them."""
    if ledger.name == RECIPIENTS and "_id" not in where:
        return await ledger.update_many(where, change)
    return await ledger.update_one(where, change)


def _named(receipt: Receipt) -> tuple[str, Filter]:
    """Give the key to park ``receipt`` under, and how to find its entry; one account never speaks for another."""
    ours = {"channel": receipt.channel, "account": receipt.account}
    if receipt.message_id:
        return f"id:{receipt.message_id}", {"_id": receipt.message_id, **ours}
    provider_key = f"{receipt.channel}:{receipt.account}:{receipt.provider_id}"
    return f"provider:{provider_key}", {"provider_key": provider_key}


def _settling(state: DeliveryState, reason: str, at: datetime) -> Sequence[Mapping[str, Any]]:
    """Let the entry rest. A report proves that it was sent, even if that was not recorded yet."""
    facts: Document = {"state": state.value, "reported_at": at, "sent_at": {"$ifNull": ["$sent_at", at]}}
    gone = ["wake_at", "lease_until", "dead_at"]
    if state is DeliveryState.FAILED:
        facts["reason"] = {"$literal": reason[:REASON_LIMIT]}
    else:
        gone.append("reason")
    return [{"$set": facts}, {"$unset": gone}]
