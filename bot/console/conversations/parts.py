"""What the pages of the conversations work with."""

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bot.casework.attending import Attending
from bot.casework.service import Casework
from bot.console.conversations.live import Live
from channels.base import Clock
from dialogs.nlu.categories import Categories
from storage.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationParts:
    """What the pages of the conversations work with. ``channels``: the names of those we have.

    ``categories``: the names to choose from; ``knows``: what proposes one, made when it is first asked for.
    """

    store: Store
    attending: Attending
    casework: Casework
    live: Live
    clock: Clock
    channels: frozenset[str]
    categories: Sequence[str]
    canned: Sequence[str]
    knows: Callable[[], Categories]

    def key(self) -> str:
        """Names one sending of one form, so that a repeat does nothing."""
        return uuid.uuid4().hex
