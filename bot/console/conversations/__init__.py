"""Conversations in the console: who writes, what was said, and staff who speak themselves."""

from bot.console.conversations.feature import ConversationParts, conversations_feature
from bot.console.conversations.live import Live

__all__ = ["ConversationParts", "Live", "conversations_feature"]
