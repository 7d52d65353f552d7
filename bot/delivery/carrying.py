"""The file of an entry: whether a way carries it, and what is said with it or in its place.

The file goes alone, as platforms have it; its words follow as an entry of their own, whose id comes from the first one,
so that a repeat of the file repeats no words. A way that carries no files says in words that there is one.
"""

from contextlib import suppress
from dataclasses import replace
from datetime import datetime

from bot.delivery.reasons import Reason
from channels.base import Capabilities, Channel, SendsMedia
from channels.errors import SendFailed
from channels.messages import Via
from storage.attachment_records import Attachment, AttachmentState
from storage.errors import AlreadyThere, FileMissing
from storage.records import OutboxEntry
from storage.store import Store

WORDS, INSTEAD = "words", "instead"
"""Names in an entry's ``fields``: what follows the file, and what is said in its place."""
SHOWN = "［文件］"
"""What stands for the file where the talk is read."""


class FileErased(SendFailed):
    """Staff erased the file before it went."""

    code = "file_erased"
    sentence = "文件已被删除，没有发送"


class Carrier:
    """Brings the files of entries."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def content(self, entry: OutboxEntry, channel: Channel, via: Via) -> bytes | None:
        """Give the file of ``entry``; None: there is none, or this way does not carry it.

        Raises:
            FileErased: it is not there any more.
            StorageError: it cannot be had now.
        """
        if not entry.attachment:
            return None
        found = await self._store.attachments.get(entry.attachment)
        if found is None or found.state is not AttachmentState.KEPT:
            raise FileErased
        if not isinstance(channel, SendsMedia) or unfit(found, channel.capabilities, via) is not None:
            return None
        try:
            return b"".join([piece async for piece in self._store.attachments.content(found)])
        except FileMissing:
            raise FileErased from None

    async def as_file(self, entry: OutboxEntry, token: str) -> OutboxEntry:
        """Keep that the file itself is what ``entry`` says.

        Raises:
            Conflict: the claim is another's by now.
        """
        return await self._reworded(entry, token, SHOWN)

    async def as_words(self, entry: OutboxEntry, token: str) -> OutboxEntry:
        """Keep that ``entry`` says in words that there is a file; elsewhere its words were chosen already.

        Raises:
            Conflict: the claim is another's by now.
        """
        instead = entry.fields.get(INSTEAD, "")
        return await self._reworded(entry, token, instead) if instead else entry

    async def words_follow(self, entry: OutboxEntry, now: datetime) -> None:
        """Have the words go behind the file that went, once however often the file is sent."""
        behind = following(entry, now)
        if behind is not None:
            with suppress(AlreadyThere):
                await self._store.committer.commit([self._store.outbox.put(behind)])

    async def _reworded(self, entry: OutboxEntry, token: str, text: str) -> OutboxEntry:
        if entry.text == text:
            return entry
        return await self._store.outbox.redirect(replace(entry, text=text), token, meant_for=entry.meant_for)


def unfit(file: Attachment, capabilities: Capabilities, via: Via) -> Reason | None:
    """Why ``via`` does not carry ``file``; None: it does."""
    if via is not Via.CUSTOMER_SERVICE or file.size > capabilities.media.get(file.type, 0):
        return Reason.NO_MEDIA
    return None


def following(entry: OutboxEntry, now: datetime) -> OutboxEntry | None:
    """The words behind the file of ``entry``, as an entry; None: there are none."""
    words = entry.fields.get(WORDS, "")
    if not words:
        return None
    return OutboxEntry(
        id=following_id(entry),
        conversation_id=entry.conversation_id,
        address=entry.address,
        purpose=entry.purpose,
        text=words,
        created_at=now,
        due_at=now,
        notice=entry.notice,
        fields={name: value for name, value in entry.fields.items() if name not in {WORDS, INSTEAD}},
        url=entry.url,
        case_number=entry.case_number,
        case_seq=entry.case_seq,
        meant_for=entry.meant_for,
        author=entry.author,
    )


def following_id(entry: OutboxEntry) -> str:
    return f"{entry.id}-words"
