"""The channels of this deployment: found by entry point, made from their accounts' settings."""

from collections.abc import Iterator, Mapping
from importlib.metadata import entry_points

from bot.settings import CHANNELS_GROUP, Settings, Tables
from bot.settings_sources import Problem, SettingsError
from channels.base import Channel, ChannelFactory, Tools
from channels.errors import SettingsRejected

Channels = Mapping[tuple[str, str], Channel]
"""By (channel, account)."""


def make_channels(settings: Settings, tools: Tools) -> Channels:
    """One channel for every account of the settings.

    Raises:
        SettingsError: naming every wrong key of every account in full, and where it was set.
    """
    made: dict[tuple[str, str], Channel] = {}
    problems: list[Problem] = []
    for channel, account, result in _made(settings.channels, tools):
        if isinstance(result, SettingsRejected):
            problems += settings.rejected(f"{channel}.{account}", result)
        else:
            made[channel, account] = result
    if problems:
        raise SettingsError(problems)
    return made


def refused_accounts(tables: Tables, tools: Tools) -> Iterator[tuple[str, SettingsRejected]]:
    """The accounts ("wechat.main") whose channel refuses their settings."""
    for channel, account, result in _made(tables, tools):
        if isinstance(result, SettingsRejected):
            yield f"{channel}.{account}", result


def _made(tables: Tables, tools: Tools) -> Iterator[tuple[str, str, Channel | SettingsRejected]]:
    factories = {entry.name: entry for entry in entry_points(group=CHANNELS_GROUP)}
    for channel, accounts in tables.items():
        factory: ChannelFactory = factories[channel].load()
        for account, table in accounts.items():
            try:
                yield channel, account, factory(account, table, tools)
            except SettingsRejected as error:
                yield channel, account, error
