"""A file as an answer: saved, never shown, by whatever opens it, where a stranger sent it."""

import asyncio
from collections.abc import AsyncIterator

import structlog
from aiohttp import web

from bot.api.operations import Download
from storage.errors import StorageError

_SECONDS = 300.0
"""How long a slow reader may take for the whole."""


async def downloaded(file: Download, request: web.Request) -> web.StreamResponse:
    """Send ``file``.

    Raises:
        StorageError: its first piece cannot be had; later the connection is cut instead, for the answer has begun.
    """
    first = await anext(file.pieces, b"")
    response = web.StreamResponse(headers=_headers(file))
    response.content_length = file.size
    await response.prepare(request)
    try:
        async with asyncio.timeout(_SECONDS):
            await response.write(first)
            await _rest(file.pieces, response)
            await response.write_eof()
    except (StorageError, TimeoutError) as error:
        structlog.get_logger().warning("api.download_cut", error=type(error).__name__)
        if request.transport is not None:
            request.transport.abort()
    return response


async def _rest(pieces: AsyncIterator[bytes], response: web.StreamResponse) -> None:
    async for piece in pieces:
        await response.write(piece)


def _headers(file: Download) -> dict[str, str]:
    return {
        "Content-Type": file.type,
        "Content-Disposition": f'{"inline" if file.inline else "attachment"}; filename="{file.name}"',
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Cache-Control": "private, no-store",
    }
