"""Notices to many, in the console."""

from bot.console.notices.feature import notices_feature
from bot.console.notices.parts import NoticeParts

__all__ = ["NoticeParts", "notices_feature"]
