"""The store, for commands that read or change it directly."""

from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING

from bot.cli.app import Common
from bot.cli.processes import log_to_stderr

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from storage.store import Store

_TIMEOUT_MS = 10_000


@asynccontextmanager
async def opened(options: Common) -> "AsyncIterator[Store]":
    """The store of what runs here, else of the settings.

    Raises:
        SettingMissing, SettingsError, DatabaseAway, StorageError: naming what is wrong.
    """
    from bot.opening import connected, opened_store  # noqa: PLC0415

    settings, _ = options.running()
    log_to_stderr(settings, level="warning")
    async with AsyncExitStack() as stack:
        store, _vault = await opened_store(settings, await connected(settings, stack, _TIMEOUT_MS))
        yield store
