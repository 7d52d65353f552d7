"""All checks, in the order in which one would mend."""

from collections.abc import AsyncIterator
from datetime import date, datetime

from bot.clocks.calendar import SHANGHAI
from bot.doctor.findings import Finding, warning
from bot.doctor.local import (
    check_calendar,
    check_data_dir,
    check_dialog_files,
    check_master_key,
    check_programs,
    check_settings,
)
from bot.doctor.platforms import check_channels, check_platform_clock
from bot.doctor.servers import check_mongodb, check_redis
from bot.doctor.spool import check_spool
from bot.doctor.understanding import check_understanding
from bot.settings import Settings


async def examine(
    settings: Settings, *, ask_platforms: bool = True, today: date | None = None
) -> AsyncIterator[Finding]:
    """Every finding as soon as it is there. ``ask_platforms``: also call the platforms' APIs."""
    for finding in check_settings(settings):
        yield finding
    yield check_calendar(settings, today or datetime.now(SHANGHAI).date())
    for finding in await check_data_dir(settings.storage.data_dir):
        yield finding
    for finding in await check_spool(settings):
        yield finding
    yield await check_dialog_files(settings.dialog.files)
    for finding in await check_understanding(settings, ask=ask_platforms):
        yield finding
    async for finding in _servers(settings):
        yield finding
    if ask_platforms:
        for finding in await check_channels(settings):
            yield finding
        for finding in await check_platform_clock(settings):
            yield finding


async def _servers(settings: Settings) -> AsyncIterator[Finding]:
    if settings.storage.embedded:
        cure = "正式服务请设置 BOT_MONGODB_URI 和 BOT_REDIS_URL"
        yield warning("embedded", "正在使用自带的数据库，只供试用，不要用于正式服务", cure)
    elif settings.storage.mongodb_uri is None or settings.redis.url is None:
        for finding in await check_programs():
            yield finding
    mongodb = await check_mongodb(settings)
    for finding in mongodb.findings:
        yield finding
    yield await check_master_key(settings, needed=mongodb.in_use)
    for finding in await check_redis(settings):
        yield finding
