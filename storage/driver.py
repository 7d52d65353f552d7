"""The one door to MongoDB: the only module that imports a client.

Two clients serve, chosen by a setting: motor (the default) and its official successor, PyMongo's own async
client (docs/decisions/0003). They differ in what must be awaited; that difference ends here. So do their
errors: each method raises only ``storage.errors``.

Every operation has a time limit (``timeoutMS``, the driver's own deadline for selection, connection, retries
and the wait for the answer together); writes wait for the majority and the journal; datetimes come back
aware, in UTC.
"""

import asyncio
import inspect
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from typing import Any, Literal, TypeVar

import pymongo
from pymongo import DeleteOne, InsertOne, ReturnDocument, UpdateMany, UpdateOne
from pymongo.errors import BulkWriteError, PyMongoError

from storage.driver_errors import duplicates, is_transient, mapped, wrong_address
from storage.errors import StorageError

DriverName = Literal["motor", "pymongo"]
Document = dict[str, Any]
Filter = Mapping[str, Any]
Sort = Sequence[tuple[str, int]]
Operation = InsertOne[Document] | UpdateOne | UpdateMany | DeleteOne
Session = Any
"""A transaction under way, as the client gives it; it is only passed on."""

T = TypeVar("T")

DEFAULT_DATABASE = "petition_bot"
_FIRST_PAUSE = 0.002
_LONGEST_PAUSE = 0.1
_TRYING_SHARE = 0.75
_SELECTION_MS = 2_000


async def connect(
    uri: str,
    *,
    driver: DriverName = "motor",
    timeout_ms: int = 1_500,
    name: str | None = None,
) -> "Database":
    """Make ready to speak to the server at ``uri``; the first connection is made by the first operation.

    Args:
        uri: any MongoDB URI, also of a unix socket; its path names the database where ``name`` does not.
        driver: which client.
        timeout_ms: how long one operation may take in all.
        name: the database.

    Raises:
        WrongAddress: the URI cannot be read.
    """
    with wrong_address():
        client = _client(driver)(
            uri,
            timeoutMS=timeout_ms,
            serverSelectionTimeoutMS=max(_SELECTION_MS, timeout_ms),
            w="majority",
            journal=True,
            tz_aware=True,
            uuidRepresentation="standard",
            appname="petition-bot",
        )
        return Database(client, client.get_default_database(default=name or DEFAULT_DATABASE).name, timeout_ms)


def _client(driver: DriverName) -> Any:
    if driver == "motor":
        from motor.motor_asyncio import AsyncIOMotorClient  # noqa: PLC0415 - the other driver must not need it

        return AsyncIOMotorClient
    return pymongo.AsyncMongoClient


class Database:
    """One database. ``database["cases"]`` is a collection of it."""

    def __init__(self, client: Any, name: str, timeout_ms: int) -> None:
        self._client = client
        self._database = client[name]
        self.name = name
        self.timeout = timeout_ms / 1_000
        """Seconds that one operation, or one whole transaction, may take."""

    def __getitem__(self, name: str) -> "Collection":
        return Collection(self._database[name])

    def unjournaled(self, name: str) -> "Collection":
        """The collection, for writes that may be lost in a crash: leases, which a version guards besides."""
        return Collection(self._database.get_collection(name, write_concern=pymongo.WriteConcern(w=1, j=False)))

    def sibling(self, name: str) -> "Database":
        """Another database over the same connections."""
        return Database(self._client, name, int(self.timeout * 1_000))

    async def ping(self) -> None:
        """Return if a server that takes writes answers.

        Raises:
            StorageAway: it does not.
        """
        await self.command("ping")

    async def command(self, name: str, value: Any = 1, **options: Any) -> Document:
        with mapped(self.name):
            answer: Document = await self._database.command(name, value, **options)
            return answer

    async def collection_names(self) -> list[str]:
        with mapped(self.name):
            return list(await self._database.list_collection_names())

    async def drop(self) -> None:
        with mapped(self.name):
            await self._client.drop_database(self.name)

    async def in_transaction(self, body: Callable[[Session], Awaitable[T]]) -> T:
        """Run ``body`` in a transaction and commit it; a write conflict with another process repeats it.

        ``body`` passes its argument on as ``session``; it may run several times, but takes effect once. The
        whole ends within ``timeout``.

        Raises:
            StorageAway: not committed in time, or the outcome is unknown.
            StorageError: what ``body`` raised; nothing of it was applied.
        """
        # Counting tries instead gives up too soon where the other one's commit is held up by a slow disk.
        until = time.monotonic() + self.timeout * _TRYING_SHARE
        with mapped(self.name), pymongo.timeout(self.timeout):
            async with await _awaited(self._client.start_session()) as session:
                return await _repeated(session, body, until)

    async def close(self) -> None:
        await _awaited(self._client.close())


async def _repeated(session: Session, body: Callable[[Session], Awaitable[T]], until: float) -> T:
    pause = _FIRST_PAUSE
    while True:
        try:
            async with await _awaited(session.start_transaction()):
                return await body(session)
        except (PyMongoError, StorageError) as error:
            if time.monotonic() + pause >= until or not is_transient(error):
                raise
        # A moment, growing and uneven, so that two that collided do not collide again.
        await asyncio.sleep(pause * random.uniform(0.5, 1))  # noqa: S311
        pause = min(2 * pause, _LONGEST_PAUSE)


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
            cursor = await _awaited(self._raw.aggregate(stages, session=session))
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


async def _awaited(value: Any) -> Any:
    return await value if inspect.isawaitable(value) else value


def _listed(sort: Sort | None) -> list[tuple[str, int]] | None:
    return None if sort is None else list(sort)


def _bounded(limit: int) -> int:
    if limit < 1:
        msg = "a list needs a bound of 1 or more"
        raise ValueError(msg)
    return limit
