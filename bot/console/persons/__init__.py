"""The rights of who filed a case, seen to in the console; and what the retention job did."""

from bot.console.persons.feature import PersonParts, persons_feature

__all__ = ["PersonParts", "persons_feature"]
