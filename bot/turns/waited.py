"""Saying, with the answer to somebody who writes, what waited for that: what could not be sent to them before.

Their message opened the way again, and its own answer may go in the webhook's response, which costs nothing of what the
platform allows. So what waited goes first in that answer, the oldest before the newer. A file goes by itself, as
platforms have it: workers send it now.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot.text import measure
from channels.base import Capabilities
from channels.messages import Inbound
from storage.commit import Change
from storage.records import Conversation, OutboxEntry
from storage.store import Store

_BEFORE = "前面有回复没能及时发给您，补在这里："
_NOW = "下面是这一次的回复："
_MESSAGES = 3
"""So many messages' worth is said at once; what is over waits for the next time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waited:
    """What a turn takes along: ``merged`` is said by its answer, ``released`` goes to the workers.

    ``known``: what the conversation's document is to say of what still waits.
    """

    store: Store
    merged: Sequence[OutboxEntry] = ()
    released: Sequence[OutboxEntry] = ()
    known: Mapping[str, Any] = field(default_factory=dict)

    def before(self, text: str) -> str:
        """``text`` behind what waited."""
        if not self.merged:
            return text
        said = [_BEFORE, *(entry.text for entry in self.merged)]
        return "\n\n".join([*said, _NOW, text] if text else said)

    def changes(self, entries: Sequence[OutboxEntry], now: datetime) -> Sequence[Change]:
        """What ends their waiting, once ``entries`` say what they say."""
        merged = self.store.waiting.merged(self.merged, into=entries[0].id) if entries else ()
        return [*merged, *self.store.waiting.released(self.released, now=now)]

    @property
    def kick(self) -> Sequence[str]:
        return [entry.id for entry in self.released]


async def waited(store: Store, conversation: Conversation, message: Inbound, capabilities: Capabilities) -> Waited:
    """What waits for ``message`` in ``conversation``; nothing where it opens no way (somebody left)."""
    opens = message.grant is not None or message.reply_until is not None
    if not (conversation.replies_wait and opens and capabilities.free_text):
        return Waited(store=store)
    waiting = await store.waiting.of(conversation.id)
    words = [entry for entry in waiting if not entry.attachment]
    merged = _fitting(words, capabilities)
    return Waited(
        store=store,
        merged=merged,
        released=[entry for entry in waiting if entry.attachment],
        known={"replies_wait": len(merged) < len(words)},
    )


def _fitting(words: Sequence[OutboxEntry], capabilities: Capabilities) -> Sequence[OutboxEntry]:
    """As many of the oldest as some messages hold, and one at least."""
    room, taken = _MESSAGES * capabilities.text_limit, 0
    for place, entry in enumerate(words):
        taken += measure(entry.text, capabilities.text_unit)
        if place and taken > room:
            return words[:place]
    return words
