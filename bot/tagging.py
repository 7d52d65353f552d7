"""Groups of an official account's followers: who filed something of a district or category, marked at the platform.

What the platform was told is noted here as well, so that a notice to a group can go to the same people by every
way. Each portion is told and noted by itself: whatever breaks off is begun again and ends the same.
"""

from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from dataclasses import dataclass

from channels.messages import Purpose
from channels.wechat.tags import AT_ONCE, Tag, WeChatTags
from storage.records import Conversation
from storage.store import Store

_READ_AT_ONCE = 500
Tell = Callable[[int], None]


def _nobody(_more: int) -> None:
    """Hear nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """Whom it is about; both given: who filed something of both."""

    district: str | None = None
    category: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """How many were marked (or unmarked), were left out (they left, or stopped broadcasts), and are no followers."""

    done: int = 0
    left_out: int = 0
    gone: int = 0


class Tagging:
    """Marks people of one account. ``tell`` in its methods hears how many more were looked at."""

    def __init__(self, *, store: Store, tags: WeChatTags, account: str) -> None:
        self._store = store
        self._tags = tags
        self._account = account

    async def size(self, segment: Segment) -> int:
        """Count who filed or follows something of ``segment``, whoever they are."""
        return sum([1 async for _ in self._parties(segment)])

    async def mark(self, tag: Tag, segment: Segment, *, tell: Tell = _nobody, dry: bool = False) -> Done:
        """Mark who filed or follows something of ``segment``; ``dry``: only count.

        Raises:
            SendFailed, StorageError: what was done until then stays; do it again.
        """
        done = left_out = gone = 0
        async for people in self._people(segment, tell):
            wanted = [each for each in people if each.reachable and Purpose.BROADCAST not in each.stopped]
            left_out += len(people) - len(wanted)
            if dry:
                done += len(wanted)
                continue
            marked = await self._tags.mark(tag, [each.address.sender for each in wanted])
            await self._store.conversations.tag(_ids(wanted, marked.done), tag.name)
            for stranger in _ids(wanted, marked.gone):
                await self._store.conversations.mark_unreachable(stranger)
            done, gone = done + len(marked.done), gone + len(marked.gone)
        return Done(done=done, left_out=left_out, gone=gone)

    async def unmark(self, tag: Tag, segment: Segment, *, tell: Tell = _nobody, dry: bool = False) -> Done:
        """Unmark who filed or follows something of ``segment``; as ``mark`` does, and whoever they are."""
        done = gone = 0
        async for people in self._people(segment, tell):
            having = [each for each in people if tag.name in each.tags]
            if not dry and having:
                unmarked = await self._tags.unmark(tag, [each.address.sender for each in having])
                await self._store.conversations.untag([each.id for each in having], tag.name)
                gone += len(unmarked.gone)
            done += len(having)
        return Done(done=done - gone, gone=gone)

    async def forget(self, name: str, *, renamed: str = "") -> None:
        """Note that a tag is gone, or has another name."""
        while found := await self._store.conversations.tagged(
            name, channel="wechat", account=self._account, limit=_READ_AT_ONCE
        ):
            ids = [each.id for each in found]
            if renamed:
                await self._store.conversations.tag(ids, renamed)
            await self._store.conversations.untag(ids, name)

    async def _people(self, segment: Segment, tell: Tell) -> AsyncIterator[Sequence[Conversation]]:
        ids: list[str] = []
        async for party in self._parties(segment):
            ids.append(party)
            if len(ids) == AT_ONCE:
                yield await self._store.conversations.get_many(ids)
                tell(len(ids))
                ids = []
        if ids:
            yield await self._store.conversations.get_many(ids)
            tell(len(ids))

    def _parties(self, segment: Segment) -> AsyncIterator[str]:
        return self._store.cases.parties(
            channel="wechat", account=self._account, district=segment.district, category=segment.category
        )


def _ids(people: Iterable[Conversation], senders: Iterable[str]) -> list[str]:
    wanted = set(senders)
    return [each.id for each in people if each.address.sender in wanted]
