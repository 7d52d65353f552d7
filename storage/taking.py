"""Taking the leases of conversations: one by itself in one call, many at the same moment in two for all.

Whoever comes while a call is under way shares the next one (``storage.gathering``). One that comes alone costs and
waits no more than it did without this.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from pymongo import UpdateOne

from storage.driver import Collection, Document
from storage.errors import AlreadyThere
from storage.gathering import Gatherer


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """Who wants which lease. ``begun``: what is kept where there was no such conversation."""

    key: str
    token: str
    now: datetime
    until: datetime
    begun: Mapping[str, Any] = field(repr=False)

    @property
    def where(self) -> Document:
        """The conversation, where its lease is free for this claim."""
        return {"_id": self.key, **free(self.token, self.now)}

    @property
    def update(self) -> Document:
        """What taking it writes."""
        return {"$set": lease(self.token, self.until), "$setOnInsert": self.begun}


class Taking:
    """``leases``: the collection, written to without waiting for the disk."""

    def __init__(self, leases: Collection) -> None:
        self._leases = leases
        self._claims = Gatherer[Claim, Document | None](self._take, name="leases")

    async def take(self, claim: Claim) -> Document | None:
        """The conversation with the lease taken; None: another holds it. The same token may take again.

        Raises:
            StorageError: perhaps taken.
        """
        return (await self._claims.submit([claim]))[0]

    async def _take(self, claims: Sequence[Claim]) -> Sequence[Document | None]:
        if len(claims) == 1:
            return [await self._take_one(claims[0])]
        with suppress(AlreadyThere):  # some are there and not free; the others are taken all the same
            await self._leases.bulk_write([UpdateOne(each.where, each.update, upsert=True) for each in claims])
        found = await self._leases.find({"_id": {"$in": [each.key for each in claims]}}, limit=len(claims))
        there = {each["_id"]: each for each in found}
        return [_held(there.get(each.key), each.token) for each in claims]

    async def _take_one(self, claim: Claim) -> Document | None:
        try:
            return await self._leases.find_one_and_update(claim.where, claim.update, upsert=True)
        except AlreadyThere:  # it is there, and not free
            return None


def lease(token: str, until: datetime) -> Document:
    """What holding a lease is, on the conversation's document."""
    return {"lease_token": token, "lease_until": until}


def free(token: str, now: datetime) -> Document:
    """That a lease may be taken by ``token``."""
    return {"$or": [{"lease_until": None}, {"lease_until": {"$lte": now}}, {"lease_token": token}]}


def _held(document: Document | None, token: str) -> Document | None:
    return document if document is not None and document.get("lease_token") == token else None
