"""What is said in one turn, and by whom it is given: the first part by the open webhook, each other by the workers."""

import uuid
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from bot.text import split
from channels.base import Capabilities
from channels.messages import Purpose, Via
from storage.records import ArrivedMessage, Conversation, DeliveryState, OutboxEntry

PARTS_APART = timedelta(milliseconds=1)
"""The least that the store tells apart: parts of one answer go out in the order of their making."""

_FILED_SEQ = 1


def in_parts(
    conversation: Conversation,
    newest: ArrivedMessage,
    text: str,
    capabilities: Capabilities,
    *,
    now: datetime,
    buttons: tuple[tuple[str, str], ...] = (),
    filed: str | None = None,
) -> list[OutboxEntry]:
    """``text`` as the answer to ``newest``, in as many parts as it takes; ``filed``: the number of its case."""
    parts = split(text, limit=capabilities.text_limit, unit=capabilities.text_unit)
    return [
        OutboxEntry(
            id=uuid.uuid4().hex,
            conversation_id=conversation.id,
            address=conversation.address,
            purpose=Purpose.REPLY,
            text=part,
            buttons=buttons if index == len(parts) - 1 else (),
            state=DeliveryState.QUEUED,
            due_at=now,
            created_at=now + index * PARTS_APART,
            reply_to=newest.id,
            case_number=filed,
            case_seq=_FILED_SEQ if filed else None,
        )
        for index, part in enumerate(parts)
    ]


def leased_to_webhook(entry: OutboxEntry, newest: ArrivedMessage, now: datetime) -> OutboxEntry:
    until = newest.message.reply_until
    if until is None or until <= now:
        return entry
    return replace(entry, state=DeliveryState.SENDING, via=Via.PASSIVE, lease_until=until, due_at=until)


def room_of(capabilities: Capabilities) -> int:
    """How long an answer may be, where each part of it costs; 0: as long as it takes."""
    return capabilities.text_limit if capabilities.segments is not None else 0


def due(entries: Sequence[OutboxEntry]) -> tuple[str, ...]:
    """What workers may deliver now: the first part, where it is theirs; each part brings the next."""
    return tuple(entry.id for entry in entries[:1] if entry.state is DeliveryState.QUEUED)


def passive_of(entries: Sequence[OutboxEntry]) -> OutboxEntry | None:
    return next((entry for entry in entries if entry.via is Via.PASSIVE), None)
