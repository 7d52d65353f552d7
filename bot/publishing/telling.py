"""Messages to those who booked: to their conversation where it can be reached at any time, else to their phone."""

import uuid
from collections.abc import Mapping
from datetime import datetime

from bot.publishing import words
from channels.base import Channel
from channels.messages import Address, Purpose
from channels.sms.numbers import is_mainland_mobile
from storage.publication_records import Booking, Reception
from storage.records import Conversation, OutboxEntry
from storage.store import Store

NOTICE = "reception"
"""The kind of notice that channels may have a template for."""
_SMS = "sms"


class Teller:
    """Makes the entries; nothing is written here but the conversation of a phone."""

    def __init__(self, *, store: Store, channels: Mapping[tuple[str, str], Channel]) -> None:
        self._store = store
        self._channels = channels

    async def entry(
        self, booking: Booking, text: str, *, reception: Reception, state: str, now: datetime
    ) -> OutboxEntry | None:
        """The message to who booked; None: nowhere to reach them, staff call."""
        place = await self._place(booking, now)
        if place is None:
            return None
        return OutboxEntry(
            id=uuid.uuid4().hex,
            conversation_id=place.id,
            address=place.address,
            purpose=Purpose.CASE_NOTICE,
            text=text,
            created_at=now,
            due_at=now,
            notice=NOTICE,
            fields=words.facts(reception, state, now),
        )

    async def _place(self, booking: Booking, now: datetime) -> Conversation | None:
        """A conversation by text, or with a template for it; else the phone; else the conversation as it is."""
        key = booking.conversation_id
        own = await self._store.conversations.get(key) if key else None
        if own is not None and self._reaches(own):
            return own
        account = self._account()
        if account is None or not is_mainland_mobile(booking.phone):
            return own
        address = Address(channel=_SMS, account=account, sender=booking.phone)
        return await self._store.conversations.ensure(address, now=now)

    def _reaches(self, conversation: Conversation) -> bool:
        if not conversation.reachable:
            return False
        channel = self._channels.get((conversation.address.channel, conversation.address.account))
        return channel is not None and (conversation.address.channel == _SMS or NOTICE in channel.capabilities.notices)

    def _account(self) -> str | None:
        for (name, account), channel in self._channels.items():
            if name == _SMS and (channel.capabilities.free_text or NOTICE in channel.capabilities.notices):
                return account
        return None
