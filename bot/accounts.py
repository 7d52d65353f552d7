"""Whether the channels accept their accounts' settings, before a process is started with them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import aiohttp

from bot.channel_registry import Channels, make_channels
from bot.settings import Settings
from bot.shared_state import RedisState
from channels.base import Tools

_SECONDS = 10.0


@asynccontextmanager
async def open_accounts(settings: Settings) -> AsyncIterator[Channels]:
    """The channels with tools of their own, apart from any service.

    Raises:
        SettingsError: naming the key.
    """
    timeout = aiohttp.ClientTimeout(total=_SECONDS)
    async with aiohttp.ClientSession(timeout=timeout, trust_env=False) as http:
        tools = Tools(http=http, shared=RedisState(None), clock=lambda: datetime.now(UTC))
        channels = make_channels(settings, tools)
        try:
            yield channels
        finally:
            for channel in channels.values():
                await channel.aclose()


async def check_accounts(settings: Settings) -> None:
    """Make every channel once.

    Raises:
        SettingsError: naming the key.
    """
    async with open_accounts(settings):
        pass
