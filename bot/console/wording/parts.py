"""What the pages of the wording work with."""

from dataclasses import dataclass

from bot.editing.desk import EditDesk
from storage.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class WordingParts:
    """What the pages of the wording work with."""

    store: Store
    desk: EditDesk
