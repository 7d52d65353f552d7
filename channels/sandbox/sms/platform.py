"""The whole of the played Kannel: its state, the phones behind it, and the tasks under way."""

from collections import deque

import aiohttp

from channels.sandbox.clock import PlatformClock
from channels.sandbox.errors import SandboxRefused
from channels.sandbox.faults import Faults
from channels.sandbox.feed import Feed, From, Progress, Shown, ShownAs
from channels.sandbox.journal import Journal
from channels.sandbox.settings import SandboxSettings, SmsAccount
from channels.sandbox.sms.coding import UCS2, Carried
from channels.sandbox.sms.phones import Phone, made
from channels.sandbox.sms.receipts import DELIVERED, FAILED, TAKEN, Asked, Receipts, delivery
from channels.sandbox.tasks import Tasks

_MOST_PHONES = 999
_MOST_NAME = 20
_MOST_KEPT = 1000


class SmsPlatform:
    """State in one place. ``down``: the carrier is, and what is sent waits in ``kept`` until it is up again."""

    def __init__(
        self, settings: SandboxSettings, account: SmsAccount, clock: PlatformClock, http: aiohttp.ClientSession
    ) -> None:
        self.settings = settings
        self.account = account
        self.clock = clock
        self.http = http
        self.feed = Feed()
        self.clock.watch(self.feed.touch)
        self.tasks = Tasks("发送的短信")
        self._fill()

    def _fill(self) -> None:
        self.journal = Journal()
        self.faults = Faults()
        self.receipts = Receipts(self.http, self.clock, self.journal)
        self.down = False
        self.kept: deque[tuple[Asked, Carried]] = deque(maxlen=_MOST_KEPT)
        self.phones: dict[str, Phone] = {}
        for name in self.settings.residents:
            self.add_phone(name)

    async def reset(self) -> None:
        await self.tasks.stop()
        self._fill()
        self.feed.clear()

    def add_phone(self, name: str) -> Phone:
        if len(self.phones) >= _MOST_PHONES or not 1 <= len(name) <= _MOST_NAME:
            raise SandboxRefused("手机太多了，或名字不是 1 到 20 个字")
        phone = made(len(self.phones) + 1, name)
        self.phones[phone.id] = phone
        self.feed.touch()
        return phone

    def phone(self, phone: str) -> Phone:
        if phone not in self.phones:
            raise SandboxRefused("没有这部手机", code="no_such_phone", http=404)
        return self.phones[phone]

    def of_number(self, number: str) -> Phone | None:
        return next((phone for phone in self.phones.values() if phone.is_called(number)), None)

    async def carry(self, asked: Asked, carried: Carried) -> None:
        """Bring a text to its phone, and report on it; to a number that nobody has nothing is brought."""
        phone = self.of_number(asked.to)
        reached = phone is not None and not phone.off
        if phone is not None:
            phone.received += carried.segments
        if phone is not None and reached:
            self.show(phone, From.OFFICE, carried)
        state, error = ("DELIVRD", "000") if reached else ("UNDELIV", "001")
        said = delivery(asked.text, state=state, error=error, at=self.clock.wall())
        await self.receipts.follow(asked, {TAKEN: "ACK/", DELIVERED if reached else FAILED: said})

    def bring_up(self) -> None:
        """The carrier is there again: it gets what was kept."""
        self.down = False
        while self.kept:
            self.tasks.start(self.carry(*self.kept.popleft()))

    def show(self, phone: Phone, author: From, carried: Carried) -> Shown:
        """Put a text on a phone's screen, with what it costs."""
        own = author is From.RESIDENT
        data = {
            "segments": carried.segments,
            "units": carried.units,
            "room": carried.room,
            "coding": "ucs2" if carried.coding == UCS2 else "gsm7",
            "parts": list(carried.parts),
        }
        return self.feed.add(
            Shown(
                phone=phone.id,
                author=author,
                kind=ShownAs.OWN if own else ShownAs.SMS,
                type="text",
                text=carried.text,
                data=data,
                at=self.clock.now(),
                progress=Progress.SENDING if own else None,
            )
        )
