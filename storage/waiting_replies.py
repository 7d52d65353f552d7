"""Replies that cannot go until the person writes again, and what becomes of them then.

A platform takes only so many messages that nobody asked for after each of the person's own, and only for so long. What
is over waits: its entry stays ``queued`` under ``waits_for``, and its conversation says that something waits. The
next turn reads that with the conversation, at no cost where nothing does, and says what waited with its own answer:
the entries end as ``merged`` in the very change that puts the answer.

Both are written in one change that makes a new version of the conversation. So a turn that did not see it cannot
commit: it is made again, and sees it.
"""

from collections.abc import Sequence
from datetime import datetime

from storage.commit import Change, Committer, Update
from storage.conversations import CONVERSATIONS
from storage.driver import Database
from storage.outbox_documents import OUTBOX, decision_to_document, entry_from_document
from storage.outbox_updates import QUEUED, SENDING
from storage.personal_data import Vault
from storage.records import Considered, DeliveryState, OutboxEntry

MOST = 100
"""Replies that wait for one person."""
_NO_CLAIM = dict.fromkeys(("lease_token", "lease_until", "via"), "")


class WaitingReplies:
    """What waits for people to write again."""

    def __init__(self, database: Database, vault: Vault, committer: Committer) -> None:
        self._entries = database[OUTBOX]
        self._vault = vault
        self._committer = committer

    async def put(
        self, entry: OutboxEntry, token: str, *, until: datetime, decision: Sequence[Considered] = ()
    ) -> bool:
        """Have ``entry``, claimed by ``token``, wait, at most ``until``; False: too much waits there already.

        Raises:
            Conflict: the claim is another's by now.
        """
        key = entry.conversation_id
        if await self._entries.count({"waits_for": key}, limit=MOST) >= MOST:
            return False
        facts = {"state": QUEUED, "due_at": until, "wake_at": until, "waits_for": key}
        if decision:
            facts["decision"] = decision_to_document(decision)
        await self._committer.commit(
            [
                Update(
                    collection=OUTBOX,
                    filter={"_id": entry.id, "lease_token": token, "state": SENDING},
                    update={"$set": facts, "$unset": _NO_CLAIM},
                ),
                Update(
                    collection=CONVERSATIONS,
                    filter={"_id": key},
                    update={"$set": {"replies_wait": True}, "$inc": {"version": 1}},
                ),
            ]
        )
        return True

    async def of(self, conversation_id: str) -> Sequence[OutboxEntry]:
        """Give what waits there, the oldest first."""
        found = await self._entries.find({"waits_for": conversation_id}, sort=(("created_at", 1),), limit=MOST)
        return [entry_from_document(each, self._vault) for each in found]

    async def wake(self, conversation_id: str, *, now: datetime) -> Sequence[str]:
        """Give back to the workers what waits there, because the person has written meanwhile; give the ids."""
        ids = [entry.id for entry in await self.of(conversation_id)]
        await self._entries.update_many(
            {"_id": {"$in": ids}, "waits_for": conversation_id, "state": QUEUED},
            {"$set": {"due_at": now, "wake_at": now}, "$unset": {"waits_for": ""}},
        )
        return ids

    def merged(self, entries: Sequence[OutboxEntry], *, into: str) -> Sequence[Change]:
        """Give the changes by which ``entries`` end: the entry ``into`` says what they say."""
        over = {"state": DeliveryState.MERGED.value, "merged_into": into}
        freed = {"waits_for": "", "wake_at": ""}
        return [_taken(each, {"$set": over, "$unset": freed}) for each in entries]

    def released(self, entries: Sequence[OutboxEntry], *, now: datetime) -> Sequence[Change]:
        """Give the changes by which workers may send ``entries`` as they are."""
        return [
            _taken(each, {"$set": {"due_at": now, "wake_at": now}, "$unset": {"waits_for": ""}}) for each in entries
        ]


def _taken(entry: OutboxEntry, update: object) -> Change:
    waiting = {"_id": entry.id, "state": QUEUED, "waits_for": entry.conversation_id}
    return Update(collection=OUTBOX, filter=waiting, update=update)
