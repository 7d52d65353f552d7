"""What the bot says, edited in the console, checked like the files, passed by a second person."""

from bot.console.wording.feature import WordingParts, wording_feature

__all__ = ["WordingParts", "wording_feature"]
