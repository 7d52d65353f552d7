"""An outbox entry as a document and back: whom it goes to and what it says is sealed, its progress is not."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from channels.messages import Purpose, Via
from storage.driver import Document
from storage.inbound_json import address_from_json, address_to_json
from storage.personal_data import Vault
from storage.records import Attempt, Considered, DeliveryState, OutboxEntry

OUTBOX = "outbox"
ATTEMPTS_KEPT = 50
REASON_LIMIT = 200
DECISION_LIMIT = 20
"""Ways of one decision that are kept; more than a person can have."""

_AS_THEY_ARE = (
    "conversation_id",
    "created_at",
    "due_at",
    "lease_until",
    "lease_token",
    "sent_at",
    "reply_to",
    "case_number",
    "case_seq",
    "provider_id",
    "reason",
    "maybe_twice",
    "meant_for",
    "attachment",
    "waits_for",
)


def entry_to_document(entry: OutboxEntry, vault: Vault) -> Document:
    # What is empty is left out: the indexes that are sparse then hold only what they are for.
    kept = {name: getattr(entry, name) for name in _AS_THEY_ARE}
    return {
        "_id": entry.id,
        "channel": entry.address.channel,
        "account": entry.address.account,
        "purpose": entry.purpose.value,
        "state": entry.state.value,
        "content": vault.seal_json(_content(entry), f"{OUTBOX}/content/{entry.id}"),
        "attempts": [attempt_to_document(each) for each in entry.attempts],
        **({"via": entry.via.value} if entry.via else {}),
        **_waking(entry),
        **({"decision": decision_to_document(entry.decision)} if entry.decision else {}),
        **{name: value for name, value in kept.items() if value not in (None, "", False)},
    }


def entry_from_document(document: Mapping[str, Any], vault: Vault) -> OutboxEntry:
    content = vault.open_json(document["content"], f"{OUTBOX}/content/{document['_id']}")
    via = document.get("via")
    return OutboxEntry(
        id=document["_id"],
        address=address_from_json(content["address"]),
        text=content["text"],
        buttons=tuple((title, payload) for title, payload in content["buttons"]),
        notice=content["notice"],
        fields=content["fields"],
        url=content["url"],
        author=content.get("author", ""),
        purpose=Purpose(document["purpose"]),
        state=DeliveryState(document["state"]),
        via=None if via is None else Via(via),
        attempts=tuple(map(_attempt, document["attempts"])),
        decision=_decision(document),
        **{name: document[name] for name in _AS_THEY_ARE if document.get(name) is not None},
    )


def attempt_to_document(attempt: Attempt) -> Document:
    return {
        "at": attempt.at,
        "via": attempt.via and attempt.via.value,
        "outcome": attempt.outcome,
        "provider_code": attempt.provider_code[:REASON_LIMIT],
        **({"decision": decision_to_document(attempt.decision)} if attempt.decision else {}),
    }


def decision_to_document(decision: Sequence[Considered]) -> list[Document]:
    return [{**asdict(each), "via": each.via.value} for each in decision[:DECISION_LIMIT]]


def _decision(document: Mapping[str, Any]) -> tuple[Considered, ...]:
    return tuple(Considered(**{**each, "via": Via(each["via"])}) for each in document.get("decision") or ())


def _attempt(document: Mapping[str, Any]) -> Attempt:
    via = document["via"]
    return Attempt(
        at=document["at"],
        via=None if via is None else Via(via),
        outcome=document["outcome"],
        provider_code=document["provider_code"],
        decision=_decision(document),
    )


def _content(entry: OutboxEntry) -> Document:
    return {
        "address": address_to_json(entry.address),
        "text": entry.text,
        "buttons": entry.buttons,
        "notice": entry.notice,
        "fields": dict(entry.fields),
        "url": entry.url,
        **({"author": entry.author} if entry.author else {}),
    }


def _waking(entry: OutboxEntry) -> Document:
    """``wake_at``: when a worker is to look at the entry; absent once none is."""
    if entry.state.final:
        return {}
    queued = entry.state is DeliveryState.QUEUED or entry.lease_until is None
    return {"wake_at": entry.due_at if queued else entry.lease_until}
