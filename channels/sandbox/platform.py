"""The whole of the played platform: its state, and what residents do on their phones."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import aiohttp

from channels.sandbox.clock import PlatformClock
from channels.sandbox.errors import SandboxRefused
from channels.sandbox.faults import Faults
from channels.sandbox.feed import Feed, From, Shown, ShownAs
from channels.sandbox.ids import Ids
from channels.sandbox.journal import Journal
from channels.sandbox.media import MediaStore
from channels.sandbox.pusher import WeChatPusher
from channels.sandbox.residents import Resident
from channels.sandbox.settings import SandboxSettings
from channels.sandbox.tasks import Tasks
from channels.sandbox.tokens import Tokens

_MOST_RESIDENTS = 1000
_MOST_NAME = 20


class Platform:
    """State in one place; ``reset`` makes all of it anew but the clock's source and the feed's waiters."""

    def __init__(self, settings: SandboxSettings, wall: Callable[[], datetime], http: aiohttp.ClientSession) -> None:
        self.settings = settings
        self.clock = PlatformClock(wall)
        self.feed = Feed()
        self.clock.watch(self.feed.touch)
        self._http = http
        self.tasks = Tasks("推送的消息")
        self._fill()

    def _fill(self) -> None:
        self.ids = Ids(self.settings.seed, self.clock.wall())
        self.original_id = self.ids.original_id()
        self.journal = Journal()
        self.faults = Faults()
        self.media = MediaStore()
        self.tokens = Tokens(lambda: self.ids.text("token", 136))
        self.pusher = WeChatPusher(self._http, self.settings, self.clock, self.journal, self.original_id)
        self.menu: dict[str, Any] | None = None
        self.codes: dict[str, str] = {}  # ticket to scene
        self.tags: dict[int, str] = {}
        self.masses: dict[str, int] = {}  # clientmsgid to msg_id
        self.residents: dict[str, Resident] = {}
        for name in self.settings.residents:
            self.add_resident(name)

    async def reset(self) -> None:
        await self.tasks.stop()
        self.clock.move_to(timedelta())
        self._fill()
        self.feed.clear()

    def add_resident(self, name: str) -> Resident:
        if len(self.residents) >= _MOST_RESIDENTS or not 1 <= len(name) <= _MOST_NAME:
            raise SandboxRefused("手机太多了，或名字不是 1 到 20 个字")
        number = len(self.residents) + 1
        resident = Resident(
            id=f"phone{number}", name=name, openid=self.ids.openid(str(number)), followed_at=self.clock.now()
        )
        self.residents[resident.id] = resident
        self.feed.touch()
        return resident

    def resident(self, phone: str) -> Resident:
        if phone not in self.residents:
            raise SandboxRefused("没有这部手机", code="no_such_phone", http=404)
        return self.residents[phone]

    def by_openid(self, openid: object) -> Resident | None:
        return next((r for r in self.residents.values() if r.openid == openid), None)

    def show(self, resident: Resident, kind: ShownAs, type_: str, text: str = "", **data: object) -> None:
        """Put something of the office, or a line of the system, on a phone's screen."""
        author = From.SYSTEM if kind is ShownAs.SYSTEM else From.OFFICE
        resident.typing_since = None if author is From.OFFICE else resident.typing_since
        self.feed.add(
            Shown(
                phone=resident.id,
                author=author,
                kind=kind,
                type=type_,
                text=text,
                data=data,
                at=self.clock.now(),
            )
        )
