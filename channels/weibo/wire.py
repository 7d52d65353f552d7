"""Narrowing what the platform sends: a JSON object, ids of 64 bits kept as strings, times in its own form."""

import json
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, TypeAlias

from channels.errors import Malformed

Fields: TypeAlias = Mapping[str, Any]

_EARLIEST = datetime(2009, 8, 1, tzinfo=UTC)  # the platform is no older
_AHEAD = timedelta(days=1)
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_TIME = re.compile(
    r"[A-Z][a-z]{2} (?P<month>[A-Z][a-z]{2}) (?P<day>\d{1,2}) (?P<hour>\d{2}):(?P<minute>\d{2}):(?P<second>\d{2})"
    r" (?P<zone>[+-]\d{4}) (?P<year>\d{4})",
    re.ASCII,
)
_LONGEST_ID = 20
_DEEPEST = 16
"""Objects within objects; the platform's own are two deep."""


def read_object(body: bytes) -> Fields:
    """The JSON object of a push.

    Raises:
        Malformed: anything else.
    """
    try:
        found = json.loads(body.decode())
    except (ValueError, RecursionError):
        raise Malformed("no JSON in UTF-8") from None
    if not isinstance(found, dict):
        raise Malformed("no JSON object")
    if _is_deep(found):
        raise Malformed("nested too deeply")
    return found


def _is_deep(found: object) -> bool:
    level = [found]
    for _ in range(_DEEPEST):
        level = [each for one in level for each in _within(one)]
    return bool(level)


def _within(one: object) -> Iterable[object]:
    if isinstance(one, dict):
        return one.values()
    return one if isinstance(one, list) else ()


def inner(fields: Fields, name: str) -> Fields:
    """The object under ``name``; an empty one where there is none."""
    found = fields.get(name)
    return found if isinstance(found, dict) else {}


def number(fields: Fields, *names: str) -> str:
    """A 64-bit id as its digits, by the first name that has one; "" where none has."""
    for name in names:
        found = fields.get(name)
        digits = str(found) if isinstance(found, int) and not isinstance(found, bool) else found
        if isinstance(digits, str) and 0 < len(digits) <= _LONGEST_ID and digits.isascii() and digits.isdigit():
            return digits
    return ""


def words(fields: Fields, name: str) -> str:
    """A text as it was written; "" where there is none. Half a surrogate pair, which nothing can keep, is replaced."""
    found = fields.get(name)
    return found.encode("utf-8", "replace").decode() if isinstance(found, str) else ""


def as_json(found: object) -> str:
    """Something that is no text, as text."""
    return json.dumps(found, ensure_ascii=False).encode("utf-8", "replace").decode()


def short(fields: Fields, name: str, most: int = 256) -> str:
    """A key or name, cut to ``most`` characters; a number counts as its digits."""
    found = fields.get(name)
    if isinstance(found, int) and not isinstance(found, bool):
        return str(found)[:most]
    return words(fields, name)[:most]


def sent_at(fields: Fields, received_at: datetime) -> datetime:
    """``created_at`` ("Mon Jul 16 18:09:20 +0800 2012"); ``received_at`` where it is missing or absurd."""
    found = _TIME.fullmatch(words(fields, "created_at"))
    if found is None or found["month"] not in _MONTHS:
        return received_at
    try:
        zone = timezone(timedelta(minutes=_minutes(found["zone"])))
        date = (int(found["year"]), _MONTHS.index(found["month"]) + 1, int(found["day"]))
        time = (int(found["hour"]), int(found["minute"]), int(found["second"]))
        at = datetime(*date, *time, tzinfo=zone).astimezone(UTC)
    except (ValueError, OverflowError):
        return received_at
    return at if _EARLIEST <= at <= received_at + _AHEAD else received_at


def _minutes(zone: str) -> int:
    minutes = int(zone[1:3]) * 60 + int(zone[3:])
    return -minutes if zone[0] == "-" else minutes
