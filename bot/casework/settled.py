"""What the effects of a turn come to, and those of them that are about the person alone."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from dialogs.outcome import FollowTopic, UnfollowTopic
from storage.commit import Change
from storage.contacts import ContactEvent
from storage.records import Conversation
from storage.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """The effects of one turn. ``kick``: outbox entries to deliver once the commit is done.

    The rest goes into the conversation's own change (``Conversations.advance``); ``known``: further fields of the
    conversation by name, as they are from now on.
    """

    changes: tuple[Change, ...] = ()
    kick: tuple[str, ...] = ()
    reachable: bool | None = None
    consent_version: str | None = None
    consent_sensitive: bool = False
    known: Mapping[str, Any] = field(default_factory=dict, repr=False)


def unlinked(settled: Settled, conversation: Conversation, store: Store, now: datetime) -> Settled:
    """They left the account: nothing is begun here any more, and their other ways to us stay theirs."""
    event = ContactEvent(
        at=now,
        kind="left",
        contact_id=conversation.contact_id or conversation.id,
        conversation_id=conversation.id,
    )
    nothing: frozenset[str] = frozenset()
    return replace(
        settled,
        reachable=False,
        changes=(*settled.changes, store.contacts.record(event)),
        known={**settled.known, "binding": None, "tags": nothing, "topics": nothing, "left_at": now},
    )


def following(settled: Settled, effect: FollowTopic | UnfollowTopic, conversation: Conversation) -> Settled:
    """They want the notices of a topic, or not any more."""
    topics: frozenset[str] = settled.known.get("topics", conversation.topics)
    if isinstance(effect, FollowTopic):
        topics |= {effect.topic}
    else:
        topics -= {effect.topic} if effect.topic else topics
    return replace(settled, known={**settled.known, "topics": topics})
