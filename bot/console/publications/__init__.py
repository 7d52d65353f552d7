"""Clarifications and leaders' reception days, in the console."""

from bot.console.publications.feature import publications_feature
from bot.console.publications.parts import PublicationParts

__all__ = ["PublicationParts", "publications_feature"]
