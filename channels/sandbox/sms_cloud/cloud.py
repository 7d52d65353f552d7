"""The whole of one played cloud: its state, and what happens when it takes a text."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import aiohttp
from aiohttp import web

from channels.sandbox.clock import PlatformClock
from channels.sandbox.faults import Faults
from channels.sandbox.journal import Journal
from channels.sandbox.sms_cloud.ledger import CHINA, Ledger, Nonces
from channels.sandbox.sms_cloud.pusher import RECEIPTS, Acknowledged, Options, Pusher, Wrapped
from channels.sandbox.sms_cloud.settings import CloudSettings
from channels.sandbox.sms_cloud.texts import charged

_MOST_TEXTS = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A text on a phone's screen; ``by`` is "office" or "resident"."""

    phone: str
    text: str
    at: datetime
    by: str
    charged: int


@dataclass(slots=True, kw_only=True)
class Cloud:
    """State in one place; ``reset`` makes all of it anew but the clock's source."""

    settings: CloudSettings
    wall: Callable[[], datetime]
    http: aiohttp.ClientSession
    wrapped: Wrapped
    acknowledged: Acknowledged
    clock: PlatformClock = field(init=False)
    journal: Journal = field(init=False)
    faults: Faults = field(init=False)
    pusher: Pusher = field(init=False)
    nonces: Nonces = field(init=False)
    ledger: Ledger = field(init=False)
    shown: list[Shown] = field(init=False)
    blocked: dict[str, str] = field(init=False)
    _count: int = 0

    def __post_init__(self) -> None:
        self.clock = PlatformClock(self.wall)
        self.journal, self.faults, self.nonces = Journal(), Faults(), Nonces()
        self.pusher = Pusher(
            http=self.http,
            settings=self.settings,
            clock=self.clock,
            journal=self.journal,
            faults=self.faults,
            wrapped=self.wrapped,
            acknowledged=self.acknowledged,
        )
        self.reset()

    def reset(self) -> None:
        """Forget everything; the numbers of texts go on rising, lest a bot that kept its data takes one for another."""
        self.clock.move_to(timedelta())
        self.journal.clear()
        self.faults.clear()
        self.nonces, self.ledger = Nonces(), Ledger(self.settings.limits)
        self.shown, self.blocked = [], {}
        self.pusher.options = Options(batch=self.settings.batch)

    def number(self) -> int:
        """A number that was never given before."""
        self._count = max(self._count + 1, int(self.wall().timestamp() * 1000) * 1000)
        return self._count

    def local_time(self) -> str:
        """As clouds write it: China's own time, without saying so."""
        return self.clock.now().astimezone(CHINA).strftime("%Y-%m-%d %H:%M:%S")

    def show(self, phone: str, text: str, *, by: str) -> Shown:
        shown = Shown(phone=phone, text=text, at=self.clock.now(), by=by, charged=charged(text))
        self.shown = [*self.shown, shown][-_MOST_TEXTS:]
        return shown

    async def report(self, values: dict[str, Any]) -> None:
        """Let the report on a text follow; before the call is answered, where that is asked for."""
        self.pusher.add(RECEIPTS, values, seconds=self.settings.report_seconds)
        if self.pusher.options.before_answer:
            await self.pusher.flush()


CLOUD: web.AppKey[Cloud] = web.AppKey("sms_cloud", Cloud)
