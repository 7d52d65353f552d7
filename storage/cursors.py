"""Cursors: where a list went on, as a text that the next call hands back.

A cursor holds the sort key of the last thing shown, so what is added meanwhile moves nothing.
"""

import base64
import binascii
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from storage.errors import BadCursor

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LONGEST = 256

NEWEST_FIRST = (("created_at", -1), ("_id", -1))


def cursor_after(document: Mapping[str, Any]) -> str:
    """Give the cursor of what follows ``document`` in a list sorted NEWEST_FIRST."""
    milliseconds = (document["created_at"] - _EPOCH) // timedelta(milliseconds=1)
    return base64.urlsafe_b64encode(f"{milliseconds} {document['_id']}".encode()).decode().rstrip("=")


def older_than(cursor: str) -> Mapping[str, Any]:
    """Give the filter of what follows ``cursor`` in a list sorted NEWEST_FIRST.

    Raises:
        BadCursor: it is none of ours.
    """
    created_at, key = _read(cursor)
    return {"$or": [{"created_at": {"$lt": created_at}}, {"created_at": created_at, "_id": {"$lt": key}}]}


def _read(cursor: str) -> tuple[datetime, str]:
    try:
        text = base64.b64decode(cursor[:_LONGEST] + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        milliseconds, _, key = text.decode().partition(" ")
        return _EPOCH + timedelta(milliseconds=int(milliseconds)), key
    except (binascii.Error, ValueError, OverflowError):
        raise BadCursor from None
