"""A stage for turns: a scripted dialog on a real store; several processes may share it."""

import asyncio
import uuid
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any

from bot.casework.effects import changes_for
from bot.metrics import Metrics
from bot.shared_state import Wakeups
from bot.turns.beforehand import Beforehand
from bot.turns.runner import RunnerTools
from bot.turns.turn import TurnMaker
from bot.turns.turns import Turns
from channels.base import Capabilities
from channels.messages import Address, Grant, Inbound, Kind, Via
from dialogs.outcome import Effect, Heard, Outcome, Reply
from storage.records import ArrivedMessage
from storage.store import Store

PERSON = Address(channel="wechat", account="main", sender="oNobody-in-particular-0000001")


@dataclass
class Platform:
    """What the planner asks of a channel; nothing is sent in these tests."""

    capabilities: Capabilities = field(
        default_factory=lambda: Capabilities(
            passive=True, answer_within=4.5, ways=(Via.CUSTOMER_SERVICE,), text_limit=2048, text_unit="bytes"
        )
    )


@dataclass
class Script:
    """A dialog that counts: each turn's reply names what it heard; ``hold`` keeps it until told."""

    heard: list[list[str]] = field(default_factory=list)
    firsts: list[bool] = field(default_factory=list)
    hold: asyncio.Event | None = None
    begun: asyncio.Event = field(default_factory=asyncio.Event)
    broken: bool = False
    silent: bool = False
    effects: Sequence[Effect] = ()
    answer: Callable[[str], str] = lambda text: f"听到：{text}"

    async def turn(self, state, heard: Sequence[Heard], person, now) -> Outcome:
        self.begun.set()
        if self.hold is not None:
            await self.hold.wait()
        if self.broken:
            raise ValueError(heard[-1].message.text)
        texts = [one.message.text for one in heard]
        self.heard.append(texts)
        self.firsts.append(person.first_contact)
        replies = [] if self.silent else [Reply(text=self.answer("、".join(texts)))]
        return Outcome(state={"turns": state.get("turns", 0) + 1}, replies=replies, effects=self.effects, at=now)

    def gathers(self, state, heard: Sequence[Heard]) -> bool:
        return heard[-1].message.text.endswith("…")


@dataclass
class Process:
    """One process' turns; several share a store as they would a database."""

    turns: Turns
    kicked: list[str]


async def _no_invitation() -> str:
    return ""


class Stage:
    def __init__(self, store: Store, redis_url: str) -> None:
        self.store = store
        self.script = Script()
        self.redis_url = redis_url
        self._background: list[asyncio.Task[None]] = []

    def process(
        self,
        *,
        gather_seconds: float = 0.0,
        answer_within: float = 4.5,
        channels: Mapping[tuple[str, str], Any] = MappingProxyType({}),
        invitation: Callable[[], Awaitable[str]] = _no_invitation,
        beforehand: Beforehand | None = None,
        calm: Callable[[], Awaitable[bool]] | None = None,
    ) -> Process:
        kicked: list[str] = []

        async def kick(ids: Sequence[str]) -> bool:
            kicked.extend(ids)
            return True

        async def settle(effects, *, conversation, now):
            return await changes_for(effects, conversation=conversation, store=self.store, now=now, office="某市信访局")

        wakeups = Wakeups(self.redis_url or None)
        self._background.append(asyncio.create_task(wakeups.run()))
        maker = TurnMaker(
            store=self.store,
            manager=self.script,
            settle=settle,
            channels={("wechat", "main"): Platform(), **channels},
            clock=now,
            metrics=Metrics(),
            invitation=invitation,
            beforehand=beforehand,
        )
        tools = RunnerTools(
            store=self.store,
            manager=self.script,
            maker=maker,
            wakeups=wakeups,
            kick=kick,
            clock=now,
            metrics=Metrics(),
            gather_seconds=gather_seconds,
            answer_within=answer_within,
            **({"calm": calm} if calm else {}),
        )
        return Process(turns=Turns(tools), kicked=kicked)

    async def keep(self, text: str, *, message_id: str = "", address: Address = PERSON) -> ArrivedMessage:
        [kept] = await self.store.inbox.add([message(text, message_id or uuid.uuid4().hex, address)])
        return kept.arrived

    async def close(self) -> None:
        for task in self._background:
            task.cancel()
        await asyncio.gather(*self._background, return_exceptions=True)


def now() -> datetime:
    return datetime.now(UTC)


def message(text: str, message_id: str, address: Address = PERSON) -> Inbound:
    at = now()
    return Inbound(
        address=address,
        message_id=message_id,
        kind=Kind.TEXT,
        sent_at=at,
        received_at=at,
        text=text,
        grant=Grant(messages=5, until=at + timedelta(hours=48)),
        reply_until=at + timedelta(seconds=16),
    )
