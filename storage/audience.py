"""Looking at many conversations, in portions: what a notice to many asks of each, without its dialog."""

from collections.abc import Mapping, Sequence
from typing import Any

from channels.messages import Address
from storage.conversations import CONVERSATIONS, Conversations
from storage.driver import Database, Document
from storage.records import Conversation

_MOST = 10_000_000
MANY = 100_000
_BRIEF: Mapping[str, Any] = {"state": 0, "binding": 0}
_NONE: Mapping[str, Address] = {}


class Audience:
    """Who could be told something."""

    def __init__(self, database: Database, conversations: Conversations) -> None:
        self._conversations = database[CONVERSATIONS]
        self._read = conversations.read

    async def get_many(self, ids: Sequence[str], *, addresses: Mapping[str, Address] = _NONE) -> Sequence[Conversation]:
        """Give those of ``ids`` that exist; ``addresses``: of those that are known, so that they need not be opened."""
        return await self._found({"_id": {"$in": list(ids)}}, len(ids) or 1, addresses)

    async def after(
        self,
        channel: str,
        account: str,
        *,
        last: str = "",
        tag: str | None = None,
        topic: str | None = None,
        limit: int,
    ) -> Sequence[Conversation]:
        """Give those of one account in the order of their ids, beyond ``last``."""
        first, end = f"{channel}:{account}:", f"{channel}:{account};"  # the sign after the colon
        where: Document = {"_id": {"$gt": last or first, "$lt": end}}
        if tag is not None:
            where["tags"] = tag
        if topic is not None:
            where["topics"] = topic
        return await self._found(where, limit)

    async def count(self, channel: str) -> int:
        """Count the conversations of a channel's accounts."""
        return await self._conversations.count({"channel": channel}, limit=_MOST)

    async def followers(self, topic: str) -> int:
        """Count the conversations that follow a topic, as far as ``MANY``."""
        return await self._conversations.count({"topics": topic}, limit=MANY)

    async def of_contacts(self, contact_ids: Sequence[str], *, limit: int) -> Sequence[Conversation]:
        """Give all conversations of these contacts."""
        return await self._found({"contact_id": {"$in": list(contact_ids)}}, limit)

    async def _found(
        self, where: Mapping[str, Any], limit: int, addresses: Mapping[str, Address] = _NONE
    ) -> Sequence[Conversation]:
        found = await self._conversations.find(where, sort=(("_id", 1),), projection=_BRIEF, limit=limit)
        return [self._read(each, addresses.get(each["_id"])) for each in found]
