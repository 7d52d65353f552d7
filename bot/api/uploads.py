"""A file as a request: a form with the field "file", or the bare bytes. Never more than fits, never long."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

from aiohttp import BodyPartReader, web

from bot.api.problems import FieldError, Problem, ProblemKind, invalid, invalid_field
from bot.forms import BROKEN

_PIECE = 64 * 1024
_FORM = "multipart/form-data"
_WORDS_BYTES = 16 * 1024
_SECONDS = 120.0
"""How long a slow sender may take for the whole."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """``words``: the other fields of the form. ``content`` is not empty."""

    content: bytes = field(repr=False)
    words: dict[str, str] = field(default_factory=dict, repr=False)

    def digest(self) -> str:
        """The same for the same file and words, whatever parts them in the form."""
        told = hashlib.sha256(self.content).hexdigest()
        return hashlib.sha256(repr((told, sorted(self.words.items()))).encode()).hexdigest()


async def read_upload(request: web.Request, *, limit: int) -> Upload:
    """The file and the words of ``request``; ``limit``: bytes of the file.

    Raises:
        Problem: TOO_LARGE, or INVALID_FIELDS where there is no file.
    """
    if (request.content_length or 0) > limit + 2 * _WORDS_BYTES:
        raise _too_large(limit)
    try:
        async with asyncio.timeout(_SECONDS):
            upload = await (_of_form(request, limit) if request.content_type == _FORM else _bare(request, limit))
    except TimeoutError:
        raise Problem(ProblemKind.TOO_LARGE, "文件传得太慢，请稍后再试") from None
    if not upload.content:
        raise invalid_field("file", "没有文件，或文件是空的")
    return upload


async def _bare(request: web.Request, limit: int) -> Upload:
    return Upload(content=await _bounded(request.content.iter_chunked(_PIECE), limit, _too_large(limit)))


async def _of_form(request: web.Request, limit: int) -> Upload:
    content, words = b"", dict[str, str]()
    try:
        async for part in await request.multipart():
            name = part.name if isinstance(part, BodyPartReader) else None
            if not isinstance(part, BodyPartReader) or name is None or name in words or (name == "file" and content):
                raise _bad_form()
            if name == "file":
                content = await _bounded(_pieces(part), limit, _too_large(limit))
            else:
                most = _too_large(_WORDS_BYTES)
                words[name] = (await _bounded(_pieces(part), _WORDS_BYTES, most)).decode()
            if len(words) > 2:  # noqa: PLR2004 - note and public
                raise _bad_form()
    except (*BROKEN, web.HTTPException):
        # What aiohttp's reader raises where the form is broken.
        raise _bad_form() from None
    return Upload(content=content, words=words)


async def _pieces(part: BodyPartReader) -> AsyncIterator[bytes]:
    while piece := await part.read_chunk(_PIECE):
        yield piece


async def _bounded(pieces: Any, limit: int, problem: Problem) -> bytes:
    body = bytearray()
    async for piece in pieces:
        body += piece
        if len(body) > limit:
            raise problem
    return bytes(body)


def _bad_form() -> Problem:
    return invalid(FieldError(field="", message="表单应有一个 file，另可有 note 和 public"))


def _too_large(limit: int) -> Problem:
    return Problem(ProblemKind.TOO_LARGE, f"文件不能超过 {limit // 1024 // 1024} MiB")
