"""What the bot says, edited in the console, checked like the files, passed by a second person."""

from bot.console.wording.feature import wording_feature
from bot.console.wording.parts import WordingParts

__all__ = ["WordingParts", "wording_feature"]
