"""The topics of notices that residents may follow, as the dialog asks of them."""

from collections.abc import Sequence

from channels.messages import Purpose
from dialogs.subscriptions import Followed
from storage.store import Store


class Topics:
    """Fulfils ``dialogs.subscriptions.Subscriptions``. Reads only. ``offered``: the office's setting."""

    def __init__(self, *, store: Store, offered: Sequence[str]) -> None:
        self._store = store
        self.offered = offered

    async def of(self, conversation_id: str) -> Followed:
        found = await self._store.conversations.get(conversation_id)
        if found is None:
            return Followed()
        known = [topic for topic in self.offered if topic in found.topics]
        gone = sorted(found.topics.difference(self.offered))
        return Followed(topics=(*known, *gone), stopped=Purpose.BROADCAST in found.stopped)
