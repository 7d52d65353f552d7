"""Which pictures, voices and files a turn wants kept, as changes for its own commit.

A turn that hears of none and whose effects name none costs nothing here.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from dialogs.outcome import AddToCase, Effect, FileCase, Unlink
from storage.commit import Change
from storage.records import ArrivedMessage
from storage.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """``ids``: what a worker may fetch once the changes are committed."""

    changes: tuple[Change, ...] = ()
    ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanting:
    """``unfiled``: how long something is kept that no case is filed with."""

    store: Store
    unfiled: timedelta = timedelta(days=7)

    async def of(self, batch: Sequence[ArrivedMessage], effects: Sequence[Effect], *, now: datetime) -> Wanted:
        """What ``batch`` brought, and what ``effects`` file with a case; of whoever leaves, the rest is dropped.

        Raises:
            StorageError: what was brought earlier could not be read.
        """
        if any(isinstance(effect, Unlink) for effect in effects):
            left = await self.store.attachments.unfiled(batch[-1].conversation_id)
            return Wanted(changes=tuple(self.store.attachments.drop(each, now=now) for each in left))
        brought = {arrived.id: arrived for arrived in batch if arrived.message.media is not None}
        cases = _cases_of(effects)
        if not brought and not cases:
            return Wanted()
        earlier = [message_id for message_id in cases if message_id not in brought]
        changes = [
            *await self._tied(earlier, cases, brought, now),
            *(self._want(arrived, cases.get(arrived.id, ()), now) for arrived in brought.values()),
        ]
        return Wanted(changes=tuple(changes), ids=tuple(map(self.store.attachments.id_of, brought)))

    async def _tied(
        self,
        earlier: Sequence[str],
        cases: Mapping[str, Sequence[str]],
        brought: dict[str, ArrivedMessage],
        now: datetime,
    ) -> list[Change]:
        """What was brought in earlier turns, tied to the cases; what was dropped since is wanted anew."""
        if not earlier:
            return []
        known = {each.message_id: each for each in await self.store.attachments.of_messages(earlier)}
        for message_id in earlier:
            if message_id not in known:
                arrived = await self.store.inbox.get(message_id)
                if arrived is not None and arrived.message.media is not None:
                    brought[message_id] = arrived
        return [self.store.attachments.tie(each, cases[each.message_id], now=now) for each in known.values()]

    def _want(self, arrived: ArrivedMessage, numbers: Sequence[str], now: datetime) -> Change:
        return self.store.attachments.want(arrived, case_numbers=numbers, now=now, unfiled=self.unfiled)


def _cases_of(effects: Iterable[Effect]) -> Mapping[str, Sequence[str]]:
    """The cases that each message's attachment is filed with, by the message's key."""
    found: dict[str, list[str]] = defaultdict(list)
    for effect in effects:
        if isinstance(effect, FileCase | AddToCase):
            for each in effect.attachments:
                if effect.number not in found[each.message_id]:
                    found[each.message_id].append(effect.number)
    return found
