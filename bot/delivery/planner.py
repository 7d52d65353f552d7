"""Which ways reach this person now, in which order."""

from collections.abc import Sequence
from datetime import datetime

from channels.base import Capabilities
from channels.messages import PUBLIC_INVITATION, Via
from storage.records import Conversation, OutboxEntry


def ways(entry: OutboxEntry, conversation: Conversation, capabilities: Capabilities, *, now: datetime) -> Sequence[Via]:
    """The ways to try for ``entry``, best first; empty where the person cannot be reached on this channel.

    Free text needs the window that the person's last message opened; a template or subscribe message needs a
    notice that has one. Somebody who left the account gets neither: only a subscribe message, to which they
    consented, still arrives. In public goes the invitation and nothing else, and it goes no other way.
    """
    return [way for way in capabilities.ways if _open(way, entry, conversation, capabilities, now)]


def _open(way: Via, entry: OutboxEntry, conversation: Conversation, capabilities: Capabilities, now: datetime) -> bool:
    if (way is Via.PUBLIC) is not (entry.notice == PUBLIC_INVITATION):
        return False
    match way:
        case Via.CUSTOMER_SERVICE:
            return conversation.reachable and window_open(conversation, now=now)
        case Via.TEMPLATE:
            return conversation.reachable and entry.notice in capabilities.notices
        case Via.SUBSCRIBE:
            return entry.notice in capabilities.notices
        case Via.SMS | Via.PUBLIC | Via.DIRECT:
            return True
        case Via.PASSIVE:
            return False


def window_open(conversation: Conversation, *, now: datetime) -> bool:
    """Whether a free message may go out: the platform's window is open and not used up."""
    if conversation.grant_until is None or conversation.grant_until <= now:
        return False
    return conversation.grant_left is None or conversation.grant_left > 0
