"""Cases in the console: the list, one case, and what each role does with it."""

from bot.console.cases.feature import cases_feature
from bot.console.cases.parts import CaseParts

__all__ = ["CaseParts", "cases_feature"]
