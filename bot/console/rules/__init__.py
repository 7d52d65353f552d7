"""The rules for limits, as an administrator edits them."""

from bot.console.rules.feature import rules_feature
from bot.console.rules.pages import RuleParts

__all__ = ["RuleParts", "rules_feature"]
