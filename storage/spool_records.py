"""What one call brought, as it lies in the spool: JSON, sealed as a whole with what arrived beside it.

A key that this version does not know is passed over; half a surrogate pair, which a part of a long text may begin or
end with, is kept.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from channels.messages import Inbound, MessagePart, Receipt, ReceiptState
from storage.errors import BatchUnreadable
from storage.inbound_json import Json, inbound_from_json, inbound_to_json


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What arrived at once. ``stamp``: of the first message; the others' and the parts' follow one by one."""

    stamp: int
    messages: Sequence[Inbound] = ()
    receipts: Sequence[Receipt] = ()
    parts: Sequence[MessagePart] = ()

    @property
    def size(self) -> int:
        """How many things it holds."""
        return len(self.messages) + len(self.receipts) + len(self.parts)


def encoded(record: Record) -> bytes:
    """One record, to be joined with others by ``joined``."""
    value = {
        "messages": [inbound_to_json(message) for message in record.messages],
        "receipts": [_receipt(receipt) for receipt in record.receipts],
        "parts": [_part(part) for part in record.parts],
    }
    kept = {"stamp": record.stamp, **{key: each for key, each in value.items() if each}}
    return json.dumps(kept, separators=(",", ":")).encode()


def joined(records: Sequence[bytes]) -> bytes:
    """The content of a batch."""
    return b"[" + b",".join(records) + b"]"


def decoded(batch: bytes) -> list[Record]:
    """The records of a batch.

    Raises:
        BatchUnreadable: it is none that this version, or an older one, has written.
    """
    try:
        return [_record(each) for each in json.loads(batch)]
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError) as error:
        raise BatchUnreadable(type(error).__name__) from None


def _record(value: Mapping[str, Any]) -> Record:
    return Record(
        stamp=int(value["stamp"]),
        messages=tuple(inbound_from_json(each) for each in value.get("messages", ())),
        receipts=tuple(_receipt_from(each) for each in value.get("receipts", ())),
        parts=tuple(_part_from(each) for each in value.get("parts", ())),
    )


def _receipt(receipt: Receipt) -> Json:
    return {
        "channel": receipt.channel,
        "account": receipt.account,
        "state": receipt.state.value,
        "at": receipt.at.isoformat(),
        "provider_id": receipt.provider_id,
        "message_id": receipt.message_id,
        "reason": receipt.reason,
    }


def _receipt_from(value: Mapping[str, Any]) -> Receipt:
    return Receipt(
        channel=value["channel"],
        account=value["account"],
        state=ReceiptState(value["state"]),
        at=datetime.fromisoformat(value["at"]),
        provider_id=value["provider_id"],
        message_id=value["message_id"],
        reason=value["reason"],
    )


def _part(part: MessagePart) -> Json:
    return {
        "inbound": inbound_to_json(part.inbound),
        "reference": part.reference,
        "number": part.number,
        "total": part.total,
    }


def _part_from(value: Mapping[str, Any]) -> MessagePart:
    return MessagePart(
        inbound=inbound_from_json(value["inbound"]),
        reference=value["reference"],
        number=value["number"],
        total=value["total"],
    )
