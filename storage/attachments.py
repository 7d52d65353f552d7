"""Attachments: what residents send besides words, fetched from the platform once and kept sealed in GridFS.

That one is wanted is written in the same commit as the turn that heard of it; its content comes later, fetched by a
worker under a claim. Each try stores under a file id of its own, and the record names the one that counts: whoever
dies, or wakes up late, leaves at most a file that the record knows of and removes.

The content is sealed piece by piece, each tied to its file, its place in it, and whether it is the last: pieces
cannot be exchanged, reordered or left out unnoticed.
"""

import hashlib
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from storage.attachment_records import (
    ATTACHMENTS,
    FILES,
    Attachment,
    AttachmentState,
    attachment_from_document,
    given_document,
    kept_facts,
    wanted_document,
)
from storage.bucket import CHUNK
from storage.commit import Change, Insert, Update
from storage.driver import Database, Document
from storage.errors import Conflict, FileMissing
from storage.personal_data import Vault
from storage.records import ArrivedMessage

CASE_LIMIT = 500
GIVEN_KEPT = timedelta(hours=1)
"""How long what staff give may take to become a case's; who died meanwhile leaves nothing behind."""
_SEALING = 33
"""Bytes that sealing adds: key id, nonce, tag."""
_PIECE = CHUNK - _SEALING
_STANDING = {"removing": {"$exists": False}}
_OLDEST_FIRST = (("created_at", 1), ("_id", 1))
_LOST = [state.value for state in AttachmentState if state.lost]


class Attachments:
    """All that was sent besides words, with or without a case."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._records = database[ATTACHMENTS]
        self._files = database.bucket(FILES)
        self._vault = vault

    def id_of(self, message_id: str) -> str:
        """The attachment's id, by the store's key of the message that brought it: always the same."""
        return self._vault.pseudonym("attachment", message_id)

    def want(
        self, arrived: ArrivedMessage, *, case_numbers: Sequence[str], now: datetime, unfiled: timedelta
    ) -> Change:
        """Give the change that has the media of ``arrived`` fetched; without a case it is dropped after ``unfiled``."""
        document = wanted_document(
            self.id_of(arrived.id),
            arrived,
            case_numbers=tuple(case_numbers),
            now=now,
            expires_at=None if case_numbers else now + unfiled,
            vault=self._vault,
        )
        return Insert(collection=ATTACHMENTS, document=document)

    def tie(self, attachment: Attachment, numbers: Sequence[str], *, now: datetime) -> Change:
        """Give the change by which it belongs to cases from now on; where it is lost, their staff are to be told.

        The commit fails with Conflict where it was dropped meanwhile.
        """
        lost = {"$in": ["$state", _LOST]}
        return Update(
            collection=ATTACHMENTS,
            filter={"_id": attachment.id, **_STANDING},
            update=[
                {
                    "$set": {
                        "case_numbers": {"$setUnion": ["$case_numbers", {"$literal": list(numbers)}]},
                        "wake_at": {"$cond": [lost, now, "$wake_at"]},
                    }
                },
                {"$unset": ["expires_at"]},
            ],
        )

    def drop(self, attachment: Attachment, *, now: datetime) -> Change:
        """Give the change that has one without a case removed by the next ``drop_expired``.

        The commit fails with Conflict where a case was filed with it meanwhile, or where it is gone already.
        """
        return Update(
            collection=ATTACHMENTS,
            filter={"_id": attachment.id, "case_numbers": []},
            update={"$set": {"expires_at": now}, "$unset": {"wake_at": "", "lease_token": ""}},
        )

    def erase(self, attachment: Attachment, number: str, *, now: datetime) -> Change:
        """Give the change that takes one from a case; from its only one, it is removed by the next ``drop_expired``.

        The commit fails with Conflict where it is not the case's any more.
        """
        other = [each for each in attachment.case_numbers if each != number]
        update: Document = {"$pull": {"case_numbers": number}}
        if not other:
            update |= {"$set": {"removing": True, "expires_at": now}, "$unset": {"wake_at": "", "lease_token": ""}}
        where = {"_id": attachment.id, "case_numbers": list(attachment.case_numbers), **_STANDING}
        return Update(collection=ATTACHMENTS, filter=where, update=update)

    def told(self, attachment: Attachment, number: str) -> Change:
        """Give the change that notes that the staff of a case were told of the loss."""
        return Update(
            collection=ATTACHMENTS,
            filter={"_id": attachment.id, "told": {"$ne": number}},
            update={"$push": {"told": number}},
        )

    async def due(self, now: datetime, *, limit: int) -> list[str]:
        """Give what a worker is to look at, the longest waiting first."""
        found = await self._records.find(
            {"wake_at": {"$lte": now}}, sort=(("wake_at", 1),), projection={"_id": 1}, limit=limit
        )
        return [str(each["_id"]) for each in found]

    async def claim(self, id: str, *, token: str, seconds: float, now: datetime) -> Attachment | None:  # noqa: A002
        """Take one that is due for ``seconds``; None: it is not due, or somebody else has it."""
        found = await self._records.find_one_and_update(
            {"_id": id, "wake_at": {"$lte": now}, **_STANDING},
            {
                "$set": {"lease_token": token, "wake_at": now + timedelta(seconds=seconds)},
                "$inc": {"tries": 1},
                "$push": {"files": _file(id, token)},
            },
        )
        return self._maybe(found)

    async def keep(self, attachment: Attachment, token: str, content: bytes, type: str) -> None:  # noqa: A002
        """Store ``content`` (not empty) for the claim ``token``.

        Raises:
            Conflict: the claim is over, or it was dropped; nothing is kept of this try.
            StorageAway: perhaps kept.
        """
        file = _file(attachment.id, token)
        await self._files.put(file, self._sealed(file, content))
        digest = hashlib.sha256(content).hexdigest()
        facts = kept_facts(attachment.id, file=file, type=type, size=len(content), sha256=digest, vault=self._vault)
        try:
            await self._settle(attachment.id, token, {"$set": facts, "$unset": {"lease_token": "", "wake_at": ""}})
        except Conflict:
            await self._files.delete(file)
            raise
        for other in attachment.files:
            if other != file:
                await self._files.delete(other)

    async def lose(
        self, attachment: Attachment, token: str, *, state: AttachmentState, reason: str, now: datetime
    ) -> None:
        """Note, for the claim ``token``, that there will be no content; its cases' staff are to be told.

        Raises:
            Conflict: the claim is over.
        """
        # Looked at now, not as it was claimed: a case may have been filed meanwhile.
        alone = {"$eq": ["$case_numbers", []]}
        update = [
            {
                "$set": {
                    "state": state.value,
                    "reason": {"$literal": reason},
                    "wake_at": {"$cond": [alone, "$$REMOVE", now]},
                }
            },
            {"$unset": ["lease_token"]},
        ]
        await self._settle(attachment.id, token, update)

    async def give(
        self,
        key: str,
        content: bytes,
        *,
        kind: str,
        type: str,  # noqa: A002
        public: bool,
        now: datetime,
    ) -> Attachment:
        """Keep what staff give to a case, to be made its own by ``tie``; else it is dropped after GIVEN_KEPT.

        ``key`` names it and is used once. ``content`` is not empty.

        Raises:
            StorageAway: perhaps kept; nothing of it stays.
        """
        message_id = f"staff:{key}"
        id_ = self.id_of(message_id)
        file, digest = _file(id_, "given"), hashlib.sha256(content).hexdigest()
        document = given_document(
            id_,
            message_id,
            kind=kind,
            file=file,
            public=public,
            now=now,
            expires_at=now + GIVEN_KEPT,
            vault=self._vault,
        )
        await self._records.insert_one(document)
        await self._files.put(file, self._sealed(file, content))
        facts = kept_facts(id_, file=file, type=type, size=len(content), sha256=digest, vault=self._vault)
        if not await self._records.update_one({"_id": id_, **_STANDING}, {"$set": facts}):
            raise Conflict(ATTACHMENTS)
        return attachment_from_document(document | facts, self._vault)

    async def postpone(self, id: str, token: str, *, until: datetime) -> None:  # noqa: A002
        """Try again then.

        Raises:
            Conflict: the claim is over.
        """
        update = {"$set": {"wake_at": until}, "$unset": {"lease_token": ""}}
        if not await self._records.update_one({"_id": id, "lease_token": token}, update):
            raise Conflict(ATTACHMENTS)

    async def rest(self, id: str, token: str) -> None:  # noqa: A002
        """Nothing more is to be done about it: everybody was told. A tie made meanwhile wakes it again."""
        where = {"_id": id, "lease_token": token, "$expr": {"$setIsSubset": ["$case_numbers", "$told"]}}
        await self._records.update_one(where, {"$unset": {"lease_token": "", "wake_at": ""}})

    async def get(self, id: str) -> Attachment | None:  # noqa: A002
        return self._maybe(await self._records.find_one({"_id": id, **_STANDING}))

    async def of_messages(self, message_ids: Sequence[str]) -> list[Attachment]:
        """Give what these messages brought, as far as it is still there."""
        keys = [self.id_of(each) for each in message_ids]
        found = await self._records.find({"_id": {"$in": keys}, **_STANDING}, limit=max(1, len(keys)))
        return [attachment_from_document(each, self._vault) for each in found]

    async def unfiled(self, conversation_id: str) -> list[Attachment]:
        """Give what somebody sent that belongs to no case."""
        where = {"conversation_id": conversation_id, "case_numbers": [], **_STANDING}
        found = await self._records.find(where, sort=_OLDEST_FIRST, limit=CASE_LIMIT)
        return [attachment_from_document(each, self._vault) for each in found]

    async def of_case(self, number: str) -> list[Attachment]:
        """Give what belongs to a case, in the order of arrival."""
        found = await self._records.find({"case_numbers": number, **_STANDING}, sort=_OLDEST_FIRST, limit=CASE_LIMIT)
        return [attachment_from_document(each, self._vault) for each in found]

    async def count_since(self, conversation_id: str, since: datetime, *, limit: int) -> int:
        """Count what a conversation brought since then, to ``limit`` at most."""
        where = {"conversation_id": conversation_id, "created_at": {"$gte": since}}
        return await self._records.count(where, limit=limit)

    async def content(self, attachment: Attachment) -> AsyncIterator[bytes]:
        """Give the content of one that is kept, piece by piece.

        Raises:
            FileMissing: it is not there, or not all of it.
            Unreadable: it was changed.
        """
        left, number = attachment.size, 0
        async for sealed in self._files.pieces(attachment.file):
            last = left <= _PIECE
            piece = self._vault.open_bytes(sealed, _piece_place(attachment.file, number, last=last))
            left, number = left - len(piece), number + 1
            yield piece
        if left:
            raise FileMissing(attachment.file)

    async def drop_expired(self, now: datetime, *, limit: int) -> int:
        """Remove what no case was filed with in time; give how many."""
        return await self._remove({"expires_at": {"$lte": now}}, now, limit)

    async def erase_case(self, number: str, *, now: datetime, before: datetime) -> int:
        """Remove what a case had then; what belongs to others as well stays theirs. Give how many were removed."""
        of_then = {"created_at": {"$lte": before}}
        await self._records.update_many(
            {"case_numbers": {"$all": [number], "$not": {"$size": 1}}, **of_then}, {"$pull": {"case_numbers": number}}
        )
        return await self._remove({"case_numbers": number, **of_then}, now, CASE_LIMIT)

    async def erase_conversation(
        self, conversation_id: str, *, now: datetime, unfiled: bool = False, before: datetime | None = None
    ) -> int:
        """Remove what somebody sent; ``unfiled``: only what belongs to no case. Give how many were removed."""
        where: dict[str, Any] = {"conversation_id": conversation_id, **({"case_numbers": []} if unfiled else {})}
        where |= {} if before is None else {"created_at": {"$lte": before}}
        return await self._remove(where, now, CASE_LIMIT)

    async def _remove(self, where: Mapping[str, Any], now: datetime, limit: int) -> int:
        """Mark, remove the content, remove the record: who is cut short is followed by ``drop_expired``."""
        found = await self._records.find(where, projection={"_id": 1}, sort=_OLDEST_FIRST, limit=limit)
        removed = 0
        for each in found:
            marked = await self._records.find_one_and_update(
                {"_id": each["_id"], **where},
                {"$set": {"removing": True, "expires_at": now}, "$unset": {"wake_at": "", "lease_token": ""}},
            )
            if marked is None:  # tied to a case meanwhile
                continue
            for file in marked["files"]:
                await self._files.delete(file)
            removed += await self._records.delete_one({"_id": each["_id"]})
        return removed

    async def _settle(self, id: str, token: str, update: Any) -> None:  # noqa: A002
        where = {"_id": id, "lease_token": token, "state": AttachmentState.WANTED.value}
        if not await self._records.update_one(where, update):
            raise Conflict(ATTACHMENTS)

    def _sealed(self, file: str, content: bytes) -> Iterator[bytes]:
        for number, start in enumerate(range(0, len(content), _PIECE)):
            last = start + _PIECE >= len(content)
            yield self._vault.seal(content[start : start + _PIECE], _piece_place(file, number, last=last))

    def _maybe(self, document: Document | None) -> Attachment | None:
        return None if document is None else attachment_from_document(document, self._vault)


def _file(id: str, token: str) -> str:  # noqa: A002
    return f"{id}:{token}"


def _piece_place(file: str, number: int, *, last: bool) -> str:
    return f"{FILES}/{file}/{number}/{'last' if last else 'more'}"
