"""Callbacks whose body is JSON: one object, or an array of several, of which each is read by itself."""

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, TypeVar

import structlog

from channels.base import WebhookRequest, WebhookResponse
from channels.errors import Malformed
from channels.sms.cloud_calls import CHINA

MOST_ITEMS = 500
_LONGEST_VALUE = 8000
_CLOCKS_APART = timedelta(days=7)
_OURS = re.compile(r"[0-9A-Za-z._~-]{1,64}")
_THEIRS = re.compile(r"[!-~]{1,128}")
_CODE = re.compile(r"[0-9A-Za-z._:-]{1,40}")
_TIME = "%Y-%m-%d %H:%M:%S"

Item = dict[str, Any]
Read = TypeVar("Read")


def items_of(request: WebhookRequest) -> Sequence[Item]:
    """The objects in the body of ``request``, be they one or several.

    Raises:
        Malformed: it is no POST, no JSON, or holds nothing of the kind.
    """
    if request.method.upper() != "POST":
        raise Malformed("no POST")
    try:
        body = json.loads(request.body)
    except (ValueError, RecursionError):
        raise Malformed("no JSON") from None
    items = body if isinstance(body, list) else [body]
    if not items or len(items) > MOST_ITEMS or not all(isinstance(item, dict) for item in items):
        raise Malformed("no objects, or too many")
    return items


def read_each(items: Iterable[Item], read: Callable[[Item], Read]) -> list[Read]:
    """What ``read`` makes of each; one that is of no use costs the others nothing.

    Raises:
        Malformed: none was of use.
    """
    found: list[Read] = []
    wrong = 0
    for item in items:
        try:
            found.append(read(item))
        except Malformed:
            wrong += 1
    if not found:
        raise Malformed("nothing that could be read")
    if wrong:
        structlog.get_logger().warning("sms.of_no_use", error=Malformed.code, count=wrong)
    return found


def words(item: Item, name: str) -> str:
    """A value as text: some senders write numbers bare. Empty for all that is neither text nor a whole number."""
    value = item.get(name)
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    return str(value)[:_LONGEST_VALUE] if isinstance(value, str) or abs(value) < 10**30 else ""


def our_id(given: str) -> str:
    """An id of ours that comes back; "" for what cannot be one."""
    return given if _OURS.fullmatch(given) else ""


def their_id(given: str) -> str:
    """An id of the provider's; "" for what cannot be one."""
    return given if _THEIRS.fullmatch(given) else ""


def short_code(given: str, otherwise: str) -> str:
    """A code of the carrier's; never a sentence, which may quote the text or the number."""
    return given if _CODE.fullmatch(given) else otherwise


def moment(given: str, received_at: datetime) -> datetime | None:
    """When it was, in China's own time or in seconds since 1970; None for nonsense and for what lies far from now."""
    try:
        if re.fullmatch(r"[0-9]{9,11}", given):
            at = datetime.fromtimestamp(int(given), CHINA)
        else:
            at = datetime.strptime(given[:19], _TIME).replace(tzinfo=CHINA)
    except ValueError:
        return None
    return at.astimezone(received_at.tzinfo) if abs(at - received_at) < _CLOCKS_APART else None


def made_up_id(*told: str) -> str:
    """Where the provider numbers nothing: a repeat is known by all that it says."""
    return hashlib.sha256("\0".join(told).encode("utf-8", "replace")).hexdigest()


def acknowledgement(**values: object) -> WebhookResponse:
    """Kept: the answer without which the provider brings it again."""
    body = json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode()
    return WebhookResponse(body=body, content_type="application/json; charset=utf-8")
