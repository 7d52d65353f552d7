"""Policy answers in the console: edited, passed by a second person, tried, and made of what was asked in vain."""

from bot.console.answers.feature import answers_feature
from bot.console.answers.parts import AnswerParts

__all__ = ["AnswerParts", "answers_feature"]
