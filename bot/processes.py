"""The processes of the service, from start to graceful end."""

import asyncio
import contextlib
import signal
import sys
from collections.abc import AsyncIterator, Mapping

import structlog
from aiohttp import web

from bot.api import make_api
from bot.api.kept_tokens import KeptTokens
from bot.assembly.broadcasts import make_office, make_runs
from bot.assembly.clocks import make_alarms, make_applier
from bot.assembly.publishing import make_reminders
from bot.assembly.spooling import open_keeper
from bot.casework.searching import SearchMinder
from bot.casework.waits_minder import WaitsMinder
from bot.chance import jitter
from bot.channel_runs import ChannelRuns
from bot.delivery import jobs
from bot.intake import Intake
from bot.meanwhile import Meanwhile
from bot.media.making import limits_of
from bot.office import console_of, public_pages_of, resident_pages_of
from bot.passive_marks import PassiveMarks
from bot.retention import RetentionJob
from bot.services import Services
from bot.settings import Settings
from bot.spooling.keeper import Keeper
from bot.understanding.memory import be_frugal, settled
from bot.waiting import until_database
from bot.web import WebParts, make_runner, make_web
from bot.wiring import open_services, utc_now
from storage.leases import Leases

WEB_TIMEOUT_MS = 1_500
WORKER_TIMEOUT_MS = 10_000
DRAIN_SECONDS = 8.0
"""What is under way at SIGTERM gets this long; containers and ``up`` kill after ten seconds or more."""
QUIET_SECONDS = 2.0
"""So long a stopping web process keeps connections on which nothing is said: a proxy may be about to use them."""
_LAST_SECONDS = 1.0
_LISTEN_BACKLOG = 512


async def run_web(settings: Settings) -> None:
    """Serve HTTP until SIGTERM or SIGINT; calls and turns under way are given ``DRAIN_SECONDS`` to end."""
    be_frugal()
    async with _stop_signal() as stop, Meanwhile(settings, utc_now) as meanwhile:
        await meanwhile.until_database(stop)
        if not stop.is_set():
            await _serve(settings, stop, meanwhile)


async def _serve(settings: Settings, stop: asyncio.Event, meanwhile: Meanwhile) -> None:
    async with (
        open_services(settings, timeout_ms=WEB_TIMEOUT_MS, serves=True) as services,
        open_keeper(services, meanwhile.door) as keeper,
        _looks_at_edits(services),
    ):
        marks = PassiveMarks(services.store, services.clock, services.queue.kick)
        marking = asyncio.create_task(marks.run())
        application = _application(services, marks, keeper)
        runner = make_runner(application, shutdown_seconds=DRAIN_SECONDS, quiet_seconds=QUIET_SECONDS)
        await runner.setup()
        try:
            await _site(runner, settings, meanwhile).start()
            await meanwhile.end()
            settled()
            structlog.get_logger().info("web.listening", host=settings.http.host, port=settings.http.port)
            await stop.wait()
        finally:
            ending = asyncio.get_running_loop().time() + DRAIN_SECONDS
            await runner.cleanup()
            await services.turns.drain(max(_LAST_SECONDS, ending - asyncio.get_running_loop().time()))
            marking.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await marking


def _site(runner: web.AppRunner, settings: Settings, meanwhile: Meanwhile) -> web.BaseSite:
    shared = meanwhile.shared_socket()
    if shared is not None:
        return web.SockSite(runner, shared, backlog=_LISTEN_BACKLOG)
    return web.TCPSite(runner, settings.http.host, settings.http.port, backlog=_LISTEN_BACKLOG)


async def run_worker(settings: Settings) -> None:
    """Deliver, sweep and hold the channels' binds until SIGTERM or SIGINT; where MongoDB is away, wait for it.

    Deliveries under way are given ``DRAIN_SECONDS`` to end.
    """
    be_frugal()
    async with _stop_signal() as stop:
        await until_database(settings, stop, event="worker.without_database")
        if not stop.is_set():
            await _work(settings, stop)


async def _work(settings: Settings, stop: asyncio.Event) -> None:
    async with (
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
            group.create_task(make_runs(services).run(stop))
            group.create_task(SearchMinder(services.store).run(stop))
            group.create_task(WaitsMinder(services.store).run(stop))
            group.create_task(_retention(services).run(stop))
            group.create_task(make_alarms(services).run(stop))
            group.create_task(make_applier(services).run(stop))
            group.create_task(make_reminders(services).run(stop))
        await services.turns.drain(_LAST_SECONDS)


def _runs(services: Services, keeper: Keeper) -> ChannelRuns:
    intake = Intake(store=services.store, turns=services.turns, clock=services.clock, keeper=keeper)
    return ChannelRuns(services.channels, Leases(services.store.database), intake.take, chance=jitter())


def _retention(services: Services) -> RetentionJob:
    return RetentionJob(store=services.store, periods=services.settings.retention, clock=services.clock)


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
            api=make_api(
                store=services.store,
                casework=services.casework,
                tokens=KeptTokens(services.store, tokens, services.clock),
                clock=services.clock,
                broadcasts=make_office(services),
                limits=limits_of(services.settings.attachments),
            ),
            console=console_of(services),
            resident=resident_pages_of(services),
            public=public_pages_of(services),
            metrics=services.metrics,
            readiness=readiness,
            depths=services.depths,
            tokens=frozenset(tokens.values()),
            clock=services.clock,
        )
    )


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
