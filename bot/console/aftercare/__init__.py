"""After a case's end: whom to call, and what they said."""

from bot.console.aftercare.feature import AftercareParts, aftercare_feature

__all__ = ["AftercareParts", "aftercare_feature"]
