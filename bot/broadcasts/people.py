"""Whom a broadcast is for, portion by portion, and why somebody is left out.

A person is one contact, however many accounts they write from: they are told once, on the first of the broadcast's
channels that reaches them. A post is for everybody and is one recipient of its own.
"""

from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from bot.broadcasts.crowd import Crowds
from bot.broadcasts.words import SMS, WEIBO, entry_of, problems, said
from bot.channel_registry import Channels
from bot.delivery.planner import weigh
from bot.delivery.reasons import Reason
from channels.base import Channel, Clock
from channels.messages import Address
from storage.broadcast_ledger import Planned
from storage.broadcast_records import Broadcast, Segment
from storage.contacts import MOST_CONVERSATIONS
from storage.conversations import conversation_id
from storage.records import Conversation
from storage.store import Store

Accounts = AbstractSet[tuple[str, str]]
"""By channel and account."""

_AT_ONCE = 500
UNPUBLISHABLE = "unpublishable"
LEFT_ACCOUNT = "left_account"
EVERYBODY = "everybody"
"""In the place of a sender: the post."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """What a dry run found: ``to_send`` and ``excluded`` by channel, the latter by reason as well.

    ``by_mass``: how many of ``to_send`` get a mass message of the platform's, by channel.
    """

    to_send: Mapping[str, int] = field(default_factory=dict)
    by_mass: Mapping[str, int] = field(default_factory=dict)
    excluded: Mapping[tuple[str, str], int] = field(default_factory=dict)

    @property
    def sending(self) -> int:
        return sum(self.to_send.values())

    @property
    def left_out(self) -> int:
        return sum(self.excluded.values())


def _nobody(_more: int) -> None:
    """Hear nothing."""


class People:
    """Finds them. Reads in portions: memory stays flat, however many there are."""

    def __init__(self, *, store: Store, channels: Channels, clock: Clock) -> None:
        self._store = store
        self._channels = channels
        self._clock = clock
        self._crowds = Crowds(store=store, channels=channels, clock=clock)

    async def of(self, broadcast: Broadcast, numbers: Sequence[str] | None = None) -> AsyncIterator[Sequence[Planned]]:
        """Give portions of them, those left out among them; ``numbers``: a list that is not kept yet.

        Somebody with several accounts may come several times, always under the same ``person``.
        """
        for name in broadcast.channels:
            for (channel, account), made in self._channels.items():
                if channel != name:
                    continue
                if channel == WEIBO:
                    yield [self._post(broadcast, account, made)]
                    continue
                async for people in self._on(broadcast, channel, account, numbers):
                    yield await self._planned(broadcast, people)

    async def size(self, broadcast: Broadcast) -> int:
        """About how many there are, for a bar: conversations of the broadcast's channels."""
        return sum([await self._store.audience.count(channel) for channel in broadcast.channels if channel != WEIBO])

    async def tally(
        self, broadcast: Broadcast, numbers: Sequence[str] | None = None, *, tell: Callable[[int], None] = _nobody
    ) -> Tally:
        """Count who would be told and who not, and why; nothing is written or sent.

        ``tell`` hears how many more were looked at.
        """
        seen: set[str] = set()
        to_send: Counter[str] = Counter()
        by_mass: Counter[str] = Counter()
        excluded: Counter[tuple[str, str]] = Counter()
        async for portion in self.of(broadcast, numbers):
            for each in portion:
                if each.person in seen:
                    continue
                seen.add(each.person)
                if each.reason:
                    excluded[each.address.channel, each.reason] += 1
                else:
                    to_send[each.address.channel] += 1
                    by_mass[each.address.channel] += each.by_mass
            tell(len(portion))
        return Tally(to_send=dict(to_send), by_mass=dict(+by_mass), excluded=dict(excluded))

    async def _on(
        self, broadcast: Broadcast, channel: str, account: str, numbers: Sequence[str] | None
    ) -> AsyncIterator[Sequence[Conversation]]:
        segment = broadcast.segment
        if segment.listed:
            if channel == SMS and account == self._texting():
                async for people in self._listed(broadcast, account, numbers):
                    yield people
        elif segment.district or segment.category:
            async for people in self._parties(broadcast, channel, account):
                yield people
        else:
            last = ""
            while people := await self._store.audience.after(
                channel, account, last=last, tag=segment.tag, topic=segment.topic, limit=_AT_ONCE
            ):
                yield people
                last = people[-1].id

    async def _parties(self, broadcast: Broadcast, channel: str, account: str) -> AsyncIterator[Sequence[Conversation]]:
        segment, ids = broadcast.segment, list[str]()
        parties = self._store.cases.parties(
            channel=channel, account=account, district=segment.district, category=segment.category
        )
        async for party in parties:
            ids.append(party)
            if len(ids) == _AT_ONCE:
                yield await self._among(ids, segment)
                ids.clear()
        if ids:
            yield await self._among(ids, segment)

    async def _among(self, ids: Sequence[str], segment: Segment) -> Sequence[Conversation]:
        people = await self._store.audience.get_many(ids)
        if segment.tag is not None:
            people = [each for each in people if segment.tag in each.tags]
        return people if segment.topic is None else [each for each in people if segment.topic in each.topics]

    async def _listed(
        self, broadcast: Broadcast, account: str, numbers: Sequence[str] | None
    ) -> AsyncIterator[Sequence[Conversation]]:
        """Numbers of an uploaded list; who never wrote to us has no conversation, and gets one only when told."""
        portions = _portions(numbers) if numbers is not None else self._store.ledger.listed(broadcast.id)
        async for portion in portions:
            addresses = [Address(channel=SMS, account=account, sender=number) for number in portion]
            ids = [conversation_id(self._store.vault, address) for address in addresses]
            known = {each.id: each for each in await self._store.audience.get_many(ids)}
            now = self._clock()
            yield [
                known.get(key) or Conversation(id=key, address=address, version=0, state={}, created_at=now)
                for key, address in zip(ids, addresses, strict=True)
            ]

    def _texting(self) -> str:
        return next(account for (channel, account) in self._channels if channel == SMS)

    async def _planned(self, broadcast: Broadcast, people: Sequence[Conversation]) -> Sequence[Planned]:
        contacts = list({each.contact_id for each in people if each.contact_id})
        kin: dict[str, list[Conversation]] = {}
        if contacts:
            most = len(contacts) * MOST_CONVERSATIONS
            for each in await self._store.audience.of_contacts(contacts, limit=most):
                if each.contact_id:
                    kin.setdefault(each.contact_id, []).append(each)
        massed = {account for account in self._channels if await self._crowds.has_room(broadcast, account)}
        return [self._chosen(broadcast, each, kin.get(each.contact_id or "", []), massed) for each in people]

    def _chosen(
        self, broadcast: Broadcast, person: Conversation, kin: Sequence[Conversation], massed: Accounts
    ) -> Planned:
        """The first account that reaches them, in the order of the channels; of an uploaded list, that phone."""
        if broadcast.segment.listed or not kin:
            return self._judged(broadcast, person, massed)
        order = {name: place for place, name in enumerate(broadcast.channels)}
        places = sorted(
            (each for each in kin if each.address.channel in order and each.address.channel != WEIBO),
            key=lambda each: (order[each.address.channel], each.id),
        )
        judged = [self._judged(broadcast, each, massed) for each in places or [person]]
        return next((each for each in judged if not each.reason), judged[0])

    def _judged(self, broadcast: Broadcast, person: Conversation, massed: Accounts) -> Planned:
        address = person.address
        channel = self._channels.get((address.channel, address.account))
        reason, by_mass = LEFT_ACCOUNT, False
        if channel is not None:
            entry = entry_of(broadcast, address, id="", conversation_id=person.id, now=self._clock())
            weighed = weigh(entry, person, channel.capabilities, now=self._clock())
            by_mass = (address.channel, address.account) in massed and self._crowds.takes(person)
            open_ = by_mass or any(way.open for way in weighed)
            # The first way is the one that people know; why the others are shut says less.
            reason = "" if open_ else (weighed[0].reason if weighed else Reason.NO_TEMPLATE).value
        who = person.contact_id or person.id
        return Planned(person=who, conversation_id=person.id, address=address, reason=reason, by_mass=by_mass)

    def _post(self, broadcast: Broadcast, account: str, channel: Channel) -> Planned:
        words = said(broadcast.title, broadcast.text, WEIBO)
        reason = UNPUBLISHABLE if problems(words, WEIBO, channel) else ""
        address = Address(channel=WEIBO, account=account, sender=EVERYBODY)
        return Planned(person=f"{WEIBO}:{account}:{EVERYBODY}", conversation_id="", address=address, reason=reason)


async def _portions(numbers: Sequence[str]) -> AsyncIterator[Sequence[str]]:
    for place in range(0, len(numbers), _AT_ONCE):
        yield numbers[place : place + _AT_ONCE]
