"""Reading the cases that people filed or follow: one person's by themselves, many people's at once in one call."""

import asyncio
from collections.abc import Sequence

from storage.cursors import NEWEST_FIRST
from storage.driver import Collection, Document
from storage.gathering import Gatherer

TOGETHER_LIMIT = 20
"""Cases of one person; whoever wants more of one reads by themselves."""
_EACH_ON_AVERAGE = 4
"""Where people have more than that, each is read alone: one with hundreds must not hide the others'."""


class PartyCases:
    """The cases of a conversation, as documents, newest first."""

    def __init__(self, cases: Collection) -> None:
        self._cases = cases
        self._reading = Gatherer[str, Sequence[Document]](self._read, name="party cases")

    async def of(self, conversation_id: str, limit: int) -> Sequence[Document]:
        if limit > TOGETHER_LIMIT:
            return await self._alone(conversation_id, limit)
        return (await self._reading.submit([conversation_id]))[0][:limit]

    async def _read(self, ids: Sequence[str]) -> Sequence[Sequence[Document]]:
        if len(ids) > 1:
            most = _EACH_ON_AVERAGE * len(ids)
            found = await self._cases.find({"parties": {"$in": list(ids)}}, sort=NEWEST_FIRST, limit=most)
            if len(found) < most:
                return [[case for case in found if each in case["parties"]] for each in ids]
        return await asyncio.gather(*(self._alone(each, TOGETHER_LIMIT) for each in ids))

    async def _alone(self, conversation_id: str, limit: int) -> Sequence[Document]:
        return await self._cases.find({"parties": conversation_id}, sort=NEWEST_FIRST, limit=limit)
