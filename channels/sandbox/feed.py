"""What the phones show, and waiting for what they show next."""

import asyncio
from collections import deque
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

_KEPT = 2000


class From(StrEnum):
    RESIDENT = "resident"
    OFFICE = "office"
    SYSTEM = "system"


class ShownAs(StrEnum):
    """By which way a thing came onto the screen; the page labels it so."""

    OWN = "own"
    PASSIVE = "passive"
    CUSTOMER_SERVICE = "customer_service"
    TEMPLATE = "template"
    SUBSCRIBE = "subscribe"
    MASS = "mass"
    PUBLIC = "public"
    SMS = "sms"
    SYSTEM = "system"


class Progress(StrEnum):
    """What became of a resident's own message."""

    SENDING = "sending"
    RECEIVED = "received"
    ANSWERED = "answered"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One thing on a phone's screen. ``seq`` is its place, ``rev`` rises whenever it changes.

    ``type``: text, image, voice, location, menu, article, card or line; ``data`` holds what the type needs.
    """

    phone: str
    author: From
    kind: ShownAs
    type: str
    at: datetime
    text: str = ""
    data: dict[str, Any] = field(default_factory=dict)
    progress: Progress | None = None
    seq: int = 0
    rev: int = 0

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "at": self.at.isoformat()}


class Feed:
    """The newest things on all phones (bounded) with a counter of changes that can be waited for."""

    def __init__(self) -> None:
        self.rev = 0
        self.epoch = 0
        self._seq = 0
        self._items: deque[Shown] = deque(maxlen=_KEPT)
        self._changed = asyncio.Event()
        self._closed = False

    def add(self, item: Shown) -> Shown:
        self._seq += 1
        self.touch()
        kept = replace(item, seq=self._seq, rev=self.rev)
        self._items.append(kept)
        return kept

    def progress(self, seq: int, progress: Progress) -> None:
        for index, item in enumerate(self._items):
            if item.seq == seq:
                self.touch()
                self._items[index] = replace(item, progress=progress, rev=self.rev)
                return

    def touch(self) -> None:
        """Something changed (an item, who follows, who types): wake whoever waits."""
        self.rev += 1
        self._changed.set()
        self._changed = asyncio.Event()

    def since(self, rev: int, phone: str = "") -> list[Shown]:
        return [item for item in self._items if item.rev > rev and phone in ("", item.phone)]

    async def wait(self, rev: int, seconds: float) -> None:
        """Return once something is newer than ``rev``, or after ``seconds``."""
        if self.rev > rev or self._closed:
            return
        try:
            await asyncio.wait_for(self._changed.wait(), seconds)
        except TimeoutError:
            return

    def clear(self) -> None:
        self.epoch += 1
        self._items.clear()
        self.touch()

    def close(self) -> None:
        """Let waiters go: the program ends."""
        self._closed = True
        self.touch()
