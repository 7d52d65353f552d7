"""A session that is there: opened again, ever more slowly, whenever it was lost."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from random import Random

import structlog

from channels.base import Clock
from channels.errors import Busy, SendFailed
from channels.sms.smpp_bind import BindRefused, Unreachable, failure_of
from channels.sms.smpp_session import Session

_FIRST_WAIT, _LONGEST_WAIT = 1.0, 60.0
_REFUSED_WAIT = 30.0
"""A wrong password tried every second would have the account locked."""
_STEADY_SECONDS = 30.0
"""A session that lasted as long was a good one; one that ends sooner is opened again as slowly as one refused."""


class Link:
    """Keeps one session open while ``keep`` runs."""

    def __init__(self, name: str, opening: Callable[[], Awaitable[Session]], *, chance: Random, clock: Clock) -> None:
        self._name = name
        self._clock = clock
        self._lost_at = clock()
        self._opening = opening
        self._chance = chance
        self._session: Session | None = None
        self._failure: SendFailed | None = None
        self._try_at = 0.0
        self._settled = asyncio.Event()
        """A session is there, or opening one failed and it is not the time to try again."""

    @property
    def down_since(self) -> datetime | None:
        """Since when there is no session; None: there is one."""
        up = self._session is not None and not self._session.ended.is_set()
        return None if up else self._lost_at

    async def keep(self) -> None:
        """Keep a session until cancelled; the last one is unbound."""
        tries = 0
        try:
            while True:
                begun = self._now()
                await self._one()
                tries = 1 if self._now() - begun > _STEADY_SECONDS else tries + 1
                await self._rest(tries)
        finally:
            self._settled.clear()
            if self._session is not None:
                await self._session.close()
            self._session = None

    async def session(self, *, until: float) -> Session:
        """The session, waited for until then (of the loop's clock) if it is about to be opened.

        Raises:
            SendFailed: there is none, and why.
        """
        try:
            async with asyncio.timeout_at(until):
                await self._settled.wait()
        except TimeoutError:
            raise Busy("no bind yet", retry_after=_FIRST_WAIT) from None
        if self._session is not None and not self._session.ended.is_set():
            return self._session
        failure = self._failure or Busy("the bind is lost")
        wait = max(_FIRST_WAIT, self._try_at - self._now())
        raise type(failure)(failure.detail, provider_code=failure.provider_code, retry_after=wait)

    async def _one(self) -> None:
        """One session from its beginning to its end, or the failure to begin."""
        log = structlog.get_logger()
        try:
            self._session = await self._opening()
        except (Unreachable, BindRefused) as error:
            self._failure = failure_of(error, retry_after=_FIRST_WAIT)
            log.warning("smpp.no_bind", link=self._name, error=type(error).__name__, status=str(error))
            return
        self._failure = None
        self._settled.set()
        log.info("smpp.bound", link=self._name)
        try:
            await self._session.ended.wait()
        finally:
            self._lost_at = self._clock()
        await self._session.close()
        log.warning("smpp.bind_lost", link=self._name)

    async def _rest(self, tries: int) -> None:
        wait = min(_LONGEST_WAIT, _FIRST_WAIT * 2 ** min(tries - 1, 10)) * self._chance.uniform(0.5, 1.0)
        if self._failure is not None and not isinstance(self._failure, Busy):
            wait = max(wait, _REFUSED_WAIT)
        self._session = None
        self._try_at = self._now() + wait
        self._settled.set()
        await asyncio.sleep(wait)
        self._settled.clear()

    def _now(self) -> float:
        return asyncio.get_running_loop().time()
