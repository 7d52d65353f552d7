"""Policy answers in the console: edited, passed by a second person, tried, and made of what was asked in vain."""

from bot.console.answers.feature import AnswerParts, answers_feature

__all__ = ["AnswerParts", "answers_feature"]
