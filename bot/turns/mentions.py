"""Who names us in public gets one fixed text that invites them to write privately, and nothing else.

Nothing of what they wrote is understood, looked up or answered: not even that there is a case may be read in public.
So the dialog never hears of it, and its state stays as it is. One invitation a day for each person; in public not more
of them a day than the channel says.
"""

import uuid
from collections.abc import Awaitable, Callable
from dataclasses import replace

import structlog

from channels.base import Capabilities, Clock
from channels.messages import PUBLIC_INVITATION, EventName, Grant, Inbound, Purpose
from storage.records import ArrivedMessage, Conversation, OutboxEntry
from storage.store import Store

InvitationText = Callable[[], Awaitable[str]]
"""The fixed text as it is worded now; "" where there is none."""

_PUSHED = "push"


def is_mention(message: Inbound) -> bool:
    """Whether somebody named us in public, instead of writing to us."""
    return message.event is not None and message.event.name is EventName.MENTIONED


class Invitations:
    """Decides whether a mention is answered, and how."""

    def __init__(self, *, store: Store, text: InvitationText, clock: Clock) -> None:
        self._store = store
        self._text = text
        self._clock = clock

    async def entry(
        self, conversation: Conversation, mention: ArrivedMessage, capabilities: Capabilities
    ) -> OutboxEntry | None:
        """The invitation to send; None: nothing is said.

        A mention that was pushed grants one private message. Any other is answered where it stands, for all to read.
        """
        text = await self._text()
        if not text or not await self._may(conversation, mention.message, capabilities):
            structlog.get_logger().info("mention.not_answered", conversation=conversation.id)
            return None
        now = self._clock()
        private = OutboxEntry(
            id=uuid.uuid4().hex,
            conversation_id=conversation.id,
            address=conversation.address,
            purpose=Purpose.REPLY,
            text=text,
            created_at=now,
            due_at=now,
            reply_to=mention.id,
        )
        return private if _is_pushed(mention.message) else _in_public(private, mention.message)

    async def _may(self, conversation: Conversation, mention: Inbound, capabilities: Capabilities) -> bool:
        now, daily = self._clock(), self._store.daily
        if not _is_pushed(mention) and not capabilities.public_daily:
            return False
        if not await daily.spend(f"invited:{conversation.id}", most=1, now=now):
            return False
        if _is_pushed(mention):
            return True
        address = conversation.address
        account = f"{address.channel}:{address.account}"
        return await daily.spend(f"public:{account}", most=capabilities.public_daily, now=now)


def granted(conversation: Conversation, mention: ArrivedMessage) -> Grant | None:
    """What the mention allows, where it is more than is allowed already: one message must not end an open window."""
    until = conversation.grant_until
    is_open = until is not None and until > mention.message.received_at and conversation.grant_left != 0
    return None if is_open else mention.message.grant


def _is_pushed(mention: Inbound) -> bool:
    return mention.event is not None and mention.event.details.get("by") == _PUSHED


def _in_public(entry: OutboxEntry, mention: Inbound) -> OutboxEntry:
    event = mention.event
    details = {} if event is None else {**event.details, "key": event.key}
    fields = {name: details.get(name, "") for name in ("kind", "key", "status")}
    return replace(entry, notice=PUBLIC_INVITATION, fields=fields)
