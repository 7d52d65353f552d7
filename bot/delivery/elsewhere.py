"""Where else a notice of a case reaches its reader, when the conversation it was made for is shut.

First the other accounts on which the same contact writes to us, then the phone that is bound to the contact, then the
phone that was given with the case. Texts lie open on a phone, and a number that nobody proved may be mistyped: they
say number and state, never what it is about. The phone of a case serves its filer alone, and not where the filer wants
to stay unknown.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass

from bot.delivery.brief import Brief, briefly
from bot.delivery.reasons import Reason
from channels.base import Channel, Clock
from channels.messages import Address, Purpose
from channels.sms.numbers import NotANumber, canonical, is_mainland_mobile
from storage.cases import Case
from storage.records import Conversation, OutboxEntry
from storage.store import Store

SMS = "sms"


@dataclass(frozen=True, slots=True, kw_only=True)
class Elsewhere:
    """Another conversation that reaches the reader; ``words``: what is said there, None: what was to be said."""

    conversation: Conversation
    channel: Channel
    reason: Reason
    words: Brief | None = None


class OtherPlaces:
    """Finds them. Reads only when asked, and only as far as is needed."""

    def __init__(self, *, store: Store, channels: Mapping[tuple[str, str], Channel], clock: Clock) -> None:
        self._store = store
        self._channels = channels
        self._clock = clock

    async def of(self, entry: OutboxEntry, conversation: Conversation) -> AsyncIterator[Elsewhere]:
        """Give them, best first; none for what is no notice of a case, and none past a stop of the same person."""
        if entry.purpose is not Purpose.CASE_NOTICE or entry.purpose in conversation.stopped:
            return
        contact_id = conversation.contact_id
        kin = await self._store.contacts.conversations(contact_id) if contact_id else ()
        others = await self._store.conversations.get_many([one for one in kin if one != conversation.id])
        for each in others:
            channel = self._channels.get((each.address.channel, each.address.account))
            if channel is not None and each.address.channel != SMS:
                yield Elsewhere(conversation=each, channel=channel, reason=Reason.OTHER_CHANNEL)
        contact = await self._store.contacts.get(contact_id) if contact_id else None
        bound = contact.phone if contact else ""
        if bound and (place := await self._texted(entry, conversation, bound, Reason.BOUND_PHONE)):
            yield place
            others = [*others, place.conversation]
        if any(entry.purpose in each.stopped for each in others):
            # The number that was given with the case is no way around what the same person stopped.
            return
        given = await self._phone_of_case(entry, {conversation.id, *kin})
        if given and given != bound and (place := await self._texted(entry, conversation, given, Reason.CASE_PHONE)):
            yield place

    async def _texted(
        self, entry: OutboxEntry, conversation: Conversation, phone: str, reason: Reason
    ) -> Elsewhere | None:
        """The first account that can text ``phone``; whoever opted out of one of ours opted out of all."""
        accounts = self._accounts(entry)
        if not accounts or conversation.address.sender == phone:
            return None
        now = self._clock()
        addresses = [Address(channel=SMS, account=account, sender=phone) for account, _ in accounts]
        reached = [await self._store.conversations.ensure(address, now=now) for address in addresses]
        chosen = next((each for each in reached if entry.purpose in each.stopped), reached[0])
        # What is no step of a case (a reminder of a reception day) is short, and meant for whoever holds the phone.
        words = briefly(entry.fields, bound=reason is Reason.BOUND_PHONE) if entry.case_number else None
        return Elsewhere(
            conversation=chosen, channel=dict(accounts)[chosen.address.account], reason=reason, words=words
        )

    def _accounts(self, entry: OutboxEntry) -> Sequence[tuple[str, Channel]]:
        return [
            (account, channel)
            for (name, account), channel in self._channels.items()
            if name == SMS and (channel.capabilities.free_text or entry.notice in channel.capabilities.notices)
        ]

    async def _phone_of_case(self, entry: OutboxEntry, readers: set[str]) -> str:
        case = await self._store.cases.get(entry.case_number) if entry.case_number else None
        if case is None or case.filer.conversation_id not in readers or _unknown(case):
            return ""
        try:
            phone = canonical(case.filer.phone)
        except NotANumber:
            return ""
        return phone if is_mainland_mobile(phone) else ""


def _unknown(case: Case) -> bool:
    """Whether a text that lies open on a phone could tell others what the filer wants kept from them."""
    return case.anonymous or case.confidential or case.accusation
