"""What the counter works with."""

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bot.casework.by_hand import Texting
from bot.casework.service import Casework
from bot.media.fetching import Limits
from channels.base import Clock
from dialogs.nlu.categories import Categories
from storage.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class CounterParts:
    """``categories``: the names to choose from; ``knows``: what proposes one, made when it is first asked for.

    ``limits``: how large files may be.
    """

    store: Store
    casework: Casework
    texting: Texting
    clock: Clock
    categories: Sequence[str]
    knows: Callable[[], Categories]
    limits: Limits

    def key(self) -> str:
        """Names one case to be, so that a form that is sent twice files it once."""
        return uuid.uuid4().hex
