"""Where everything is put together: the only module that knows all parts."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import aiohttp
from redis.exceptions import RedisError

from bot.assembly.clocks import book_of
from bot.casework.casebook import Casebook
from bot.casework.contacts import ContactBook
from bot.casework.drafting import Drafter
from bot.casework.effects import changes_for
from bot.casework.links import CaseLinks
from bot.casework.service import Casework
from bot.chance import SecureChance, jitter
from bot.channel_registry import Channels, make_channels
from bot.delivery.backoff import Backoff
from bot.delivery.broker import ReliableStreamBroker
from bot.delivery.deliverer import Deliverer
from bot.delivery.jobs import DeliveryQueue, make_broker
from bot.delivery.quiet import QuietHours
from bot.delivery.sweeper import Sweeper
from bot.editing.layer import EditLayer
from bot.invitation import Invitation
from bot.live_dialog import LiveDialog
from bot.media.fetching import MediaFetcher
from bot.media.making import make_fetcher
from bot.media.wanting import Wanting
from bot.metrics import Metrics
from bot.opening import connected, opened_store
from bot.publishing.answers import PublishedAnswers
from bot.publishing.seats import Seats
from bot.rasa_client import rasa_link
from bot.services import Services
from bot.settings import Settings
from bot.shared_state import RedisState, Wakeups
from bot.spooling.calm import Calm
from bot.spooling.place import spool_root
from bot.subscribing import Topics
from bot.turns.beforehand import Beforehand
from bot.turns.binding import PhoneBinding
from bot.turns.runner import RunnerTools
from bot.turns.turn import Manager, TurnMaker
from bot.turns.turns import Turns
from bot.turns.voices import HearsVoices
from bot.understanding.minding import WEB, WORKER
from bot.understanding.opening import Opened, open_understanding
from channels.base import Tools
from dialogs.actions import Office
from dialogs.build import build_manager
from dialogs.engine.rasa_server import RasaLink
from dialogs.files import DialogFiles
from dialogs.understanding import Understanding
from storage.personal_data import Vault
from storage.store import Store

_HTTP_TIMEOUT = aiohttp.ClientTimeout(total=15, connect=5)
_HTTP_CONNECTIONS = 100


def utc_now() -> datetime:
    """The machine's clock in whole milliseconds, for commands; what goes on for long asks ``store.clock``."""
    now = datetime.now(UTC)
    return now.replace(microsecond=now.microsecond // 1_000 * 1_000)


@asynccontextmanager
async def open_services(settings: Settings, *, timeout_ms: int, serves: bool) -> AsyncIterator[Services]:
    """Open everything one process needs; ``timeout_ms`` bounds each database operation.

    ``serves``: people's messages come in here; else what is seldom needed is begun when it is.

    Raises:
        SettingMissing, SettingsError, DatabaseAway, StorageError: naming what is wrong.
    """
    async with AsyncExitStack() as stack:
        store, vault = await opened_store(settings, await connected(settings, stack, timeout_ms))
        services = await _services(settings, store, vault, stack, serves=serves)
        yield services


@asynccontextmanager
async def open_cases(settings: Settings, *, timeout_ms: int) -> AsyncIterator[tuple[Casebook, Seats, Topics]]:
    """The cases, reception days and topics of notices alone, as the dialog's actions read them.

    ``timeout_ms`` bounds each database operation.

    Raises:
        SettingMissing, SettingsError, DatabaseAway, StorageError: naming what is wrong.
    """
    async with AsyncExitStack() as stack:
        store, vault = await opened_store(settings, await connected(settings, stack, timeout_ms))
        await stack.enter_async_context(_running(vault.keep_fresh()))
        await stack.enter_async_context(_running(store.clock.keep(store.database)))
        now, offered = store.clock.now, settings.broadcasts.topics
        yield Casebook(store=store, clock=now), Seats(store=store, clock=now), Topics(store=store, offered=offered)


async def _services(settings: Settings, store: Store, vault: Vault, stack: AsyncExitStack, *, serves: bool) -> Services:
    url = settings.redis.url.get_secret_value() if settings.redis.url else None
    shared = RedisState(url)
    stack.push_async_callback(shared.aclose)
    wakeups = Wakeups(url)
    await stack.enter_async_context(_running(wakeups.run()))
    for kept in (vault.keep_fresh(), store.clock.keep(store.database), book_of(store).keep_fresh()):
        await stack.enter_async_context(_running(kept))
    http = await stack.enter_async_context(
        aiohttp.ClientSession(
            timeout=_HTTP_TIMEOUT, connector=aiohttp.TCPConnector(limit=_HTTP_CONNECTIONS), trust_env=False
        )
    )
    tools = Tools(http=http, shared=shared, clock=store.clock.now, base_url=settings.http.base_url)
    channels = make_channels(settings, tools)
    for channel in channels.values():
        stack.push_async_callback(channel.aclose)
    broker = await stack.enter_async_context(_queueing(url)) if url else None
    metrics = Metrics()
    opened = await stack.enter_async_context(
        open_understanding(settings, http, metrics, patience=WEB if serves else WORKER, warms=serves)
    )
    published = PublishedAnswers(store.publications, store.clock.now)
    layer = EditLayer(store.edits, DialogFiles(folder=settings.dialog.files), also=published, places=store.places)
    stack.callback(layer.close)
    await layer.bring()
    services = _composed(
        settings,
        store,
        channels,
        layer=layer,
        shared=shared,
        wakeups=wakeups,
        broker=broker,
        metrics=metrics,
        opened=opened,
        rasa=rasa_link(settings.dialog, http, metrics),
    )
    stack.push_async_callback(services.fetcher.aclose)
    await stack.enter_async_context(_running(services.dialog.watch(warms=serves)))
    await stack.enter_async_context(_running(opened.minder.run()))
    if opened.summaries is not None and not serves:
        drafter = Drafter(store=store, assistant=opened.summaries, clock=store.clock.now)
        await stack.enter_async_context(_running(drafter.run()))
    return services


def _composed(
    settings: Settings,
    store: Store,
    channels: Channels,
    *,
    layer: EditLayer,
    shared: RedisState,
    wakeups: Wakeups,
    broker: ReliableStreamBroker | None,
    metrics: Metrics,
    opened: Opened,
    rasa: RasaLink | None,
) -> Services:
    queue = DeliveryQueue(broker)
    dialog = _dialog(settings, store, layer, metrics, opened.understanding, rasa)
    voiced = _hearing(dialog, opened, channels)
    calm = Calm(spool_root(settings))
    turns = _turns(settings, store, channels, dialog=voiced, wakeups=wakeups, queue=queue, metrics=metrics, calm=calm)
    deliverer = _deliverer(settings, store, channels, queue, metrics)
    links = CaseLinks(vault=store.vault, base_url=settings.http.public_url)
    clock, office = store.clock.now, settings.office.name
    casework = Casework(store=store, clock=clock, chance=SecureChance(), office=office, kick=queue.kick, links=links)
    fetcher = make_fetcher(settings.attachments, store=store, channels=channels, casework=casework, clock=clock)
    return Services(
        settings=settings,
        store=store,
        channels=channels,
        shared=shared,
        broker=broker,
        queue=queue,
        dialog=dialog,
        layer=layer,
        understanding=opened.understanding,
        turns=turns,
        calm=calm,
        casework=casework,
        links=links,
        deliverer=deliverer,
        sweeper=_sweeper(settings, store, queue, deliverer=deliverer, turns=turns, fetcher=fetcher),
        fetcher=fetcher,
        minder=opened.minder,
        metrics=metrics,
        clock=store.clock.now,
    )


def _deliverer(
    settings: Settings, store: Store, channels: Channels, queue: DeliveryQueue, metrics: Metrics
) -> Deliverer:
    return Deliverer(
        store=store,
        channels=channels,
        clock=store.clock.now,
        chance=jitter(),
        backoff=Backoff(),
        quiet=QuietHours(span=settings.notices.quiet_span(), broadcasts=settings.notices.broadcast_quiet_span()),
        kick=queue.kick,
        metrics=metrics,
    )


def _sweeper(
    settings: Settings, store: Store, queue: DeliveryQueue, *, deliverer: Deliverer, turns: Turns, fetcher: MediaFetcher
) -> Sweeper:
    return Sweeper(
        store=store,
        queue=queue,
        deliver=deliverer.deliver,
        resume=turns.resume,
        clock=store.clock.now,
        fetch=partial(_fetched, queue, fetcher),
        left_kept=timedelta(days=settings.retention.left_days),
    )


async def _fetched(queue: DeliveryQueue, fetcher: MediaFetcher, attachment_ids: list[str]) -> None:
    """Have attachments fetched by the job engine; where it is away, here, beside all else."""
    if not await queue.kick_fetch(attachment_ids):
        fetcher.begin(attachment_ids)


def _dialog(  # noqa: PLR0917 - called once, here
    settings: Settings,
    store: Store,
    layer: EditLayer,
    metrics: Metrics,
    understanding: Understanding,
    rasa: RasaLink | None,
) -> LiveDialog:
    make = partial(
        build_manager,
        Casebook(store=store, clock=store.clock.now),
        SecureChance(),
        office=Office(name=settings.office.name),
        files=layer.files,
        understanding=understanding,
        rasa=rasa,
        receptions=Seats(store=store, clock=store.clock.now),
        subscriptions=Topics(store=store, offered=settings.broadcasts.topics),
    )
    return LiveDialog(layer.files, make, metrics=metrics, bring=layer.bring)


def _hearing(dialog: LiveDialog, opened: Opened, channels: Channels) -> Manager:
    if opened.recogniser is None:
        return dialog
    return HearsVoices(manager=dialog, recogniser=opened.recogniser, channels=channels)


def _turns(
    settings: Settings,
    store: Store,
    channels: Channels,
    *,
    dialog: Manager,
    wakeups: Wakeups,
    queue: DeliveryQueue,
    metrics: Metrics,
    calm: Calm,
) -> Turns:
    maker = TurnMaker(
        store=store,
        manager=dialog,
        settle=partial(changes_for, store=store, office=settings.office.name),
        channels=channels,
        clock=store.clock.now,
        metrics=metrics,
        wanting=Wanting(store=store, unfiled=timedelta(days=settings.attachments.unfiled_days)),
        beforehand=Beforehand(store=store, clock=store.clock.now, binding=_binding(store, channels)),
        invitation=Invitation(DialogFiles(folder=settings.dialog.files), office=settings.office.name),
    )
    return Turns(
        RunnerTools(
            store=store,
            manager=dialog,
            maker=maker,
            wakeups=wakeups,
            kick=queue.kick,
            clock=store.clock.now,
            metrics=metrics,
            gather_seconds=settings.dialog.gather_seconds,
            fetch=queue.kick_fetch,
            calm=calm,
        )
    )


def _binding(store: Store, channels: Channels) -> PhoneBinding:
    book = ContactBook(store=store, clock=store.clock.now)
    return PhoneBinding(store=store, channels=channels, book=book, chance=SecureChance())


@asynccontextmanager
async def _queueing(url: str) -> AsyncIterator[ReliableStreamBroker]:
    """The broker, ready where Redis answers; else it becomes ready when Redis comes."""
    broker = make_broker(url)
    with suppress(RedisError, OSError):
        await broker.startup()
    try:
        yield broker
    finally:
        with suppress(RedisError, OSError):
            await broker.shutdown()


@asynccontextmanager
async def _running(work: Any) -> AsyncIterator[None]:
    """Run a coroutine in the background for as long as the block."""
    task = asyncio.create_task(work)
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
