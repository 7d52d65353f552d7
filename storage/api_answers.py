"""Answers kept for idempotency keys: the same request again gets the answer of the first, and has no second effect.

A key is reserved before the request is carried out. The answer is kept by a change that belongs into the same commit
as the request's effect, so there is never the one without the other. A reservation whose holder died is free
again after ``HOLD``. Answers are sealed: they hold personal data. All are forgotten after ``KEEP`` (a TTL index).
"""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from storage.commit import Change, Update
from storage.driver import Database
from storage.errors import AlreadyThere, Conflict
from storage.personal_data import Vault

API_ANSWERS = "api_answers"
HOLD = timedelta(seconds=60)
KEEP = timedelta(hours=24)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reservation:
    """The right to carry out one request. ``token`` tells this holder from one that takes over after it."""

    id: str
    token: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptAnswer:
    """What was answered to a request with this key. ``fingerprint`` is the request's."""

    fingerprint: str
    status: int
    body: str = field(repr=False)


class UnderWay(Conflict):
    """A request with this key is being carried out at this moment."""

    code = "under_way"
    sentence = "同一请求正在处理，请稍后再试"


class ApiAnswers:
    """Ids are given by the caller and tell nothing (pseudonyms of caller and key); so are fingerprints."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._answers = database[API_ANSWERS]
        self._vault = vault

    async def reserve(self, key: str, *, fingerprint: str, now: datetime) -> Reservation | KeptAnswer:
        """Reserve ``key`` for a request, or give what was answered under it.

        Raises:
            UnderWay: another holder is at it.
        """
        reservation = Reservation(id=key, token=uuid.uuid4().hex)
        hold = {"token": reservation.token, "fingerprint": fingerprint, "held_until": now + HOLD}
        try:
            await self._answers.insert_one({"_id": key, **hold, "expires_at": now + KEEP})
        except AlreadyThere:
            return await self._known(reservation, hold, now)
        return reservation

    async def _known(
        self, reservation: Reservation, hold: Mapping[str, Any], now: datetime
    ) -> Reservation | KeptAnswer:
        free = {"_id": reservation.id, "answer": None, "held_until": {"$lte": now}}
        if await self._answers.update_one(free, {"$set": dict(hold)}):
            return reservation
        found = await self._answers.find_one({"_id": reservation.id})
        if found is None or (found.get("answer") is None and found["fingerprint"] == hold["fingerprint"]):
            raise UnderWay(API_ANSWERS)
        return self._kept(found)

    def _kept(self, found: Mapping[str, Any]) -> KeptAnswer:
        sealed = found.get("answer")
        return KeptAnswer(
            fingerprint=found["fingerprint"],
            status=found.get("status", 0),
            body="" if sealed is None else self._vault.open(sealed, _place(found["_id"])),
        )

    def keep(self, reservation: Reservation, *, status: int, body: str) -> Change:
        """Give the change that keeps the answer; it holds only while the reservation is this holder's."""
        return Update(
            collection=API_ANSWERS,
            filter={"_id": reservation.id, "token": reservation.token, "answer": None},
            update={"$set": {"status": status, "answer": self._vault.seal(body, _place(reservation.id))}},
        )

    async def release(self, reservation: Reservation) -> None:
        """Free the key: nothing was done under it, so the next try is a first one."""
        await self._answers.delete_one({"_id": reservation.id, "token": reservation.token, "answer": None})


def _place(key: str) -> str:
    return f"{API_ANSWERS}/answer/{key}"
