"""A channel that answers as it is told, for whoever looks at what is sent and in which order."""

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime

from channels.base import Capabilities
from channels.messages import Outbound, Sent, Via

NOON = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)
SERVICE, TEMPLATE = Via.CUSTOMER_SERVICE, Via.TEMPLATE


@dataclass
class ScriptedChannel:
    """Answers each message of a way as told, once each; after that it takes everything."""

    capabilities: Capabilities = field(
        default_factory=lambda: Capabilities(
            passive=True,
            answer_within=4.5,
            ways=(SERVICE, TEMPLATE),
            text_limit=2048,
            notices=frozenset({"progress"}),
        )
    )
    script: dict[Via, list[Exception]] = field(default_factory=dict)
    sent: list[Outbound] = field(default_factory=list)
    tried: list[Via] = field(default_factory=list)
    hold: asyncio.Event | None = None
    begun: asyncio.Event = field(default_factory=asyncio.Event)

    async def send(self, message: Outbound) -> Sent:
        self.tried.append(message.via)
        self.begun.set()
        if self.hold is not None:
            await self.hold.wait()
        if self.script.get(message.via):
            raise self.script[message.via].pop(0)
        self.sent.append(message)
        return Sent(provider_id=f"p{len(self.sent)}")
