"""Reading what conversations have still to hear: one by itself, many at the same moment in one call.

What is read was there when the read began, and a read begins after whoever asked for it had asked.
"""

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from storage.driver import Collection, Document
from storage.gathering import Gatherer
from storage.records import ArrivalState

PENDING_LIMIT = 50
_EACH_ON_AVERAGE = 4
"""Where people have more waiting than that, each is read alone: one with a thousand must not cost the others."""
_ORDER = (("arrived_ns", 1), ("_id", 1))


class Pending:
    """The messages that are still to be heard, as documents."""

    def __init__(self, messages: Collection) -> None:
        self._messages = messages
        self._reading = Gatherer[str, Sequence[Document]](self._read, name="pending")

    async def of(self, conversation_id: str) -> Sequence[Document]:
        """What one conversation has to hear, in the order of arrival, at most PENDING_LIMIT."""
        return (await self._reading.submit([conversation_id]))[0]

    async def _read(self, ids: Sequence[str]) -> Sequence[Sequence[Document]]:
        if len(ids) > 1:
            most = _EACH_ON_AVERAGE * len(ids)
            order = (("conversation_id", 1), *_ORDER)
            found = await self._messages.find(_waiting({"$in": list(ids)}), sort=order, limit=most)
            if len(found) < most:
                return _by_conversation(found, ids)
        return await asyncio.gather(
            *(self._messages.find(_waiting(each), sort=_ORDER, limit=PENDING_LIMIT) for each in ids)
        )


def _waiting(whose: Any) -> Mapping[str, Any]:
    return {"conversation_id": whose, "state": ArrivalState.PENDING.value}


def _by_conversation(found: Sequence[Document], ids: Sequence[str]) -> Sequence[Sequence[Document]]:
    parts: dict[str, list[Document]] = defaultdict(list)
    for each in found:
        parts[each["conversation_id"]].append(each)
    return [parts[each][:PENDING_LIMIT] for each in ids]
