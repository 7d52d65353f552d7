"""Notices into the outbox: one for each follower of a case, to be written with the step they tell of."""

import uuid
from collections.abc import Callable, Sequence
from datetime import datetime

from bot.casework.links import CaseLinks
from bot.casework.notices import Notice
from channels.messages import Purpose
from storage.cases import Case
from storage.records import Conversation, OutboxEntry
from storage.store import Store

PROGRESS = "progress"
"""The kind of notice that channels may have a template for."""

Wording = Callable[[bool], Notice]
"""Gives the notice for the filer's own conversation (True), or for somebody who follows the case."""


async def notices_for(
    store: Store,
    case: Case,
    wording: Wording,
    *,
    seq: int,
    at: datetime,
    besides: str | None = None,
    links: CaseLinks | None = None,
) -> Sequence[OutboxEntry]:
    """One entry for every follower of ``case`` but ``besides``, who is answered in the conversation itself.

    A follower who left the account gets one as well: the delivery finds another place where the person is reached, or
    staff see that they were not told. Who follows from several conversations is told once. ``links``: the filer's
    notice leads to their page of the case, but for a text message: two of them have no room for it.
    """
    found = [await store.conversations.get(follower) for follower in case.followers if follower != besides]
    conversations = [each for each in found if each is not None]
    return [
        _entry(each, case, wording(each.id == case.filer.conversation_id), seq=seq, at=at, links=links)
        for each in _one_of_each_contact(conversations, case)
    ]


def _one_of_each_contact(conversations: Sequence[Conversation], case: Case) -> Sequence[Conversation]:
    """The filer's own conversation before another of theirs; else the first that followed."""
    own_first = sorted(conversations, key=lambda each: each.id != case.filer.conversation_id)
    return list({each.contact_id or each.id: each for each in reversed(own_first)}.values())[::-1]


def _entry(
    conversation: Conversation, case: Case, notice: Notice, *, seq: int, at: datetime, links: CaseLinks | None
) -> OutboxEntry:
    by_text = conversation.address.channel == "sms"
    own = conversation.id == case.filer.conversation_id and not by_text
    url = links.address(case, at) if links is not None and own else ""
    words = notice.brief if by_text else notice.text
    return OutboxEntry(
        id=uuid.uuid4().hex,
        conversation_id=conversation.id,
        address=conversation.address,
        purpose=Purpose.CASE_NOTICE,
        text=f"{words}\n查看详情：{url}" if url else words,
        created_at=at,
        due_at=at,
        notice=PROGRESS,
        fields=notice.fields,
        url=url,
        case_number=case.number,
        case_seq=seq,
    )
