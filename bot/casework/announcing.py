"""Notices into the outbox: one for each follower of a case, to be written with the step they tell of."""

import uuid
from collections.abc import Callable, Sequence
from datetime import datetime

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
    store: Store, case: Case, wording: Wording, *, seq: int, at: datetime, besides: str | None = None
) -> Sequence[OutboxEntry]:
    """One entry for every follower of ``case`` but ``besides``, who is answered in the conversation itself.

    A follower who left the account gets one as well: the delivery finds no way, and staff see that the person was
    not told.
    """
    conversations = [await store.conversations.get(follower) for follower in case.followers if follower != besides]
    return [
        _entry(each, case, wording(each.id == case.filer.conversation_id), seq=seq, at=at)
        for each in conversations
        if each is not None
    ]


def _entry(conversation: Conversation, case: Case, notice: Notice, *, seq: int, at: datetime) -> OutboxEntry:
    return OutboxEntry(
        id=uuid.uuid4().hex,
        conversation_id=conversation.id,
        address=conversation.address,
        purpose=Purpose.CASE_NOTICE,
        text=notice.text,
        created_at=at,
        due_at=at,
        notice=PROGRESS,
        fields=notice.fields,
        case_number=case.number,
        case_seq=seq,
    )
