"""The processes of the service, from start to graceful end."""

import asyncio
import contextlib
import signal
import sys
from collections.abc import AsyncIterator, Mapping

import structlog
from aiohttp import web

from bot.access.members import Members
from bot.access.passwords import Passwords
from bot.access.signing_in import SigningIn
from bot.api import make_api
from bot.chance import jitter
from bot.channel_runs import ChannelRuns
from bot.console.app import ConsoleParts, make_console
from bot.delivery import jobs
from bot.intake import Intake
from bot.passive_marks import PassiveMarks
from bot.services import Services
from bot.settings import Settings
from bot.spooling.keeper import Keeper
from bot.spooling.opening import open_keeper
from bot.understanding.memory import be_frugal
from bot.web import WebParts, make_web
from bot.wiring import open_services
from storage.leases import Leases

WEB_TIMEOUT_MS = 1_500
WORKER_TIMEOUT_MS = 10_000
DRAIN_SECONDS = 8.0
"""What is under way at SIGTERM gets this long; containers and ``up`` kill after ten seconds or more."""
_LAST_SECONDS = 1.0
_LISTEN_BACKLOG = 512
_LONGEST_LINE = 33 * 1024
"""Bytes of a request's first line: Kannel brings a long petition in the address, nine bytes to a character."""


async def run_web(settings: Settings) -> None:
    """Serve HTTP until SIGTERM or SIGINT; calls and turns under way are given ``DRAIN_SECONDS`` to end."""
    be_frugal()
    async with (
        _stop_signal() as stop,
        open_services(settings, timeout_ms=WEB_TIMEOUT_MS, serves=True) as services,
        open_keeper(services) as keeper,
        _looks_at_edits(services),
    ):
        marks = PassiveMarks(services.store, services.clock, services.queue.kick)
        marking = asyncio.create_task(marks.run())
        runner = web.AppRunner(
            _application(services, marks, keeper),
            access_log=None,
            shutdown_timeout=DRAIN_SECONDS,
            # No platform compresses what it sends; what is small on the wire stays small.
            auto_decompress=False,
            max_line_size=_LONGEST_LINE,
        )
        await runner.setup()
        try:
            site = web.TCPSite(runner, settings.http.host, settings.http.port, backlog=_LISTEN_BACKLOG)
            await site.start()
            structlog.get_logger().info("web.listening", host=settings.http.host, port=settings.http.port)
            await stop.wait()
        finally:
            ending = asyncio.get_running_loop().time() + DRAIN_SECONDS
            await runner.cleanup()
            await services.turns.drain(max(_LAST_SECONDS, ending - asyncio.get_running_loop().time()))
            marking.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await marking


async def run_worker(settings: Settings) -> None:
    """Deliver, sweep and hold the channels' binds until SIGTERM or SIGINT.

    Deliveries under way are given ``DRAIN_SECONDS`` to end.
    """
    be_frugal()
    async with (
        _stop_signal() as stop,
        open_services(settings, timeout_ms=WORKER_TIMEOUT_MS, serves=False) as services,
        open_keeper(services) as keeper,
        _looks_at_edits(services),
    ):
        structlog.get_logger().info("worker.started")
        async with asyncio.TaskGroup() as group:
            if services.broker is not None:
                group.create_task(
                    jobs.serve(
                        services.broker,
                        deliver=services.deliverer.deliver,
                        sweep=services.sweeper.sweep,
                        fetch=services.fetcher.fetch,
                        stop=stop,
                        drain_seconds=DRAIN_SECONDS,
                    )
                )
            group.create_task(jobs.tick(services.queue, services.sweeper.sweep, stop, drain_seconds=DRAIN_SECONDS))
            group.create_task(_runs(services, keeper).run(stop))
        await services.turns.drain(_LAST_SECONDS)


def _runs(services: Services, keeper: Keeper) -> ChannelRuns:
    intake = Intake(store=services.store, turns=services.turns, clock=services.clock, keeper=keeper)
    return ChannelRuns(services.channels, Leases(services.store.database), intake.take, chance=jitter())


def _application(services: Services, marks: PassiveMarks, keeper: Keeper) -> web.Application:
    tokens = {name: secret.get_secret_value() for name, secret in services.settings.api.tokens.items()}
    intake = Intake(store=services.store, turns=services.turns, clock=services.clock, keeper=keeper)

    async def readiness() -> Mapping[str, str]:
        return {**await services.readiness(), "spool": keeper.said()}

    return make_web(
        WebParts(
            channels=services.channels,
            intake=intake,
            marks=marks,
            api=make_api(store=services.store, casework=services.casework, tokens=tokens, clock=services.clock),
            console=_console(services),
            metrics=services.metrics,
            readiness=readiness,
            depths=services.depths,
            tokens=frozenset(tokens.values()),
            clock=services.clock,
        )
    )


def _console(services: Services) -> web.Application:
    passwords = Passwords()
    parts = ConsoleParts(
        store=services.store,
        signing_in=SigningIn(store=services.store, passwords=passwords, clock=services.clock),
        members=Members(store=services.store, passwords=passwords, clock=services.clock),
        clock=services.clock,
        office=services.settings.office.name,
        public_url=services.settings.http.public_url,
    )
    return make_console(parts)


@contextlib.asynccontextmanager
async def _looks_at_edits(services: Services) -> AsyncIterator[None]:
    """SIGHUP: edited dialog files are looked at now. In a terminal it keeps its meaning: the terminal is gone."""
    if sys.stdin is not None and sys.stdin.isatty():
        yield
        return
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGHUP, services.dialog.look_now)
    try:
        yield
    finally:
        loop.remove_signal_handler(signal.SIGHUP)


@contextlib.asynccontextmanager
async def _stop_signal() -> AsyncIterator[asyncio.Event]:
    """An event that SIGTERM and SIGINT set."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    try:
        yield stop
    finally:
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(number)
