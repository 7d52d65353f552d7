"""Attachments as the API shows them: what a case or an entry names, joined with what is kept of it."""

from collections.abc import Sequence

from bot.api.schemas import cases as shown
from bot.api.schemas.attachments import CaseAttachment as CaseAttachmentShown
from storage.attachment_records import Attachment, AttachmentState
from storage.cases import Case, CaseAttachment


def of_case(case: Case, kept: Sequence[Attachment]) -> tuple[shown.Attachment, ...]:
    """What the case was filed with, then what was added later."""
    filed = {each.message_id for each in case.attachments}
    later = [
        CaseAttachment(message_id=each.message_id, kind=each.kind, media_id=each.media.id)
        for each in kept
        if each.message_id not in filed
    ]
    return joined([*case.attachments, *later], kept, case.number)


def joined(given: Sequence[CaseAttachment], kept: Sequence[Attachment], number: str) -> tuple[shown.Attachment, ...]:
    known = {each.message_id: each for each in kept}
    return tuple(_attachment(each, known.get(each.message_id), number) for each in given)


def _attachment(given: CaseAttachment, kept: Attachment | None, number: str) -> shown.Attachment:
    return shown.Attachment(
        message_id=given.message_id,
        kind=given.kind,
        media_id=given.media_id,
        id=kept and kept.id,
        state=kept and kept.state,
        type=kept and kept.type,
        size=kept and kept.size,
        url=kept and _url(kept, number),
    )


def listed(kept: Attachment, number: str) -> CaseAttachmentShown:
    """One of a case's list."""
    return CaseAttachmentShown(
        id=kept.id,
        message_id=kept.message_id,
        kind=kept.kind,
        state=kept.state,
        type=kept.type,
        size=kept.size,
        url=_url(kept, number),
        reason=kept.reason,
        received_at=kept.created_at,
        by_staff=kept.by_staff,
        public=kept.public,
    )


def _url(kept: Attachment, number: str) -> str | None:
    if kept.state is not AttachmentState.KEPT:
        return None
    return f"/api/v1/cases/{number}/attachments/{kept.id}"
