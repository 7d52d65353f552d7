"""What the pages of the notices work with."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.broadcasts.office import BroadcastOffice
from channels.base import Clock
from storage.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeParts:
    """What the pages of the notices work with. ``sms_fen``: what a text message costs, in 分; 0: nobody said."""

    store: Store
    office: BroadcastOffice
    clock: Clock
    categories: Sequence[str]
    sms_fen: float = 0
