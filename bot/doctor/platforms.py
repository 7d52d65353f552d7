"""The channels' accounts, asked through the channels themselves, and the platforms' clock."""

import asyncio
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import aiohttp

from bot.accounts import open_accounts
from bot.doctor.findings import Finding, error, ok
from bot.doctor.servers import clock_finding
from bot.settings import Settings
from bot.settings_sources import SettingsError
from channels.base import Channel

_SECONDS = 15.0
_CURE = "对照平台后台核对凭证、IP 白名单和接口权限"


async def check_channels(settings: Settings) -> list[Finding]:
    """Every account's settings and credentials."""
    try:
        async with open_accounts(settings) as channels:
            return [finding for channel in channels.values() for finding in await _check(channel)]
    except SettingsError as problems:
        return [error("settings", str(problem)) for problem in problems.problems]


async def _check(channel: Channel) -> list[Finding]:
    name = f"{channel.name}.{channel.account}"
    try:
        async with asyncio.timeout(_SECONDS):
            wrong = await channel.check()
    except TimeoutError:
        return [error("channels", f"{name}：{_SECONDS:g} 秒内没有等到平台的回答", "检查到平台的网络")]
    if wrong:
        return [error("channels", f"{name}：{sentence}", _CURE) for sentence in wrong]
    return [ok("channels", f"{name}：凭证有效")]


async def check_platform_clock(settings: Settings) -> list[Finding]:
    """Our clock against the ``Date`` that a platform answers with, where one is reached."""
    bases = [
        str(table["api_base"])
        for tables in settings.channels.values()
        for table in tables.values()
        if "api_base" in table
    ]
    for base in bases[:1]:
        theirs = await _date_of(base)
        if theirs is not None:
            return [clock_finding(theirs, base)]
    return []


async def _date_of(url: str) -> datetime | None:
    timeout = aiohttp.ClientTimeout(total=5)
    try:
        async with aiohttp.ClientSession(timeout=timeout, trust_env=False) as http, http.head(url) as answer:
            return parsedate_to_datetime(answer.headers["Date"]).astimezone(UTC)
    except (aiohttp.ClientError, TimeoutError, KeyError, ValueError):
        return None
