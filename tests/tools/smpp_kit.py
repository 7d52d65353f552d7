"""What the tests of SMPP share: accounts, shared state in memory, and a ``take`` that keeps what it is given."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from waiting import within

from channels.base import Arrival, Tools
from channels.messages import Address, Inbound, MessagePart, Outbound, Receipt, Via
from channels.sms import factory
from channels.sms.channel import SmsChannel

PASSWORD = "secret-7"
PHONE = "13800138000"


class Shared:
    """As Redis would be for several processes, in one."""

    def __init__(self) -> None:
        self.kept: dict[str, str] = {}

    async def get(self, key: str) -> str | None:
        return self.kept.get(key)

    async def set(self, key: str, value: str, *, seconds: float) -> None:
        self.kept[key] = value

    async def delete(self, key: str) -> None:
        self.kept.pop(key, None)


class StorageIsAway(Exception):
    retryable = True


@dataclass
class Taken:
    """A ``take``; while ``away`` it keeps nothing."""

    messages: list[Inbound] = field(default_factory=list)
    parts: list[MessagePart] = field(default_factory=list)
    receipts: list[Receipt] = field(default_factory=list)
    away: bool = False
    calls: int = 0
    news: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def __call__(self, arrival: Arrival) -> None:
        self.calls += 1
        if self.away:
            raise StorageIsAway
        async with self.news:
            # As the inbox does: the same id is the same message.
            known = {message.message_id for message in self.messages}
            self.messages += [message for message in arrival.messages if message.message_id not in known]
            self.parts += arrival.parts
            self.receipts += arrival.receipts
            self.news.notify_all()

    @property
    def texts(self) -> list[str]:
        return [message.text for message in self.messages]

    async def wait(self, *, messages: int = 0, parts: int = 0, receipts: int = 0) -> None:
        def there() -> bool:
            return len(self.messages) >= messages and len(self.parts) >= parts and len(self.receipts) >= receipts

        async with within(f"{messages} messages, {parts} parts, {receipts} receipts"), self.news:
            await self.news.wait_for(there)


def account(port: int, shared: Shared | None = None, **settings: Any) -> SmsChannel:
    tools: Any = Tools(http=None, shared=shared or Shared(), clock=lambda: datetime.now(UTC))  # type: ignore[arg-type]
    values = {
        "provider": "smpp",
        "number": "1069001",
        "sign": "某市信访局",
        "host": "127.0.0.1",
        "port": port,
        "system_id": "petition",
        "password": PASSWORD,
        "binds": "single",
    }
    channel = factory("main", values | settings, tools)
    assert isinstance(channel, SmsChannel)
    return channel


@asynccontextmanager
async def bound(channel: SmsChannel, taken: Taken) -> AsyncIterator[asyncio.Task[None]]:
    """The channel's ``run``, until the block ends."""
    running = asyncio.create_task(channel.run(taken))
    await asyncio.sleep(0)  # it has begun
    try:
        yield running
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await channel.aclose()


def outbound(text: str = "您好", *, to: str = PHONE, id: str = "f" * 32) -> Outbound:  # noqa: A002
    return Outbound(id=id, address=Address(channel="sms", account="main", sender=to), via=Via.SMS, text=text)
