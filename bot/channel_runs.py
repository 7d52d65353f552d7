"""Runs what channels do besides webhooks (a bind, a poll), each in one process at a time.

Every worker wants to; a lease in MongoDB says which one does. It is renewed while the work goes on, given back at an
orderly end, and runs out when its owner dies. An owner that cannot renew stops before the lease runs out, so that
never two hold the same bind.
"""

import asyncio
import contextlib
import random
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import structlog

from bot.faults import frames_of
from channels.base import Channel, HoldsLink, Take
from storage.errors import StorageError
from storage.leases import Leases


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """In seconds. ``lease``: how long a dead owner's work rests. ``renew``, ``look``: how often owners and others ask.

    ``end``: what a channel gets to say goodbye. ``first`` and ``longest``: the rest after a failure.
    """

    lease: float = 15.0
    renew: float = 4.0
    look: float = 3.0
    end: float = 6.0
    first: float = 1.0
    longest: float = 60.0


class ChannelRuns:
    """The runs of all channels, as far as they fall to this process."""

    def __init__(
        self,
        channels: Mapping[tuple[str, str], Channel],
        leases: Leases,
        take: Take,
        *,
        chance: random.Random,
        pace: Pace | None = None,
    ) -> None:
        self._channels = channels
        self._leases = leases
        self._take = take
        self._chance = chance
        self._pace = pace or Pace()
        self._owner = uuid.uuid4().hex

    async def run(self, stop: asyncio.Event) -> None:
        """Until ``stop``; then each channel is told to end, and gets a few seconds to."""
        async with asyncio.TaskGroup() as group:
            for channel in self._channels.values():
                group.create_task(self._watch(channel, stop))

    async def _watch(self, channel: Channel, stop: asyncio.Event) -> None:
        name = run_name(channel)
        while not stop.is_set():
            if await self._held(name, channel):
                try:
                    if await self._work(name, channel, stop):
                        return
                finally:
                    await self._given_back(name)
            await _waited(stop, self._pace.look * self._chance.uniform(0.7, 1.3))

    async def _work(self, name: str, channel: Channel, stop: asyncio.Event) -> bool:
        """Run the channel as its owner; True: it has nothing to run, now or ever."""
        running = asyncio.create_task(self._kept_running(name, channel))
        renewing = asyncio.create_task(self._renewed(name, channel))
        stopping = asyncio.create_task(stop.wait())
        tasks = {running, renewing, stopping}
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            return running.done()
        finally:
            running.cancel()
            # Renewed still, while the channel says goodbye: the next owner shall not come before it has gone.
            await asyncio.wait({running}, timeout=self._pace.end)
            renewing.cancel()
            stopping.cancel()
            await asyncio.gather(renewing, stopping, return_exceptions=True)

    async def _kept_running(self, name: str, channel: Channel) -> None:
        """Run the channel until it ends by itself; one that fails is begun again, ever more slowly."""
        log = structlog.get_logger()
        loop = asyncio.get_running_loop()
        failures = 0
        while True:
            begun = loop.time()
            try:
                await channel.run(self._take)
            except Exception as error:  # noqa: BLE001 - one channel that fails must not end the others
                failures = 1 if loop.time() - begun > self._pace.longest else failures + 1
                # Its kind and place alone: what it says may quote what a person wrote.
                frames = frames_of(error)
                log.error("channel.run_failed", run=name, error=type(error).__name__, frames=frames)  # noqa: TRY400
            else:
                return
            rest = min(self._pace.longest, self._pace.first * 2 ** min(failures - 1, 10))
            await asyncio.sleep(rest * self._chance.uniform(0.5, 1.0))

    async def _renewed(self, name: str, channel: Channel) -> None:
        """Keep the lease; return when it is lost, or about to run out with nobody there to renew it."""
        loop = asyncio.get_running_loop()
        # As of before the asking: the server's answer may have taken long.
        renewed_at = loop.time()
        while loop.time() - renewed_at < self._pace.lease - self._pace.renew - self._pace.end / 2:
            await asyncio.sleep(self._pace.renew)
            asked_at = loop.time()
            held = await self._asked(name, channel)
            if held is False:
                structlog.get_logger().warning("channel.lease_lost", run=name)
                return
            if held:
                renewed_at = asked_at
        structlog.get_logger().warning("channel.lease_not_renewed", run=name)

    async def _held(self, name: str, channel: Channel) -> bool:
        held = bool(await self._asked(name, channel))
        if held:
            structlog.get_logger().info("channel.lease_taken", run=name)
        return held

    async def _asked(self, name: str, channel: Channel) -> bool | None:
        """Whether the lease is ours, which says how the channel's link is; None: nobody could say."""
        try:
            async with asyncio.timeout(self._pace.renew):
                return await self._leases.hold(name, self._owner, seconds=self._pace.lease, note=_down_since(channel))
        except (StorageError, TimeoutError):
            return None

    async def _given_back(self, name: str) -> None:
        with contextlib.suppress(StorageError, TimeoutError):
            async with asyncio.timeout(self._pace.renew):
                await self._leases.release(name, self._owner)


def run_name(channel: Channel) -> str:
    """The lease's name of the run of ``channel``; its note: since when the link is down, "" while it is up."""
    return f"run:{channel.name}.{channel.account}"


def _down_since(channel: Channel) -> str:
    link = channel.link if isinstance(channel, HoldsLink) else None
    return "" if link is None or link.down_since is None else link.down_since.isoformat(timespec="seconds")


async def links_said(channels: Iterable[Channel], leases: Leases) -> Mapping[str, str]:
    """How the links are that some process is to hold, by "sms.main": "ok", or what is the matter.

    Raises:
        StorageError: nobody can say.
    """
    holding = [each for each in channels if isinstance(each, HoldsLink) and each.link is not None]
    if not holding:
        return {}
    noted = await leases.noted([run_name(each) for each in holding])
    return {f"{each.name}.{each.account}": _said(noted.get(run_name(each))) for each in holding}


def _said(note: str | None) -> str:
    if note is None:
        return "no worker holds the bind (没有投递进程在收短信)"
    return f"unbound since {note} (短信网关没有连上)" if note else "ok"


async def _waited(stop: asyncio.Event, seconds: float) -> None:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await stop.wait()
