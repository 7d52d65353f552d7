"""The database that a backup is of, or goes back into: running, or started for as long as that takes."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from bot.opening import DatabaseAway, SettingMissing
from bot.settings import Settings
from bot.supervisor.hold import hold
from storage.driver import Database, connect

_TIMEOUT_MS = 60_000
_ANSWER_SECONDS = 10.0
_PURPOSE = "petition-bot backup"
_SERVER = "mongodb"


@asynccontextmanager
async def database_of(settings: Settings, *, make: bool) -> AsyncIterator[Database]:
    """The database that the settings name; where none is named, the data folder's own is started meanwhile.

    ``make``: also where the folder has none yet.

    Raises:
        SettingMissing: none is named, and the folder has none.
        DatabaseAway: it does not answer.
        AlreadyRunning, EmbeddedFailed: the folder's own cannot be started.
    """
    async with AsyncExitStack() as stack:
        uri, named = settings.storage.mongodb_uri, settings.origin("storage.mongodb_uri")
        address = uri.get_secret_value() if uri else await _started(settings, stack, make=make)
        database = await connect(address, driver=settings.storage.driver, timeout_ms=_TIMEOUT_MS, purpose=_PURPOSE)
        stack.push_async_callback(database.close)
        try:
            async with asyncio.timeout(_ANSWER_SECONDS):
                await database.ping()
        except TimeoutError as error:
            raise DatabaseAway(address, named) from error
        yield database


async def _started(settings: Settings, stack: AsyncExitStack, *, make: bool) -> str:
    from storage.embedded import EmbeddedServers  # noqa: PLC0415 - only where needed

    folder = settings.storage.data_dir
    if not make and not await asyncio.to_thread((folder / _SERVER).exists):
        raise SettingMissing("storage.mongodb_uri", f"没有设置 MongoDB，{folder.absolute()} 里也没有自带的数据库")
    stack.enter_context(hold(folder))
    servers = EmbeddedServers(folder, names=[_SERVER])
    endpoints = await servers.start()
    stack.push_async_callback(servers.stop)
    return endpoints.mongodb_uri
