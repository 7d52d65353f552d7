"""The one door to MongoDB: the only module that imports a client.

``storage.collection``, ``storage.bucket`` and ``storage.snapshot`` are the rest of it.

Two clients serve, chosen by a setting: motor and its official successor, PyMongo's own async client, the default
because a turn costs the processor less with it (docs/decisions/0003). They differ in what must be awaited; that
difference ends here. So do their errors: each method raises only ``storage.errors``.

Every operation has a time limit (``timeoutMS``, the driver's own deadline for selection, connection, retries
and the wait for the answer together); writes wait for the majority and the journal; datetimes come back
aware, in UTC.
"""

import asyncio
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any, Literal, TypeVar

import pymongo
from gridfs import AsyncGridFSBucket
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import PyMongoError

from storage.bucket import Bucket
from storage.collection import Collection, Document, Filter, Operation, Session, Sort, awaited
from storage.driver_errors import cancellations, is_transient, mapped, wrong_address
from storage.errors import StorageAway, StorageError
from storage.patient_waits import mend_waits
from storage.snapshot import Snapshot

__all__ = [
    "DEFAULT_DATABASE",
    "Bucket",
    "Collection",
    "Database",
    "Document",
    "DriverName",
    "Filter",
    "Operation",
    "Session",
    "Snapshot",
    "Sort",
    "connect",
]

DriverName = Literal["motor", "pymongo"]
T = TypeVar("T")

DEFAULT_DATABASE = "petition_bot"
_FIRST_PAUSE = 0.002
_LONGEST_PAUSE = 0.1
_TRYING_SHARE = 0.75
_SELECTION_MS = 2_000
_LONGEST_APP_NAME = 120


async def connect(
    uri: str,
    *,
    driver: DriverName = "pymongo",
    timeout_ms: int = 1_500,
    name: str | None = None,
    purpose: str = "petition-bot",
) -> "Database":
    """Make ready to speak to the server at ``uri``; the first connection is made by the first operation.

    Args:
        uri: any MongoDB URI, also of a unix socket; its path names the database where ``name`` does not.
        driver: which client.
        timeout_ms: how long one operation may take in all.
        name: the database.
        purpose: what the server is told of who speaks to it, besides the name of the database.

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
            appname=f"{purpose} {name or _named_in(uri)}"[:_LONGEST_APP_NAME],
        )
        return Database(client, client.get_default_database(default=name or DEFAULT_DATABASE).name, timeout_ms)


def _named_in(uri: str) -> str:
    return uri.partition("://")[2].partition("/")[2].partition("?")[0] or DEFAULT_DATABASE


def _client(driver: DriverName) -> Any:
    if driver == "motor":
        from motor.motor_asyncio import AsyncIOMotorClient  # noqa: PLC0415 - the other driver must not need it

        return AsyncIOMotorClient
    mend_waits()
    return pymongo.AsyncMongoClient


def _bucket_of(database: Any, name: str) -> Any:
    if isinstance(database, AsyncDatabase):
        return AsyncGridFSBucket(database, name)
    from motor.motor_asyncio import AsyncIOMotorGridFSBucket  # noqa: PLC0415 - the other driver must not need it

    return AsyncIOMotorGridFSBucket(database, name)


class Database:
    """One database. ``database["cases"]`` is a collection of it."""

    def __init__(self, client: Any, name: str, timeout_ms: int) -> None:
        self._client = client
        self._database = client[name]
        self.name = name
        self.timeout = timeout_ms / 1_000
        """Seconds that one operation, or one whole transaction, may take."""

    def __getitem__(self, name: str) -> Collection:
        return Collection(self._database[name])

    def unjournaled(self, name: str) -> Collection:
        """The collection, for writes that may be lost in a crash: leases, which a version guards besides."""
        return Collection(self._database.get_collection(name, write_concern=pymongo.WriteConcern(w=1, j=False)))

    def bucket(self, name: str) -> Bucket:
        """Files, in the collections ``<name>.files`` and ``<name>.chunks`` (GridFS)."""
        return Bucket(_bucket_of(self._database, name), name)

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

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[Snapshot]:
        """Read as of one instant, for as long as the server keeps it (``minSnapshotHistoryWindowInSeconds``)."""
        with mapped(self.name):
            async with await awaited(self._client.start_session(snapshot=True)) as session:
                yield Snapshot(self._database, session)

    async def rename(self, name: str, to: str) -> None:
        """Put the collection ``name`` in the place of ``to``, at once and whole; what was there is gone."""
        with mapped(name):
            where = f"{self.name}."
            await self._client["admin"].command(
                "renameCollection", where + name, to=where + to, dropTarget=True, writeConcern={"w": "majority"}
            )

    async def others(self, purpose: str = "petition-bot") -> int | None:
        """How many connections the service's processes hold to this database; None where we may not look.

        Only those that were made for ``purpose``: ours must have been made for another.
        """
        try:
            answer = await self.sibling("admin").command(
                "aggregate",
                pipeline=[
                    {"$currentOp": {"allUsers": True, "idleConnections": True}},
                    {"$match": {"appName": f"{purpose} {self.name}"[:_LONGEST_APP_NAME]}},
                    {"$count": "number"},
                ],
                cursor={},
            )
        except StorageAway:
            raise
        except StorageError:
            return None
        found = answer["cursor"]["firstBatch"]
        return int(found[0]["number"]) if found else 0

    @contextmanager
    def patient(self, seconds: float) -> Iterator[None]:
        """Let what is asked for within take ``seconds`` altogether, instead of ``timeout`` each."""
        with pymongo.timeout(seconds):
            yield

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
            async with await awaited(self._client.start_session()) as session:
                return await _repeated(session, body, until)

    async def close(self) -> None:
        await awaited(self._client.close())


async def _repeated(session: Session, body: Callable[[Session], Awaitable[T]], until: float) -> T:
    pause, cancelled = _FIRST_PAUSE, cancellations()
    while True:
        try:
            async with await awaited(session.start_transaction()):
                return await body(session)
        except (PyMongoError, StorageError) as error:
            if cancellations() > cancelled:
                # What went wrong while the transaction was being left has taken the cancellation's place.
                raise asyncio.CancelledError from error
            if time.monotonic() + pause >= until or not is_transient(error):
                raise
        # A moment, growing and uneven, so that two that collided do not collide again.
        await asyncio.sleep(pause * random.uniform(0.5, 1))  # noqa: S311
        pause = min(2 * pause, _LONGEST_PAUSE)
