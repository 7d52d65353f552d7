"""How an entry of the outbox is changed where its new value hangs on the old one: pipelines that MongoDB runs.

"$literal": in these updates a text that begins with "$" would be taken for a field's name.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from channels.messages import Via
from storage.driver import Document
from storage.outbox_documents import ATTEMPTS_KEPT, attempt_to_document, decision_to_document
from storage.records import Attempt, DeliveryState

QUEUED, SENDING = DeliveryState.QUEUED.value, DeliveryState.SENDING.value


def claiming(token: str, until: datetime) -> Sequence[Mapping[str, Any]]:
    """Take an entry under a lease until ``until``."""
    mine = {"$literal": token}
    another = {"$and": [{"$eq": ["$state", SENDING]}, {"$ne": ["$lease_token", mine]}]}
    return [
        {
            "$set": {
                "maybe_twice": {"$or": [{"$ifNull": ["$maybe_twice", False]}, another]},
                "state": SENDING,
                "lease_token": mine,
                "lease_until": until,
                "wake_at": until,
            }
        },
        # The way is chosen anew; what was leased to a webhook is not its any more; and the wait is over.
        {"$unset": ["via", "waits_for"]},
    ]


def recorded(via: Via, provider_id: str, at: datetime, attempt: Attempt) -> Document:
    """The facts of a sending that the platform took."""
    tried = {"$concatArrays": ["$attempts", [{"$literal": attempt_to_document(attempt)}]]}
    # A receipt may have settled it already, by our own id: that state stands.
    still_sending = {"$eq": ["$state", SENDING]}
    facts: Document = {
        "state": {"$cond": [still_sending, DeliveryState.SENT.value, "$state"]},
        "via": via.value,
        "sent_at": at,
        "attempts": {"$slice": [tried, -ATTEMPTS_KEPT]},
    }
    if attempt.decision:
        facts["decision"] = {"$literal": decision_to_document(attempt.decision)}
    if provider_id:
        theirs = {"$literal": provider_id}
        facts |= {"provider_id": theirs, "provider_key": {"$concat": ["$channel", ":", "$account", ":", theirs]}}
    return facts
