"""The whole database as it was at one instant, while it goes on being written (see ``storage.driver``)."""

from collections.abc import AsyncIterator
from typing import Any

from pymongo.errors import OperationFailure

from storage.driver_errors import mapped
from storage.errors import SnapshotGone

_TOO_OLD, _UNAVAILABLE = 239, 246


class Snapshot:
    """Reads of one instant: a session with read concern "snapshot"; the first read fixes the instant."""

    def __init__(self, raw: Any, session: Any) -> None:
        self._raw = raw
        self._session = session

    async def find_one(self, collection: str, id: str) -> dict[str, Any] | None:  # noqa: A002 - what it is
        """One document."""
        with mapped(collection):
            try:
                found: dict[str, Any] | None = await self._raw[collection].find_one({"_id": id}, session=self._session)
            except OperationFailure as error:
                raise _gone(error, collection) from error
            return found

    async def batches(self, collection: str, *, documents: int) -> AsyncIterator[bytes]:
        """All documents, as the server sends them: BSON, one after another, so many at a time, and 16 MB at most.

        Raises:
            SnapshotGone: the server no longer knows that instant, or the collection was made over meanwhile.
        """
        with mapped(collection):
            try:
                async for batch in self._raw[collection].find_raw_batches(
                    {}, session=self._session, batch_size=documents
                ):
                    yield batch
            except OperationFailure as error:
                raise _gone(error, collection) from error


def _gone(error: OperationFailure, collection: str) -> Exception:
    if error.code in {_TOO_OLD, _UNAVAILABLE}:
        return SnapshotGone(collection, too_old=error.code == _TOO_OLD)
    return error
