"""Notices to many, in the console."""

from bot.console.notices.feature import NoticeParts, notices_feature

__all__ = ["NoticeParts", "notices_feature"]
