"""Reports on texts: the address that was given with each, filled in, called for every kind that was asked for."""

import asyncio
import re
import secrets
import uuid
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import quote

import aiohttp
from yarl import URL

from channels.sandbox.bounded import read_bounded
from channels.sandbox.clock import PlatformClock
from channels.sandbox.journal import Entry, Journal

DELIVERED, FAILED, BUFFERED, TAKEN, REJECTED = 1, 2, 4, 8, 16
_MOST_HELD = 1000
_MOST_ANSWER = 4096
_ANSWER_SECONDS = 5.0
_QUOTED = 20
_CODE = re.compile(r"%(.)", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What ``sendsms`` was told of reports. ``sender``, ``to``: of the text."""

    url: str
    mask: int
    sender: str
    to: str
    account: str
    text: str


@dataclass(slots=True, kw_only=True)
class Options:
    """``hold``: reports gather until they are let go. ``before_answer``: they come before ``sendsms`` is answered."""

    hold: bool = False
    before_answer: bool = False
    seconds: float = 0.3


@dataclass(slots=True)
class Receipts:
    """Makes the calls, once each: Kannel repeats no report that was not taken."""

    http: aiohttp.ClientSession
    clock: PlatformClock
    journal: Journal
    options: Options = field(default_factory=Options)
    held: deque[str] = field(default_factory=lambda: deque(maxlen=_MOST_HELD))

    async def follow(self, asked: Asked, kinds: Mapping[int, str]) -> None:
        """Report ``kinds`` (with what the carrier answers), in order, where the mask asks for them."""
        for kind, answer in kinds.items():
            if not asked.url or not asked.mask & kind:
                continue
            address = filled(asked, kind, answer, self.clock.wall())
            if self.options.hold:
                self.held.append(address)
            else:
                await self._call(address)

    async def wait(self) -> None:
        await asyncio.sleep(self.options.seconds)

    async def let_go(self, *, backward: bool) -> int:
        """Call for all that gathered; ``backward``: the last first."""
        addresses = list(self.held)
        self.held.clear()
        for address in reversed(addresses) if backward else addresses:
            await self._call(address)
        return len(addresses)

    async def _call(self, address: str) -> None:
        path, _, query = address.partition("?")
        entry = Entry(direction="push", at=self.clock.now(), method="GET", path=path, query={"query": query})
        self.journal.add(entry)
        limit = aiohttp.ClientTimeout(total=_ANSWER_SECONDS)
        try:
            async with self.http.get(URL(address, encoded=True), timeout=limit) as answer:
                await read_bounded(answer, _MOST_ANSWER)
                entry.status = answer.status
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            entry.answer = type(error).__name__


def delivery(text: str, *, state: str, error: str, at: datetime) -> str:
    """What a carrier says in a report (SMPP 3.4, appendix B): it quotes the beginning of the text."""
    moment = f"{at:%y%m%d%H%M}"
    good = "001" if state == "DELIVRD" else "000"
    return (
        f"id:{secrets.randbelow(10**10):010d} sub:001 dlvrd:{good} submit date:{moment} done date:{moment} "
        f"stat:{state} err:{error} text:{text[:_QUOTED]}"
    )


def filled(asked: Asked, kind: int, answer: str, now: datetime) -> str:
    """``dlr-url`` with its % codes replaced; in a report %p is the phone, and %I another one each time."""
    known = {
        "%": "%",
        "d": str(kind),
        "A": quote(answer, safe=""),
        "I": str(uuid.uuid4()),
        "F": f"{secrets.randbelow(10**10):010d}",
        "p": quote(asked.to, safe=""),
        "P": quote(asked.sender, safe=""),
        "T": str(int(now.timestamp())),
        "t": quote(f"{now:%Y-%m-%d %H:%M:%S}", safe=""),
        "i": "carrier",
        "n": quote(asked.account, safe=""),
    }
    return _CODE.sub(lambda found: known.get(found[1], found[0]), asked.url)
