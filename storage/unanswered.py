"""Questions that no approved answer was found for: kept without who asked, for those who write answers."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from storage.commit import Change, Insert
from storage.driver import Database
from storage.personal_data import Vault

UNANSWERED = "unanswered"
KEPT = timedelta(days=180)
_OPEN, _SETTLED = "open", "settled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Unanswered:
    """A question in the words it was last asked in, and how often it was asked so."""

    key: str
    text: str = field(repr=False)
    times: int
    last_at: datetime


class Questions:
    """What was asked in vain. The words are sealed; the same words have the same key."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._questions = database[UNANSWERED]
        self._vault = vault

    def add(self, text: str, *, at: datetime) -> Change:
        """Give the change that keeps a question; ``text``: without what tells who asked."""
        name = uuid.uuid4().hex
        document: dict[str, Any] = {
            "_id": name,
            "key": self._vault.hash_code("".join(text.split()), UNANSWERED).hex(),
            "at": at,
            "state": _OPEN,
            "expires_at": at + KEPT,
            "text": self._vault.seal(text, f"{UNANSWERED}/text/{name}"),
        }
        return Insert(collection=UNANSWERED, document=document)

    async def open(self, limit: int) -> Sequence[Unanswered]:
        """What nobody has seen to yet: the most asked first, then the newest."""
        found = await self._questions.aggregate(
            [
                {"$match": {"state": _OPEN}},
                {"$sort": {"at": 1}},
                {
                    "$group": {
                        "_id": "$key",
                        "times": {"$sum": 1},
                        "last_at": {"$last": "$at"},
                        "name": {"$last": "$_id"},
                        "text": {"$last": "$text"},
                    }
                },
                {"$sort": {"times": -1, "last_at": -1}},
            ],
            limit=limit,
        )
        return [
            Unanswered(
                key=each["_id"],
                text=self._vault.open(each["text"], f"{UNANSWERED}/text/{each['name']}"),
                times=each["times"],
                last_at=each["last_at"],
            )
            for each in found
        ]

    async def get(self, key: str) -> str:
        """The words of one that is open; "" where there is none."""
        found = await self._questions.find_one({"key": key, "state": _OPEN})
        return self._vault.open(found["text"], f"{UNANSWERED}/text/{found['_id']}") if found else ""

    async def settle(self, key: str) -> int:
        """It was seen to: an answer was made of it, or none is needed. Give how often it had been asked."""
        return await self._questions.update_many({"key": key, "state": _OPEN}, {"$set": {"state": _SETTLED}})
