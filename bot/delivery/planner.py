"""Which ways reach this person now, in which order, and why each does or does not."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.delivery.reasons import Reason
from channels.base import Capabilities
from channels.messages import PUBLIC_INVITATION, Via
from storage.records import Considered, Conversation, OutboxEntry


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One way of one account, whether it is open, and the reason why, or why not."""

    channel: str
    account: str
    via: Via
    open: bool
    reason: Reason

    def considered(self, *, taken: bool, reason: str = "") -> Considered:
        """The way as it is kept; ``reason``: what else became of it."""
        return Considered(
            channel=self.channel, account=self.account, via=self.via, taken=taken, reason=reason or self.reason.value
        )


def weigh(
    entry: OutboxEntry, conversation: Conversation, capabilities: Capabilities, *, now: datetime
) -> Sequence[Way]:
    """Every way of the conversation's account that there could be for ``entry``, best first.

    Free text needs the window that the person's last message opened; a template or subscribe message needs a
    notice that has one. Somebody who left the account gets neither: only a subscribe message, to which they
    consented, still arrives. What they told us to stop goes no way at all. In public goes the invitation and nothing
    else, and it goes no other way.
    """
    in_public = entry.notice == PUBLIC_INVITATION
    weighed = []
    for via in capabilities.ways:
        if via is Via.PASSIVE or (via is Via.PUBLIC) is not in_public:
            continue
        is_open, reason = False, Reason.OPTED_OUT
        if entry.purpose not in conversation.stopped:
            is_open, reason = _judged(via, entry, conversation, capabilities, now)
        address = conversation.address
        weighed.append(Way(channel=address.channel, account=address.account, via=via, open=is_open, reason=reason))
    return weighed


def ways(entry: OutboxEntry, conversation: Conversation, capabilities: Capabilities, *, now: datetime) -> Sequence[Via]:
    """The open ones of ``weigh``; empty where the person cannot be reached on this channel."""
    return [way.via for way in weigh(entry, conversation, capabilities, now=now) if way.open]


def _judged(
    via: Via, entry: OutboxEntry, conversation: Conversation, capabilities: Capabilities, now: datetime
) -> tuple[bool, Reason]:
    known = entry.notice in capabilities.notices
    match via:
        case Via.CUSTOMER_SERVICE:
            return _free(conversation, now)
        case Via.TEMPLATE | Via.SUBSCRIBE if not known:
            return False, _left_or(Reason.NO_TEMPLATE, conversation, via)
        case Via.TEMPLATE:
            return conversation.reachable, _left_or(Reason.TEMPLATE, conversation, via)
        case Via.SUBSCRIBE:
            refused = capabilities.subscriptions.get(entry.notice) in conversation.refused
            return not refused, Reason.REFUSED if refused else Reason.SUBSCRIBED
        case Via.SMS:
            return _by_text(known=known, free_text=capabilities.free_text, notice=bool(entry.notice))
        case Via.PUBLIC | Via.DIRECT | Via.PASSIVE | Via.MASS:  # the last is no way to one person
            return True, Reason.PUBLIC if via is Via.PUBLIC else Reason.DIRECT


def _left_or(reason: Reason, conversation: Conversation, via: Via) -> Reason:
    return Reason.LEFT if via is Via.TEMPLATE and not conversation.reachable else reason


def _free(conversation: Conversation, now: datetime) -> tuple[bool, Reason]:
    if not conversation.reachable:
        return False, Reason.LEFT
    if window_open(conversation, now=now):
        return True, Reason.WINDOW_OPEN
    used = conversation.grant_until is not None and conversation.grant_until > now
    return False, Reason.GRANT_USED if used else Reason.WINDOW_SHUT


def _by_text(*, known: bool, free_text: bool, notice: bool) -> tuple[bool, Reason]:
    """A gateway of approved templates carries what it has a template for, and nothing else."""
    if free_text or known:
        return True, Reason.PHONE
    return False, Reason.NO_TEMPLATE if notice else Reason.TEMPLATES_ONLY


def window_open(conversation: Conversation, *, now: datetime) -> bool:
    """Whether a free message may go out: the platform's window is open and not used up."""
    if conversation.grant_until is None or conversation.grant_until <= now:
        return False
    return conversation.grant_left is None or conversation.grant_left > 0
