"""Duplicates put together in the console, and apart again."""

from bot.console.merging.feature import merging_feature
from bot.console.merging.pages import MergeParts

__all__ = ["MergeParts", "merging_feature"]
