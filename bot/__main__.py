"""``python -m bot`` is ``petition-bot``."""

from bot.cli.main import run

run()
