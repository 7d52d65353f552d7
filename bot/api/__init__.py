"""The JSON API: ``make_api`` gives the application to be mounted at ``/api``."""

from bot.api.app import make_api

__all__ = ["make_api"]
