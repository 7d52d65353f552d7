"""Files in GridFS, in words both clients understand (see ``storage.driver``): pieces in, the same pieces out.

A file is stored under an id of ours and is never changed. One piece is one chunk: nothing is cut or joined, so that
each piece can be sealed by itself.
"""

from collections.abc import AsyncIterator, Iterable
from contextlib import suppress
from typing import Any

import pymongo
from gridfs.errors import CorruptGridFile, NoFile

from storage.collection import awaited
from storage.driver_errors import mapped
from storage.errors import FileMissing

CHUNK = 255 * 1024
"""Bytes of every piece but the last."""
_FILE_SECONDS = 60.0
"""A whole file is one operation: longer than any other, whatever the client's own limit."""
_PIECE_SECONDS = 10.0


class Bucket:
    """One bucket."""

    def __init__(self, raw: Any, name: str) -> None:
        self._raw = raw
        self.name = name

    async def put(self, id: str, pieces: Iterable[bytes]) -> None:  # noqa: A002 - what it is
        """Store a file; until this returns it may be there in part, for ``delete`` to remove.

        Raises:
            StorageAway: perhaps stored.
        """
        with mapped(self.name), pymongo.timeout(_FILE_SECONDS):
            stream = await awaited(self._raw.open_upload_stream_with_id(id, id, chunk_size_bytes=CHUNK))
            for piece in pieces:
                await awaited(stream.write(piece))
            await awaited(stream.close())

    async def pieces(self, id: str) -> AsyncIterator[bytes]:  # noqa: A002
        """Give the pieces of a file in order.

        Raises:
            FileMissing: there is none of this id, or a piece of it is missing.
            StorageAway: they cannot be had now.
        """
        stream = await self._opened(id)
        while piece := await self._next(stream, id):
            yield piece

    async def delete(self, id: str) -> None:  # noqa: A002
        """Remove a file, or what is there of it."""
        with mapped(self.name), pymongo.timeout(_FILE_SECONDS), suppress(NoFile):
            await awaited(self._raw.delete(id))

    async def _opened(self, id: str) -> Any:  # noqa: A002
        with mapped(self.name), pymongo.timeout(_PIECE_SECONDS):
            try:
                return await self._raw.open_download_stream(id)
            except NoFile:
                raise FileMissing(id) from None

    async def _next(self, stream: Any, id: str) -> bytes:  # noqa: A002
        with mapped(self.name), pymongo.timeout(_PIECE_SECONDS):
            try:
                return bytes(await stream.readchunk())
            except CorruptGridFile:
                raise FileMissing(id) from None
