"""Delivery reports, which the platform posts as events."""

from collections.abc import Sequence
from datetime import datetime

from channels.messages import Receipt, ReceiptState
from channels.wechat.events import subscription_entries
from channels.wechat.wire import Fields, leaf

_LONGEST_REASON = 64
_REPORTS = frozenset({"templatesendjobfinish", "masssendjobfinish", "subscribe_msg_sent_event"})
_DELIVERED = frozenset({"success", "send success", "sendsuccess"})


def is_report(fields: Fields) -> bool:
    return leaf(fields, "MsgType").lower() == "event" and leaf(fields, "Event").lower() in _REPORTS


def read_receipts(fields: Fields, *, account: str, at: datetime) -> Sequence[Receipt]:
    """What became of what we sent: one template or mass message, or several subscribe messages.

    A report that names no message is left out; so is that of a mass message that went out: it counts the people whom
    the platform left out, and names none.
    """
    event = leaf(fields, "Event").lower()
    if event == "subscribe_msg_sent_event":
        found = [_of_subscription(entry) for entry in subscription_entries(fields)]
    elif event == "masssendjobfinish" and leaf(fields, "Status").lower() in _DELIVERED:
        found = []
    else:
        # MsgID with a capital D in a template's report; the mass report has been seen with both spellings.
        found = [(leaf(fields, "MsgID") or leaf(fields, "MsgId"), *_state(leaf(fields, "Status")))]
    return [
        Receipt(channel="wechat", account=account, state=state, at=at, provider_id=number, reason=reason)
        for number, state, reason in found
        if number
    ]


def _state(status: str) -> tuple[ReceiptState, str]:
    if status.lower() in _DELIVERED:
        return ReceiptState.DELIVERED, ""
    return ReceiptState.FAILED, (status or "unknown")[:_LONGEST_REASON]


def _of_subscription(entry: Fields) -> tuple[str, ReceiptState, str]:
    if leaf(entry, "ErrorCode") == "0":
        return leaf(entry, "MsgID"), ReceiptState.DELIVERED, ""
    reason = f"{leaf(entry, 'ErrorCode')} {leaf(entry, 'ErrorStatus')}".strip()
    return leaf(entry, "MsgID"), ReceiptState.FAILED, (reason or "unknown")[:_LONGEST_REASON]
