"""From a webhook call to its answer: verified, kept, heard, answered.

A call is answered only when what it brought is durable. Where MongoDB cannot be reached nothing is acknowledged:
the platform repeats the call. (The local spool takes its place between ``Channel.receive`` and ``Inbox.add``.)
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

import structlog

from bot.turns.turns import Turns
from channels.base import Arrival, Channel, Clock, WebhookRequest, WebhookResponse
from channels.messages import Inbound, MessagePart, Outbound, Via
from storage.errors import StorageAway
from storage.records import ArrivedMessage, Kept, OutboxEntry
from storage.store import Store

_KEEP_WITHIN_S = 4.0
"""Platforms wait five seconds; one that hears nothing until then repeats the call all the same."""
_KEEP_AGAIN_S = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What to answer, and the reply that it carries: to be marked as sent when the platform has read it."""

    response: WebhookResponse
    reply: OutboxEntry | None = None


class Intake:
    """Takes the calls of all channels."""

    def __init__(self, *, store: Store, turns: Turns, clock: Clock) -> None:
        self._store = store
        self._turns = turns
        self._clock = clock

    async def handle(self, channel: Channel, request: WebhookRequest) -> Answer:
        """Answer one call.

        Raises:
            WebhookRefused: it is not the platform's, or not fit; nothing was kept.
            StorageError: it could not be kept: it must not be acknowledged.
        """
        arrival = channel.receive(request)
        if arrival.answer is not None:
            return Answer(response=arrival.answer)
        kept = await self._keep(arrival)
        reply = await self._reply(channel, request, kept)
        if reply is None:
            return Answer(response=channel.respond(arrival, None))
        return Answer(response=channel.respond(arrival, _passive(reply)), reply=reply)

    async def take(self, arrival: Arrival) -> None:
        """Keep what came otherwise than by webhook (``channels.base.Take``) and start its turns.

        Raises:
            StorageError: it could not be kept: it must not be acknowledged.
        """
        for arrived in await self._keep(arrival):
            self._turns.start(arrived)

    async def _keep(self, arrival: Arrival) -> Sequence[ArrivedMessage]:
        for receipt in arrival.receipts:
            await self._store.outbox.apply_receipt(receipt)
        kept = list(await self._keep_messages(arrival.messages))
        for part in arrival.parts:
            kept += await self._keep_part(part)
        return kept

    async def _keep_part(self, part: MessagePart) -> Sequence[ArrivedMessage]:
        whole = await self._store.parts.keep(part, now=self._clock())
        if whole is None:
            return ()
        kept = await self._keep_messages([whole.message])
        await self._store.parts.delivered(whole.id, now=self._clock())
        return kept

    async def _keep_messages(self, messages: Sequence[Inbound]) -> Sequence[ArrivedMessage]:
        if not messages:
            return ()
        kept = await self._add(messages)
        for one in kept:
            # The platform's own message id is no personal data, but ours says as much and finds the record.
            structlog.get_logger().info(
                "message.kept", arrived=one.arrived.id, kind=one.arrived.message.kind, new=one.new
            )
        return [one.arrived for one in kept]

    async def _add(self, messages: Sequence[Inbound]) -> Sequence[Kept]:
        """Keep ``messages``, over a short stall of the store as well: keeping them twice does no harm."""
        try:
            async with asyncio.timeout(_KEEP_WITHIN_S):
                while True:
                    try:
                        return await self._store.inbox.add(messages)
                    except StorageAway:
                        await asyncio.sleep(_KEEP_AGAIN_S)
        except TimeoutError:
            raise StorageAway("not kept in time") from None

    async def _reply(
        self, channel: Channel, request: WebhookRequest, kept: Sequence[ArrivedMessage]
    ) -> OutboxEntry | None:
        if not channel.capabilities.passive:
            for arrived in kept:
                self._turns.start(arrived)
            return None
        reply = None
        for arrived in kept:
            elapsed = (self._clock() - request.received_at).total_seconds()
            reply = await self._turns.reply_for(arrived, seconds=max(0.0, channel.capabilities.answer_within - elapsed))
        return reply


def _passive(entry: OutboxEntry) -> Outbound:
    return Outbound(
        id=entry.id,
        address=entry.address,
        via=Via.PASSIVE,
        text=entry.text,
        buttons=entry.buttons,
        url=entry.url,
    )
