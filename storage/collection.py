"""What may be done with a collection of MongoDB, in words both clients understand (see ``storage.driver``)."""

import inspect
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

from pymongo import DeleteOne, InsertOne, ReturnDocument, UpdateMany, UpdateOne
from pymongo.errors import BulkWriteError

from storage.driver_errors import duplicates, mapped

Document = dict[str, Any]
Filter = Mapping[str, Any]
Sort = Sequence[tuple[str, int]]
Operation = InsertOne[Document] | UpdateOne | UpdateMany | DeleteOne
Session = Any
"""A transaction under way, as the client gives it; it is only passed on."""


class Collection:
    """One collection. Its lists are bounded: ``limit`` must be given."""

    def __init__(self, raw: Any) -> None:
        self._raw = raw
        self.name: str = raw.name

    async def find_one(
        self,
        where: Filter,
        *,
        projection: Mapping[str, Any] | None = None,
        sort: Sort | None = None,
        session: Session = None,
    ) -> Document | None:
        with mapped(self.name):
            found: Document | None = await self._raw.find_one(where, projection, sort=_listed(sort), session=session)
            return found

    async def find(
        self,
        where: Filter,
        *,
        limit: int,
        sort: Sort | None = None,
        projection: Mapping[str, Any] | None = None,
        skip: int = 0,
        session: Session = None,
    ) -> list[Document]:
        """Give at most ``limit`` (1 or more) documents."""
        with mapped(self.name):
            cursor = self._raw.find(
                where, projection, sort=_listed(sort), skip=skip, limit=_bounded(limit), session=session
            )
            return list(await cursor.to_list(limit))

    async def each(
        self, where: Filter, *, sort: Sort | None = None, projection: Mapping[str, Any] | None = None
    ) -> AsyncIterator[Document]:
        """All documents, one after another, read in batches: for exports and backups."""
        with mapped(self.name):
            async for document in self._raw.find(where, projection, sort=_listed(sort)):
                yield document

    async def aggregate(
        self, pipeline: Sequence[Mapping[str, Any]], *, limit: int, session: Session = None
    ) -> list[Document]:
        """Give the first ``limit`` documents that ``pipeline`` makes."""
        with mapped(self.name):
            stages = [*pipeline, {"$limit": _bounded(limit)}]
            cursor = await awaited(self._raw.aggregate(stages, session=session))
            return list(await cursor.to_list(limit))

    async def count(self, where: Filter, *, limit: int, session: Session = None) -> int:
        """Count, but no further than ``limit``."""
        with mapped(self.name):
            return int(await self._raw.count_documents(where, limit=_bounded(limit), session=session))

    async def insert_one(self, document: Document, *, session: Session = None) -> None:
        """Insert.

        Raises:
            AlreadyThere: the ``_id`` or another unique key exists.
        """
        with mapped(self.name):
            await self._raw.insert_one(document, session=session)

    async def insert_many_new(self, documents: Sequence[Document]) -> set[int]:
        """Insert all whose keys do not exist; return the indexes of those that did. Not for transactions."""
        with mapped(self.name):
            try:
                await self._raw.insert_many(documents, ordered=False)
            except BulkWriteError as error:
                return duplicates(error)
            return set()

    async def update_one(self, where: Filter, update: Any, *, upsert: bool = False, session: Session = None) -> int:
        """Update at most one; return how many matched (with ``upsert``, an inserted one counts)."""
        with mapped(self.name):
            result = await self._raw.update_one(where, update, upsert=upsert, session=session)
            return int(result.matched_count) + (result.upserted_id is not None)

    async def update_many(self, where: Filter, update: Any, *, session: Session = None) -> int:
        """Update all that match; return how many did."""
        with mapped(self.name):
            return int((await self._raw.update_many(where, update, session=session)).matched_count)

    async def find_one_and_update(
        self,
        where: Filter,
        update: Any,
        *,
        sort: Sort | None = None,
        upsert: bool = False,
        before: bool = False,
        projection: Mapping[str, Any] | None = None,
        session: Session = None,
    ) -> Document | None:
        """Update one and give it as it is now (``before``: as it was), or None where none matched."""
        with mapped(self.name):
            found: Document | None = await self._raw.find_one_and_update(
                where,
                update,
                projection=projection,
                sort=_listed(sort),
                upsert=upsert,
                return_document=ReturnDocument.BEFORE if before else ReturnDocument.AFTER,
                session=session,
            )
            return found

    async def delete_one(self, where: Filter, *, session: Session = None) -> int:
        with mapped(self.name):
            return int((await self._raw.delete_one(where, session=session)).deleted_count)

    async def delete_many(self, where: Filter, *, session: Session = None) -> int:
        with mapped(self.name):
            return int((await self._raw.delete_many(where, session=session)).deleted_count)

    async def bulk_write(self, operations: Sequence[Operation], *, session: Session = None) -> int:
        """Apply all, in one round trip for each sort of operation; return how many updates matched.

        Inserts go first; within a sort the order is kept.

        Raises:
            AlreadyThere: an insert's key exists (outside a transaction the others are applied nevertheless).
        """
        with mapped(self.name):
            result = await self._raw.bulk_write(operations, ordered=False, session=session)
            return int(result.matched_count)

    async def create_index(self, keys: Sort, **options: Any) -> str:
        with mapped(self.name):
            return str(await self._raw.create_index(list(keys), **options))

    async def index_information(self) -> dict[str, Any]:
        with mapped(self.name):
            return dict(await self._raw.index_information())


async def awaited(value: Any) -> Any:
    """``value``, or what it gives where it must be awaited: the clients differ in it."""
    return await value if inspect.isawaitable(value) else value


def _listed(sort: Sort | None) -> list[tuple[str, int]] | None:
    return None if sort is None else list(sort)


def _bounded(limit: int) -> int:
    if limit < 1:
        msg = "a list needs a bound of 1 or more"
        raise ValueError(msg)
    return limit
