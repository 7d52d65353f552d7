"""The channels of this deployment: found by entry point, made from their accounts' settings."""

from collections.abc import Mapping
from importlib.metadata import entry_points

from bot.settings import CHANNELS_GROUP, Settings
from channels.base import Channel, ChannelFactory, Tools
from channels.errors import SettingsRejected

Channels = Mapping[tuple[str, str], Channel]
"""By (channel, account)."""


def make_channels(settings: Settings, tools: Tools) -> Channels:
    """One channel for every account of the settings.

    Raises:
        SettingsError: naming the key in full and where it was set.
    """
    factories = {entry.name: entry for entry in entry_points(group=CHANNELS_GROUP)}
    made: dict[tuple[str, str], Channel] = {}
    for channel, tables in settings.channels.items():
        factory: ChannelFactory = factories[channel].load()
        for account, table in tables.items():
            try:
                made[channel, account] = factory(account, table, tools)
            except SettingsRejected as error:
                raise settings.rejected(channel, account, error) from error
    return made
