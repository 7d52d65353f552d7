"""Broadcasts on a stage: people, a channel that notes on disk what it took, and runs that a test may kill."""

import asyncio
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bot.broadcasts.lane import Limits
from bot.broadcasts.office import BroadcastOffice, Doer, Written
from bot.broadcasts.pace import Rates
from bot.broadcasts.runs import BroadcastRuns, RunParts
from bot.broadcasts.sending import Posting
from bot.delivery.backoff import Backoff
from bot.delivery.quiet import QuietHours
from bot.metrics import Metrics
from channels.base import Capabilities
from channels.messages import Address, Outbound, Sent, Via
from storage.broadcast_records import Broadcast, BroadcastState, Segment
from storage.store import Store

AUTHOR = Doer(id="m-author", name="孙丽", unit="city")
APPROVER = Doer(id="m-approver", name="周涛", unit="city")


def now() -> datetime:
    return datetime.now(UTC)


def one_segment(text: str) -> int:
    return 1 + len(text) // 70


@dataclass
class Phones:
    """A channel of texts that appends a line for each it takes: what stands there is sent, whoever was killed."""

    log: Path
    slow: float = 0.0
    trouble: dict[str, list[Exception]] = field(default_factory=dict)
    """What goes wrong with a number, once each; "*": with whoever comes next."""
    capabilities: Capabilities = field(
        default_factory=lambda: Capabilities(
            passive=False,
            answer_within=0,
            ways=(Via.SMS,),
            text_limit=500,
            segments=one_segment,
            signed="【某市信访局】{}".format,
        )
    )

    async def send(self, message: Outbound) -> Sent:
        for name in (message.address.sender, "*"):
            if self.trouble.get(name):
                raise self.trouble[name].pop(0)
        await asyncio.sleep(self.slow / 2)
        with self.log.open("ab", buffering=0) as log:
            os.write(log.fileno(), f"{message.address.sender} {message.id}\n".encode())
        await asyncio.sleep(self.slow / 2)
        return Sent(provider_id=f"p-{message.id}")

    def taken(self) -> list[str]:
        """The numbers, as often as each was texted."""
        return [line.split()[0] for line in self._lines()]

    def ids(self) -> list[str]:
        return [line.split()[1] for line in self._lines()]

    def _lines(self) -> list[str]:
        return self.log.read_text("utf-8").splitlines() if self.log.exists() else []


TOPICS = ("停水停电", "供暖")


def office_of(store: Store, channels: Any, clock: Callable[[], datetime] = now) -> BroadcastOffice:
    return BroadcastOffice(store=store, channels=channels, clock=clock, topics=TOPICS)


def runs_of(
    store: Store,
    channels: Any,
    *,
    clock: Callable[[], datetime] = now,
    rates: Rates | None = None,
    limits: Limits | None = None,
    quiet: QuietHours | None = None,
    backoff: Backoff | None = None,
) -> BroadcastRuns:
    posting = Posting(
        store=store,
        channels=channels,
        clock=clock,
        metrics=Metrics(),
        backoff=backoff or Backoff(first_seconds=0.05, longest_seconds=0.1, tries=3),
    )
    return BroadcastRuns(
        RunParts(
            store=store,
            channels=channels,
            posting=posting,
            clock=clock,
            quiet=quiet or QuietHours(span=None),
            rates=rates or Rates(),
            limits=limits or Limits(patience=timedelta(seconds=1)),
        )
    )


def phone(number: int) -> str:
    return f"139{number:08d}"


async def texters(store: Store, numbers: Sequence[int]) -> list[str]:
    """People who text with us; give the ids of their conversations."""
    addresses = [Address(channel="sms", account="main", sender=phone(number)) for number in numbers]
    return [
        each.id for each in await asyncio.gather(*(store.conversations.ensure(one, now=now()) for one in addresses))
    ]


async def approved(office: BroadcastOffice, **facts: Any) -> Broadcast:
    """A broadcast to all, ready to start."""
    given = {
        "title": "停水通知",
        "text": "明日8时至18时东风东街停水，请提前储水。",
        "channels": ("sms",),
        "segment": Segment(everybody=True),
    }
    written = await office.write(Written(**(given | facts)), by=AUTHOR)
    return await office.approve(written, by=APPROVER)


async def started(office: BroadcastOffice, **facts: Any) -> Broadcast:
    return await office.start(await approved(office, **facts), by=AUTHOR)


async def state_of(store: Store, broadcast: Broadcast) -> BroadcastState:
    found = await store.broadcasts.get(broadcast.id)
    assert found is not None
    return found.state
