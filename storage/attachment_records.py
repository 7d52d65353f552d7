"""What is kept of an attachment beside its content: the value, and the document it lies in.

    wanted ─▶ kept         its content lies in GridFS
        ├──▶ gone          the platform has it no more
        └──▶ refused       too large, of no kind that we keep, or one too many

What the platform calls it, and the digest of its content, are sealed; readable are kind, type, size and progress.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from channels.messages import Media
from storage.driver import Document
from storage.personal_data import Vault
from storage.records import ArrivedMessage

ATTACHMENTS = "attachments"
FILES = "attachment_files"


class AttachmentState(StrEnum):
    WANTED = "wanted"
    KEPT = "kept"
    GONE = "gone"
    REFUSED = "refused"

    @property
    def lost(self) -> bool:
        """There will never be a content: staff are told."""
        return self in {AttachmentState.GONE, AttachmentState.REFUSED}


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A picture, voice, video or file that somebody sent.

    ``message_id``: the store's key of the message that brought it. ``case_numbers``: the cases it belongs to; empty
    until one is filed. ``told``: those of them whose staff were told that it is lost. ``type``: what its first
    bytes say. ``size`` in bytes, ``sha256`` of the content, both before sealing. ``reason``: a code, where it is lost.
    ``files``: what was begun to be stored of it, by each try; ``file``: the one that counts. ``by_staff``: staff gave
    it to the case, no message brought it; ``public``: they sent it to the filer.
    """

    id: str
    conversation_id: str
    channel: str
    account: str
    kind: str
    message_id: str
    media: Media = field(repr=False)
    created_at: datetime
    case_numbers: tuple[str, ...] = ()
    told: tuple[str, ...] = ()
    state: AttachmentState = AttachmentState.WANTED
    type: str = ""
    size: int = 0
    sha256: str = field(default="", repr=False)
    reason: str = ""
    tries: int = 0
    file: str = ""
    files: tuple[str, ...] = ()
    by_staff: bool = False
    public: bool = False

    @property
    def untold(self) -> tuple[str, ...]:
        """The cases whose staff are still to be told that it is lost."""
        return tuple(number for number in self.case_numbers if number not in self.told) if self.state.lost else ()


def wanted_document(
    id: str,  # noqa: A002 - what it is
    arrived: ArrivedMessage,
    *,
    case_numbers: tuple[str, ...],
    now: datetime,
    expires_at: datetime | None,
    vault: Vault,
) -> Document:
    """Make the document of what ``arrived`` brought; its content is to be fetched from now on."""
    media = arrived.message.media or Media(id="")
    sealed = {
        "message_id": arrived.id,
        "media": {"id": media.id, "url": media.url, "format": media.format, "thumbnail_id": media.thumbnail_id},
    }
    document: Document = {
        "_id": id,
        "conversation_id": arrived.conversation_id,
        "channel": arrived.message.address.channel,
        "account": arrived.message.address.account,
        "kind": arrived.message.kind.value,
        "case_numbers": list(case_numbers),
        "told": [],
        "state": AttachmentState.WANTED.value,
        "tries": 0,
        "files": [],
        "created_at": now,
        "wake_at": now,
        "sealed": vault.seal_json(sealed, _place(id)),
    }
    return document if expires_at is None else document | {"expires_at": expires_at}


def given_document(
    id: str,  # noqa: A002
    message_id: str,
    *,
    kind: str,
    file: str,
    public: bool,
    now: datetime,
    expires_at: datetime,
    vault: Vault,
) -> Document:
    """Make the document of what staff give to a case; its content is stored next."""
    sealed = {"message_id": message_id, "media": {"id": ""}}
    return {
        "_id": id,
        "conversation_id": "",
        "channel": "",
        "account": "",
        "kind": kind,
        "case_numbers": [],
        "told": [],
        "state": AttachmentState.WANTED.value,
        "tries": 1,
        "files": [file],
        "created_at": now,
        "expires_at": expires_at,
        "by_staff": True,
        "public": public,
        "sealed": vault.seal_json(sealed, _place(id)),
    }


def kept_facts(
    id: str,  # noqa: A002
    *,
    file: str,
    type: str,  # noqa: A002
    size: int,
    sha256: str,
    vault: Vault,
) -> Document:
    """The facts of a content that was stored."""
    return {
        "state": AttachmentState.KEPT.value,
        "file": file,
        "type": type,
        "size": size,
        "sum": vault.seal(sha256, _sum_place(id)),
    }


def attachment_from_document(document: Mapping[str, Any], vault: Vault) -> Attachment:
    key = document["_id"]
    sealed = vault.open_json(document["sealed"], _place(key))
    return Attachment(
        id=key,
        conversation_id=document["conversation_id"],
        channel=document["channel"],
        account=document["account"],
        kind=document["kind"],
        message_id=sealed["message_id"],
        media=Media(**sealed["media"]),
        created_at=document["created_at"],
        case_numbers=tuple(document["case_numbers"]),
        told=tuple(document["told"]),
        state=AttachmentState(document["state"]),
        type=document.get("type", ""),
        size=document.get("size", 0),
        sha256=vault.open(document["sum"], _sum_place(key)) if "sum" in document else "",
        reason=document.get("reason", ""),
        tries=document["tries"],
        file=document.get("file", ""),
        files=tuple(document["files"]),
        by_staff=document.get("by_staff", False),
        public=document.get("public", False),
    )


def _place(id: str) -> str:  # noqa: A002
    return f"{ATTACHMENTS}/sealed/{id}"


def _sum_place(id: str) -> str:  # noqa: A002
    return f"{ATTACHMENTS}/sum/{id}"
