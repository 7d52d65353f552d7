"""Whether the channels accept their accounts' settings, before a process is started with them."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any, cast

import aiohttp

from bot.channel_registry import Channels, make_channels, refused_accounts
from bot.settings import Settings, Tables
from bot.shared_state import RedisState
from channels.base import Tools
from channels.errors import SettingsRejected

_SECONDS = 10.0


@asynccontextmanager
async def open_accounts(settings: Settings) -> AsyncIterator[Channels]:
    """The channels with tools of their own, apart from any service.

    Raises:
        SettingsError: naming every wrong key.
    """
    timeout = aiohttp.ClientTimeout(total=_SECONDS)
    async with aiohttp.ClientSession(timeout=timeout, trust_env=False) as http:
        tools = Tools(
            http=http,
            shared=RedisState(None),
            clock=lambda: datetime.now(UTC),
            base_url=settings.http.base_url,
        )
        channels = make_channels(settings, tools)
        try:
            yield channels
        finally:
            for channel in channels.values():
                await channel.aclose()


def check_accounts(tables: Tables) -> Iterator[tuple[str, SettingsRejected]]:
    """The accounts whose channel refuses their settings: each is made once, with tools that reach nothing."""
    if any(tables.values()):
        nothing = cast("Any", _Nothing())
        yield from refused_accounts(tables, Tools(http=nothing, shared=nothing, clock=lambda: datetime.now(UTC)))


class _Nothing:
    """Stands where an HTTP client would: whoever only looks at settings needs none."""
