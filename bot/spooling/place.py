"""Where the spools lie, and how much they may hold."""

from pathlib import Path

from bot.settings import Settings


def spool_root(settings: Settings) -> Path:
    """The folder with the spools of all processes that share it."""
    return settings.storage.data_dir / "spool"
