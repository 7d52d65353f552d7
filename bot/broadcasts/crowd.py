"""Telling many people by one call of the platform's (WeChat's mass messages), where an account is allowed to.

Who wrote lately is written to by themselves: that costs none of the few mass messages of a month.
"""

import hashlib
from collections.abc import Mapping, Sequence

from bot.broadcasts.words import said
from bot.delivery.planner import window_open
from bot.delivery.sending import SEND_SECONDS, sent_within
from bot.metrics import Metrics
from channels.base import Channel, Clock, SendsToMany
from channels.errors import AccountBroken, Busy, DailyQuotaUsed, OutcomeUnknown, RecipientGone, SendFailed
from channels.messages import Purpose, Sent, Via
from storage.broadcast_records import Broadcast, Recipient
from storage.records import Conversation
from storage.store import Store

Told = tuple[Recipient, Sent | SendFailed | None, Via | None]


class Crowds:
    """Who may be told together, whether there is one more such message this month, and telling them."""

    def __init__(
        self, *, store: Store, channels: Mapping[tuple[str, str], Channel], clock: Clock, metrics: Metrics | None = None
    ) -> None:
        self._store = store
        self._channels = channels
        self._clock = clock
        self._metrics = metrics

    def takes(self, person: Conversation) -> bool:
        """Whether a mass message is the way to ``person``, if the account has one left."""
        address = person.address
        channel = self._channels.get((address.channel, address.account))
        return (
            isinstance(channel, SendsToMany)
            and channel.capabilities.mass_monthly > 0
            and person.reachable
            and Purpose.BROADCAST not in person.stopped
            and not window_open(person, now=self._clock())
        )

    async def has_room(self, broadcast: Broadcast, account: tuple[str, str]) -> bool:
        """Whether ``broadcast`` could go so this month; nothing is counted."""
        return (most := self._most(account)) > 0 and await self._store.monthly.has_room(
            _name(account), broadcast.id, most=most, now=self._clock()
        )

    async def take_turn(self, broadcast: Broadcast, account: tuple[str, str]) -> bool:
        """Count ``broadcast`` among the month's; False: they are used up. However often it is asked, it counts once."""
        return await self._store.monthly.take(_name(account), broadcast.id, most=self._most(account), now=self._clock())

    async def send(self, broadcast: Broadcast, crowd: Sequence[Recipient]) -> Sequence[Told]:
        """Tell ``crowd``, all of one account; those who are not in the answer are to be told one by one."""
        if not crowd:
            return ()
        address = crowd[0].address
        channel = self._channels.get((address.channel, address.account))
        if not isinstance(channel, SendsToMany):
            return ()
        text = said(broadcast.title, broadcast.text, address.channel)
        people = [each.address.sender for each in crowd]
        result = await sent_within(SEND_SECONDS, channel.send_to_many(text, people, key=_key(crowd)), broadcast.id)
        self._count(address.channel, result)
        if isinstance(result, RecipientGone) and len(crowd) > 1:
            # One of them spoils it for all: the others are found by halves.
            half = len(crowd) // 2
            return [*await self.send(broadcast, crowd[:half]), *await self.send(broadcast, crowd[half:])]
        for_all = isinstance(result, Sent | AccountBroken | Busy | DailyQuotaUsed | OutcomeUnknown)
        # After anything else nobody was told, and another way may be open.
        return [(each, result, Via.MASS) for each in crowd] if for_all else ()

    def _most(self, account: tuple[str, str]) -> int:
        channel = self._channels.get(account)
        return 0 if channel is None else channel.capabilities.mass_monthly

    def _count(self, channel: str, result: Sent | SendFailed) -> None:
        if self._metrics is not None:
            outcome = "sent" if isinstance(result, Sent) else result.code
            self._metrics.send_attempts.labels(channel=channel, via=Via.MASS, outcome=outcome).inc()


def _name(account: tuple[str, str]) -> str:
    return f"mass:{account[0]}:{account[1]}"


def _key(crowd: Sequence[Recipient]) -> str:
    """The same for the same people of the same broadcast: their ids are made of both."""
    return hashlib.sha256("\n".join(sorted(each.id for each in crowd)).encode()).hexdigest()
