"""A file that came with a form: looked at, and kept until a case has it (else for an hour)."""

import asyncio
import uuid
from datetime import datetime

from aiohttp.web_request import FileField

from bot.media.fetching import Limits
from bot.media.making import kind_of
from channels.media_types import sniffed
from storage.attachment_records import Attachment
from storage.store import Store

MOST_OF_FILES = 11 * 1024 * 1024
"""Bytes of the files of one form: what the console takes (``bot.console.app``), less the words."""
_MIB = 1024 * 1024
_LONGEST_NAME = 40


class FileRefused(Exception):
    """``sentence`` names the file and says why."""

    retryable = False

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


async def keep_file(sent: FileField, *, store: Store, limits: Limits, public: bool, now: datetime) -> Attachment:
    """Keep it as what staff give.

    Raises:
        FileRefused: its first bytes are of no type that is kept, or it is too large.
    """
    content, named = await asyncio.to_thread(sent.file.read), f"“{sent.filename[:_LONGEST_NAME]}”"
    type_ = sniffed(content)
    if type_ is None:
        raise FileRefused(f"{named}不能保存：只收照片、录音、视频和 PDF，不收 Word、压缩包")
    most = limits.bytes_of(kind_of(type_))
    if len(content) > most:
        raise FileRefused(f"{named}太大：这类文件最多 {most // _MIB} MB")
    return await store.attachments.give(
        uuid.uuid4().hex, content, kind=kind_of(type_), type=type_, public=public, now=now
    )
