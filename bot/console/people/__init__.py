"""Members of staff, units and the audit log in the console."""

from bot.console.people.feature import people_feature

__all__ = ["people_feature"]
