"""Cases in the console: the list, one case, and what each role does with it."""

from bot.console.cases.feature import CaseParts, cases_feature

__all__ = ["CaseParts", "cases_feature"]
