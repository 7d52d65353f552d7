"""From a webhook call to its answer: verified, kept, heard, answered.

A call is answered only when what it brought is durable: in MongoDB, or, while that is away, in the spool of this
process (``bot.spooling``).
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from bot.spooling.keeper import Keeper
from bot.turns.turns import Turns
from channels.base import Arrival, Channel, Clock, WebhookRequest, WebhookResponse
from channels.messages import Outbound, Via
from storage.records import ArrivedMessage, OutboxEntry
from storage.store import Store

_READING_S = 4.0
_CLOSING_S = 1.0
"""Before a call's time is over: what is in the spool by then is acknowledged without waiting for the store."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What to answer, and the reply that it carries: to be marked as sent when the platform has read it."""

    response: WebhookResponse
    reply: OutboxEntry | None = None


class Intake:
    """Takes the calls of all channels. ``keeper``: the way into the store; without one, there is no spool."""

    def __init__(
        self,
        *,
        store: Store,
        turns: Turns,
        clock: Clock,
        keeper: Keeper | None = None,
    ) -> None:
        self._turns = turns
        self._clock = clock
        self._keeper = keeper or Keeper(store=store, clock=clock)

    async def handle(self, channel: Channel, request: WebhookRequest) -> Answer:
        """Answer one call.

        Raises:
            WebhookRefused: it is not the platform's, or not fit; nothing was kept.
            StorageError: it could not be kept: it must not be acknowledged.
        """
        begun = asyncio.get_running_loop().time() - self._late(request)
        arrival = channel.receive(request)
        if arrival.answer is not None:
            return Answer(response=arrival.answer)
        passive = channel.capabilities.passive
        until = begun + channel.capabilities.answer_within - _CLOSING_S if passive and arrival.messages else begun
        kept = await self._keeper.keep(arrival, until=until)
        if kept is None:
            word = self._keeper.reassurance.about(arrival.messages) if passive else None
            return Answer(response=channel.respond(arrival, word))
        reply = await self._reply(channel, kept, begun)
        if reply is None:
            return Answer(response=channel.respond(arrival, None))
        return Answer(response=channel.respond(arrival, _passive(reply)), reply=reply)

    async def take(self, arrival: Arrival) -> None:
        """Keep what came otherwise than by webhook (``channels.base.Take``) and start its turns.

        Raises:
            StorageError: it could not be kept: it must not be acknowledged.
        """
        for arrived in await self._keeper.keep(arrival, until=0.0) or ():
            self._turns.start(arrived)

    def _late(self, request: WebhookRequest) -> float:
        """The seconds that reading the call took. Only here the wall clock counts, and it may be set meanwhile."""
        return min(_READING_S, max(0.0, (self._clock() - request.received_at).total_seconds()))

    async def _reply(self, channel: Channel, kept: Sequence[ArrivedMessage], begun: float) -> OutboxEntry | None:
        if not channel.capabilities.passive:
            for arrived in kept:
                self._turns.start(arrived)
            return None
        reply = None
        for arrived in kept:
            elapsed = asyncio.get_running_loop().time() - begun
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
