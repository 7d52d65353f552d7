"""Conversations in the console: who writes, what was said, and staff who speak themselves."""

from bot.console.conversations.feature import conversations_feature
from bot.console.conversations.live import Live
from bot.console.conversations.parts import ConversationParts

__all__ = ["ConversationParts", "Live", "conversations_feature"]
