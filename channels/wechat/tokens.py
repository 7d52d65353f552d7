"""The access token: one path to it for all tasks and processes.

``stable_token`` gives every process the same token until its last five minutes, so several may ask without
invalidating each other's; it is asked once all the same, under a lock, and shared.

The shared value is the token in clear. It is a secret at rest in Redis for at most two hours, worth no more than
what the account may do from an allow-listed address; keep that Redis private.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from channels.base import Clock, SharedState
from channels.errors import AccountBroken, SendFailed

FORCE_REST = timedelta(minutes=75)
"""Time between forced refreshes: the platform allows 20 a day."""

_EARLY_SECONDS = 240.0
"""A new token is given in the last 300 s of the old one, and the old one lives on: renew within them."""

_LOCK_SECONDS = 30.0
_LOCK_WAIT = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """``renew_at``: when to ask for the next one. ``dies_at``: when the platform refuses this one."""

    value: str = field(repr=False)
    renew_at: datetime
    dies_at: datetime

    @classmethod
    def lasting(cls, value: str, seconds: float, *, now: datetime) -> "Token":
        early = min(_EARLY_SECONDS, seconds / 2)
        return cls(
            value=value,
            renew_at=now + timedelta(seconds=seconds - early),
            dies_at=now + timedelta(seconds=seconds),
        )


class Fetch(Protocol):
    """Asks the platform for a token; ``force``: a new one, which kills the old. Raises SendFailed."""

    def __call__(self, *, force: bool) -> Awaitable[Token]: ...


class AccessTokens:
    """The token of one app. ``key`` names it in the shared state."""

    def __init__(self, fetch: Fetch, *, key: str, shared: SharedState, clock: Clock) -> None:
        self._fetch = fetch
        self._key = key
        self._shared = shared
        self._clock = clock
        self._held: Token | None = None
        self._forced_at: datetime | None = None
        self._flights: dict[str, asyncio.Task[Token]] = {}

    @property
    def held(self) -> str:
        """The token this process knows; "" where there is none."""
        return self._held.value if self._held else ""

    async def get(self) -> str:
        """A token that should be alive.

        Raises:
            SendFailed: the platform gave none.
        """
        held = self._held
        if held is not None and self._clock() < held.renew_at:
            return held.value
        try:
            token = await self._single_flight("", self._obtain)
        except SendFailed as error:
            # An early renewal that fails because the platform is away costs nothing yet.
            if held is None or not error.retryable or self._clock() >= held.dies_at:
                raise
            return held.value
        return token.value

    async def replace(self, dead: str) -> str:
        """Another token than ``dead``, which the platform refused: somebody else's newer one, or a new one.

        Raises:
            AccountBroken: there is no other, and none can be forced now.
            SendFailed: the platform gave none.
        """
        if self._held is not None and self._held.value != dead:
            return self._held.value
        token = await self._single_flight(dead, lambda: self._obtain(dead))
        return token.value

    async def aclose(self) -> None:
        """End what is under way."""
        flights = list(self._flights.values())
        for flight in flights:
            flight.cancel()
        await asyncio.gather(*flights, return_exceptions=True)

    async def _single_flight(self, name: str, obtain: Callable[[], Awaitable[Token]]) -> Token:
        """All who ask while one request is under way wait for that one, and share its failure too."""
        flight = self._flights.get(name)
        if flight is None:
            flight = asyncio.ensure_future(obtain())
            self._flights[name] = flight
            flight.add_done_callback(lambda done: self._landed(name, done))
        return await asyncio.shield(flight)

    def _landed(self, name: str, flight: asyncio.Future[Token]) -> None:
        del self._flights[name]
        if not flight.cancelled():
            flight.exception()  # nobody may be left to hear it

    async def _obtain(self, dead: str = "") -> Token:
        token = await self._read_shared(dead)
        if token is None:
            # Where the lock is not to be had we ask nevertheless: the platform gives everybody the same token.
            async with self._shared.lock(self._key + ":lock", seconds=_LOCK_SECONDS, wait=_LOCK_WAIT):
                token = await self._read_shared(dead) or await self._fetch_other_than(dead)
        self._held = token
        return token

    async def _fetch_other_than(self, dead: str) -> Token:
        token = await self._fetch(force=False)
        if token.value == dead:
            await self._note_forcing()
            token = await self._fetch(force=True)
        if token.value == dead:
            raise AccountBroken("the platform refuses the token that it gives")
        await self._write_shared(token)
        return token

    async def _note_forcing(self) -> None:
        now, mark = self._clock(), self._key + ":forced"
        recently = self._forced_at is not None and now < self._forced_at + FORCE_REST
        if recently or await self._shared.get(mark) is not None:
            raise AccountBroken("the platform refuses the token that it gives, also after a forced refresh")
        self._forced_at = now
        await self._shared.set(mark, "1", seconds=FORCE_REST.total_seconds())

    async def _read_shared(self, dead: str) -> Token | None:
        text = await self._shared.get(self._key)
        token = None if text is None else _loaded(text)
        if token is None or token.value == dead or self._clock() >= token.renew_at:
            return None
        return token

    async def _write_shared(self, token: Token) -> None:
        seconds = (token.renew_at - self._clock()).total_seconds()
        if seconds > 0:
            await self._shared.set(self._key, _dumped(token), seconds=seconds)


def _dumped(token: Token) -> str:
    return json.dumps([token.value, token.renew_at.isoformat(), token.dies_at.isoformat()])


def _loaded(text: str) -> Token | None:
    """A shared token; None for what another version of ours may have left there."""
    try:
        value, renew_at, dies_at = json.loads(text)
        return Token(
            value=value,
            renew_at=datetime.fromisoformat(renew_at),
            dies_at=datetime.fromisoformat(dies_at),
        )
    except (ValueError, TypeError, RecursionError):
        return None
