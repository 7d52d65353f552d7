"""A file that staff hand to the filer of a case: its entry in the timeline, and its way into the outbox."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from types import MappingProxyType

from bot.casework.announcing import PROGRESS
from bot.casework.by_text import with_link
from bot.casework.links import CaseLinks
from bot.casework.notices import news, titled
from bot.delivery.carrying import INSTEAD, WORDS
from channels.messages import Kind, Purpose
from storage.attachment_records import Attachment
from storage.cases import Actor, Case, CaseAttachment, EntryKind, TimelineEntry
from storage.records import OutboxEntry
from storage.store import Store

_COUNTED: Mapping[str, str] = MappingProxyType(
    {Kind.IMAGE: "一张图片", Kind.VOICE: "一段语音", Kind.VIDEO: "一段视频", Kind.FILE: "一份文件"}
)


def counted(kind: str) -> str:
    """What a file is called, by its kind ("image")."""
    return _COUNTED.get(kind, _COUNTED[Kind.FILE])


def entered(file: Attachment, *, actor: Actor, note: str, at: datetime) -> TimelineEntry:
    """The entry that says that staff handed ``file``; a public one stands on the filer's page."""
    what = f"工作人员给您发了{counted(file.kind)}。" if file.public else f"存入{counted(file.kind)}，不发给来信人。"
    named = CaseAttachment(message_id=file.message_id, kind=file.kind, media_id="")
    return TimelineEntry(
        at=at,
        actor=actor,
        kind=EntryKind.NOTED,
        note=f"{what}\n{note}" if note else what,
        public=file.public,
        attachments=(named,),
    )


async def sent_to_filer(
    store: Store, case: Case, file: Attachment, *, note: str, at: datetime, links: CaseLinks | None
) -> Sequence[OutboxEntry]:
    """The entry that sends ``file``; none for what is not public, or where no conversation leads to the filer.

    ``case`` as it will be. The page's address goes into texts as well: where a file cannot be sent, it alone leads
    to it.
    """
    filer = case.filer.conversation_id
    conversation = await store.conversations.get(filer) if file.public and filer is not None else None
    if conversation is None or case.accusation:
        return ()
    url = links.address(case, at) if links is not None else ""
    what = f"工作人员给您发了{counted(file.kind)}"
    if conversation.address.channel == "sms":
        # It carries no files, so both are the same.
        said, url = _by_text(case, what, note, url, at)
        instead = said
    else:
        said = _news(case, f"{what}。", note, url, at)
        instead = _news(case, f"{what}，{_where(url)}", note, url, at)
    notice = news(case, f"{what}，{_where(url)}{note}", at=at, own=True)
    entry = OutboxEntry(
        id=uuid.uuid4().hex,
        conversation_id=conversation.id,
        address=conversation.address,
        purpose=Purpose.CASE_NOTICE,
        text=said,
        created_at=at,
        due_at=at,
        notice=PROGRESS,
        fields={**notice.fields, WORDS: said, INSTEAD: instead},
        url=url,
        case_number=case.number,
        case_seq=case.last_seq,
        attachment=file.id,
    )
    return (entry,)


def _where(url: str) -> str:
    return "请在网页查看。" if url else "这里收不到；需要的话请回复“人工”。"


def _by_text(case: Case, what: str, note: str, url: str, at: datetime) -> tuple[str, str]:
    """What two text messages hold, and the page that they lead to: a link that does not fit is none."""
    leads = url and with_link(f"{what}，请在网页查看：", partial(titled, case), note, url)
    return (leads, url) if leads else (news(case, f"{what}，{_where('')}{note}", at=at, own=True).brief, "")


def _news(case: Case, first: str, note: str, url: str, at: datetime) -> str:
    text = news(case, f"{first}\n{note}" if note else first, at=at, own=True).text
    return f"{text}\n查看详情：{url}" if url else text
