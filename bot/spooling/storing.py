"""Putting what arrived into MongoDB: at once, or later from the spool. Doing it twice does no harm."""

from collections.abc import Sequence

import structlog

from channels.base import Clock
from channels.messages import Inbound, MessagePart
from storage.records import ArrivalState, ArrivedMessage
from storage.spool_records import Record
from storage.store import Store


class Storing:
    """Holds no state of its own."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def store(self, record: Record, *, closed: bool = False) -> Sequence[ArrivedMessage]:
        """Keep all of ``record`` and give the messages that are to be heard. ``closed``: its call has been answered.

        Raises:
            StorageError: not all of it, perhaps.
        """
        for receipt in record.receipts:
            await self._store.outbox.apply_receipt(receipt)
        kept = list(await self._messages(record.messages, record.stamp, closed=closed))
        for place, part in enumerate(record.parts, start=len(record.messages)):
            kept += await self._part(part, record.stamp + place, closed=closed)
        return kept

    async def _part(self, part: MessagePart, stamp: int, *, closed: bool) -> Sequence[ArrivedMessage]:
        whole = await self._store.parts.keep(part, now=self._clock())
        if whole is None:
            return ()
        kept = await self._messages([whole.message], stamp, closed=closed)
        await self._store.parts.delivered(whole.id, now=self._clock())
        return kept

    async def _messages(self, messages: Sequence[Inbound], stamp: int, *, closed: bool) -> Sequence[ArrivedMessage]:
        if not messages:
            return ()
        kept = await self._store.inbox.add(messages, stamp=stamp, passive_closed=closed)
        for one in kept:
            # The platform's own message id is no personal data, but ours says as much and finds the record.
            structlog.get_logger().info(
                "message.kept", arrived=one.arrived.id, kind=one.arrived.message.kind, new=one.new
            )
            if closed and not one.new and one.arrived.state is ArrivalState.PENDING:
                # A write that was reported as failed had taken effect, before anybody knew how the call would end.
                await self._store.inbox.close_passive(one.arrived.id)
        return [one.arrived for one in kept]
