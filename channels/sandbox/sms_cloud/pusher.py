"""Calls to the bot: reports and texts, gathered into arrays, made again where they are not acknowledged."""

import asyncio
import contextlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import aiohttp

from channels.sandbox.bounded import read_bounded
from channels.sandbox.clock import PlatformClock
from channels.sandbox.faults import PUSH, Drop, Faults
from channels.sandbox.journal import Entry, Journal
from channels.sandbox.sms_cloud.settings import CloudSettings

RECEIPTS, TEXTS = "receipts", "texts"
_MOST_WAITING = 1000
_LARGEST_ANSWER = 4096
_OK = 200
_LONGEST_WAIT = 3600.0

Acknowledged = Callable[[dict[str, Any]], bool]
Wrapped = Callable[[str, Sequence[dict[str, Any]]], Sequence[Any]]


@dataclass(slots=True, kw_only=True)
class _Push:
    kind: str
    body: str
    due: datetime
    tries: int = 0


@dataclass(slots=True, kw_only=True)
class Options:
    """``hold``: nothing is pushed until ``flush``. ``before_answer``: a report comes before the call is answered."""

    hold: bool = False
    before_answer: bool = False
    batch: int = 100


@dataclass(slots=True, kw_only=True)
class _Item:
    kind: str
    values: dict[str, Any]
    due: datetime


@dataclass(slots=True, kw_only=True)
class Pusher:
    """``wrapped`` makes the bodies of what gathered of one kind; ``acknowledged`` reads the bot's answer."""

    http: aiohttp.ClientSession
    settings: CloudSettings
    clock: PlatformClock
    journal: Journal
    faults: Faults
    wrapped: Wrapped
    acknowledged: Acknowledged
    options: Options = field(default_factory=Options)
    _items: list[_Item] = field(default_factory=list)
    _pushes: list[_Push] = field(default_factory=list)
    _news: asyncio.Event = field(default_factory=asyncio.Event)
    _one: asyncio.Lock = field(default_factory=asyncio.Lock)

    def add(self, kind: str, values: dict[str, Any], *, seconds: float = 0.0) -> None:
        due = self.clock.now() + timedelta(seconds=seconds)
        self._items = [*self._items, _Item(kind=kind, values=values, due=due)][-_MOST_WAITING:]
        self.look()

    def look(self) -> None:
        """Look again at what is due: something came, or the clock was moved."""
        self._news.set()

    def waiting(self) -> int:
        return len(self._items) + len(self._pushes)

    async def run(self) -> None:
        """Push what is due, for ever."""
        while True:
            self._news.clear()
            if not self.options.hold:
                await self.push_due()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._seconds_to_wait()):
                    await self._news.wait()

    async def flush(self) -> None:
        """Push all that gathered, and what is due of what was tried before."""
        for item in self._items:
            item.due = self.clock.now()
        await self.push_due()

    async def push_due(self) -> None:
        async with self._one:
            now = self.clock.now()
            self._gather(now)
            due = [push for push in self._pushes if push.due <= now]
            self._pushes = [push for push in self._pushes if push.due > now]
            for push in due:
                if not await self._made(push):
                    self._again(push)

    def _gather(self, now: datetime) -> None:
        if all(item.due > now for item in self._items):
            return
        for kind in (RECEIPTS, TEXTS):
            values = [item.values for item in self._items if item.kind == kind]
            for start in range(0, len(values), self.options.batch):
                for body in self.wrapped(kind, values[start : start + self.options.batch]):
                    self._pushes.append(_Push(kind=kind, body=json.dumps(body, ensure_ascii=False), due=now))
        self._items = []

    def _again(self, push: _Push) -> None:
        if push.tries >= len(self.settings.retries):
            self.journal.add(
                Entry(direction="push", at=self.clock.now(), method="POST", path=push.kind, answer="dropped")
            )
            return
        push.due = self.clock.now() + timedelta(seconds=self.settings.retries[push.tries])
        push.tries += 1
        self._pushes.append(push)

    async def _made(self, push: _Push) -> bool:
        fault = self.faults.take(PUSH)
        if fault and fault.latency:
            await asyncio.sleep(fault.latency)
        if fault and fault.drop is Drop.BEFORE:
            return False
        copies = await asyncio.gather(*(self._posted(push) for _ in range(1 + (fault.duplicates if fault else 0))))
        return all(copies) and not (fault and fault.drop)

    async def _posted(self, push: _Push) -> bool:
        entry = Entry(direction="push", at=self.clock.now(), method="POST", path=push.kind, body=push.body)
        self.journal.add(entry)
        try:
            async with self.http.post(
                f"{self.settings.bot_url}/{push.kind}",
                params={"key": self.settings.webhook_key},
                data=push.body.encode(),
                headers={"Content-Type": "application/json;charset=UTF-8"},
                timeout=aiohttp.ClientTimeout(total=self.settings.answer_seconds),
            ) as answer:
                entry.status = answer.status
                said = json.loads(await read_bounded(answer, _LARGEST_ANSWER))
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            entry.answer = type(error).__name__
            return False
        taken = entry.status == _OK and isinstance(said, dict) and self.acknowledged(said)
        entry.answer = "acknowledged" if taken else "not acknowledged"
        return taken

    def _seconds_to_wait(self) -> float:
        if self.options.hold:
            return _LONGEST_WAIT
        dues = [item.due for item in self._items] + [push.due for push in self._pushes]
        if not dues:
            return _LONGEST_WAIT
        return min(max((min(dues) - self.clock.now()).total_seconds(), 0.01), _LONGEST_WAIT)
