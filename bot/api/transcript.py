"""A conversation's messages in and out as one list in order, page by page.

A cursor is the moment (milliseconds) of the last line shown and how many lines of that moment were shown: the two
collections have no other order in common.
"""

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from storage.errors import BadCursor
from storage.records import ArrivedMessage, OutboxEntry
from storage.store import Store

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MOST_AT_ONCE = 1_000

Line = ArrivedMessage | OutboxEntry


@dataclass(frozen=True, slots=True, kw_only=True)
class _Position:
    milliseconds: int = 0
    shown: int = 0


async def transcript(
    store: Store, conversation_id: str, *, limit: int, cursor: str | None
) -> tuple[Sequence[Line], str | None]:
    """The next ``limit`` lines after ``cursor``, and the cursor of what follows them.

    Raises:
        BadCursor: it is none that this list gave.
    """
    position = _read(cursor) if cursor else _Position()
    since = _EPOCH + timedelta(milliseconds=position.milliseconds)
    wanted = position.shown + limit + 1
    lines: list[Line] = [
        *await store.inbox.onward(conversation_id, limit=wanted, since=since),
        *await _said(store, conversation_id, wanted, since),
    ]
    lines.sort(key=_order)
    end = position.shown + limit
    return lines[position.shown : end], _written(lines[:end]) if len(lines) > end else None


async def _said(store: Store, conversation_id: str, wanted: int, since: datetime) -> Sequence[OutboxEntry]:
    """At least ``wanted``, and all of the last moment: the store has no order among the parts of one answer."""
    said = await store.outbox.onward(conversation_id, limit=wanted, since=since)
    if len(said) < wanted:
        return said
    last = said[-1].created_at
    whole = await store.outbox.onward(conversation_id, limit=_MOST_AT_ONCE, since=last, until=last)
    return [*(entry for entry in said if entry.created_at < last), *whole]


def _order(line: Line) -> tuple[int, bool, datetime]:
    """By time; what was heard before what was answered; parts of one answer as they fall due."""
    due = line.due_at if isinstance(line, OutboxEntry) else line.arrived_at
    return _milliseconds(line), isinstance(line, OutboxEntry), due


def _milliseconds(line: Line) -> int:
    moment = line.created_at if isinstance(line, OutboxEntry) else line.arrived_at
    return (moment - _EPOCH) // timedelta(milliseconds=1)


def _written(shown: Sequence[Line]) -> str:
    last = _milliseconds(shown[-1])
    at_that_moment = sum(_milliseconds(line) == last for line in shown)
    return base64.urlsafe_b64encode(f"{last}.{at_that_moment}".encode()).decode().rstrip("=")


def _read(cursor: str) -> _Position:
    try:
        text = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True).decode()
        milliseconds, shown = map(int, text.split("."))
        position = _Position(milliseconds=milliseconds, shown=shown)
        _ = _EPOCH + timedelta(milliseconds=milliseconds)
    except (binascii.Error, ValueError, OverflowError):
        raise BadCursor from None
    if milliseconds < 0 or not 0 <= shown <= _MOST_AT_ONCE:
        raise BadCursor
    return position
