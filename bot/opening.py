"""The database, opened at the start; what may be missing or away then is named."""

import re
from contextlib import AsyncExitStack
from urllib.parse import unquote

import structlog

from bot.clocks.calendar import WorkCalendar
from bot.clocks.clockwork import ClockSetter
from bot.clocks.rulebook import RuleBook
from bot.master_key import master_key
from bot.settings import Settings
from storage.backups.mark import refuse_half_restored
from storage.clock_rules import ClockRules
from storage.driver import Database, connect
from storage.errors import StorageAway, StorageError
from storage.personal_data import Vault, open_vault
from storage.store import Store

_OPENING_TRIES = 3
_BUSY_TRIES = 15
"""Of a server that answers: its first indexes may take longer than any operation gets, and go on being built."""
_BACK_UP = "主密钥已生成。没有它，数据库里的内容谁也读不出：请马上备份，并与数据库分开存放"


class SettingMissing(Exception):
    """A part needs a setting that is not there; ``key`` names it."""

    def __init__(self, key: str, sentence: str) -> None:
        super().__init__(sentence)
        self.key = key
        self.sentence = sentence


class DatabaseAway(Exception):
    """MongoDB did not answer at the start; ``sentence`` names the setting and the hosts, never who logs in."""

    def __init__(self, uri: str, origin: str) -> None:
        hosts = hosts_of(uri)
        super().__init__(hosts)
        named = f"storage.mongodb_uri，来自 {origin}" if origin else "storage.mongodb_uri"
        self.sentence = f"连不上数据库 {hosts}（{named}），或它太忙：请检查 MongoDB 是否在运行、地址和网络"


def hosts_of(uri: str) -> str:
    """The hosts and ports of a MongoDB URI; "" where it is not sure which part of it is a password."""
    rest = uri.partition("://")[2]
    authority = re.split("[/?]", rest, maxsplit=1)[0]
    if "@" in rest.removeprefix(authority):
        return ""
    return unquote(authority.rpartition("@")[2])


async def connected(settings: Settings, stack: AsyncExitStack, timeout_ms: int) -> Database:
    """The database, closed with ``stack``.

    Raises:
        SettingMissing: nobody says where it is.
    """
    if settings.storage.mongodb_uri is None:
        raise SettingMissing("storage.mongodb_uri", "没有设置 MongoDB；试用请运行 petition-bot up")
    uri = settings.storage.mongodb_uri.get_secret_value()
    database = await connect(uri, driver=settings.storage.driver, timeout_ms=timeout_ms)
    stack.push_async_callback(database.close)
    return database


async def opened_store(
    settings: Settings, database: Database, *, tries: int = _OPENING_TRIES, busy_tries: int = _BUSY_TRIES
) -> tuple[Store, Vault]:
    """Safe to repeat: a busy server may need longer for its first indexes than any operation gets.

    Raises:
        Restoring: a backup is being put back, or that was broken off.
        DatabaseAway, KeysMissing: as they are.
    """
    master = master_key(settings)
    try:
        await refuse_half_restored(database)
        vault = await open_vault(database, master)
        if vault.made_new:
            structlog.get_logger().warning("keys.master_key_made", where=master.where, sentence=_BACK_UP)
        return await _opened(database, vault, settings), vault
    except StorageAway as error:
        if busy_tries > 0 and await answers(database):
            return await opened_store(settings, database, tries=tries, busy_tries=busy_tries - 1)
        if tries > 1:
            return await opened_store(settings, database, tries=tries - 1, busy_tries=busy_tries)
        uri = settings.storage.mongodb_uri
        key = "storage.mongodb_uri"
        raise DatabaseAway(uri.get_secret_value() if uri else "", settings.origin(key)) from error


async def _opened(database: Database, vault: Vault, settings: Settings) -> Store:
    book = RuleBook(ClockRules(database))
    await book.refresh()
    wanted = settings.calendar
    calendar = WorkCalendar(exchanged=wanted.exchanged())
    clockwork = ClockSetter(calendar=calendar, rules=book, return_days=wanted.return_days)
    return await Store.open(database, vault, number_prefix=settings.office.prefix, clockwork=clockwork)


async def answers(database: Database) -> bool:
    """Whether a server that takes writes is there now."""
    try:
        await database.ping()
    except StorageError:
        return False
    return True
