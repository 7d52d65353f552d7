"""The parts of one process, and what they say of themselves."""

import asyncio
import contextlib
from collections.abc import Mapping
from dataclasses import dataclass

from bot.casework.links import CaseLinks
from bot.casework.service import Casework
from bot.channel_registry import Channels
from bot.channel_runs import links_said
from bot.delivery.broker import ReliableStreamBroker
from bot.delivery.deliverer import Deliverer
from bot.delivery.jobs import DeliveryQueue
from bot.delivery.sweeper import Sweeper
from bot.editing.layer import EditLayer
from bot.live_dialog import LiveDialog
from bot.media.fetching import MediaFetcher
from bot.metrics import Metrics
from bot.settings import Settings
from bot.shared_state import RedisState
from bot.spooling.calm import Calm
from bot.turns.turns import Turns
from bot.understanding.minding import Minder
from channels.base import Clock
from dialogs.understanding import Understanding
from storage.errors import StorageError
from storage.leases import Leases
from storage.store import Store

_COUNT_TO = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """The parts of one process, ready to work."""

    settings: Settings
    store: Store
    channels: Channels
    shared: RedisState
    broker: ReliableStreamBroker | None
    queue: DeliveryQueue
    dialog: LiveDialog
    layer: EditLayer
    understanding: Understanding
    turns: Turns
    calm: Calm
    casework: Casework
    links: CaseLinks
    deliverer: Deliverer
    sweeper: Sweeper
    fetcher: MediaFetcher
    minder: Minder
    metrics: Metrics
    clock: Clock

    async def readiness(self) -> Mapping[str, str]:
        """The state of each part; "!" marks one that must work (see ``bot.web``)."""
        mongodb, redis = await asyncio.gather(self._mongodb(), self.shared.reachable())
        parts = {"mongodb": mongodb, "redis": "ok" if redis else "away (goes on without)", "dialog": "ok"}
        if self.dialog.problems:
            parts["dialog"] = "edit refused, the one before is in use (对话文件有错，仍用原来的)"
        parts["understanding"] = self.minder.said()
        with contextlib.suppress(StorageError):  # that MongoDB is away is said already
            parts |= await links_said(self.channels.values(), Leases(self.store.database))
        if self.settings.storage.embedded:
            parts["servers"] = "embedded: for trying out, not for service (自带的数据库只供试用)"
        return parts

    async def depths(self) -> Mapping[str, int]:
        """What waits, by queue; no queue where MongoDB is away."""
        try:
            outbox, dead = await self.store.outbox.depth(_COUNT_TO)
            return {"inbox": await self.store.inbox.depth(_COUNT_TO), "outbox": outbox, "dead": dead}
        except StorageError:
            return {}

    async def _mongodb(self) -> str:
        try:
            await self.store.database.ping()
        except StorageError as error:
            return f"!{error.code}"
        return "ok"
