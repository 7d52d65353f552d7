"""What the pages of the answers work with."""

from dataclasses import dataclass

from bot.editing.desk import EditDesk
from channels.base import Clock
from dialogs.understanding import Understanding
from storage.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerParts:
    """What the pages of the answers work with."""

    store: Store
    desk: EditDesk
    understanding: Understanding
    clock: Clock
