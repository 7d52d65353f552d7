"""Where somebody scanned a QR code of ours: it hangs at a place, and what they tell next is most likely of there."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from channels.messages import EventName, Inbound
from dialogs.outcome import Effect, FileCase, Heard
from dialogs.text.clean import clean

SCAN_LASTS = timedelta(hours=24)
"""So long after a scan is the next petition taken to be of its place."""
_LONGEST_PLACE = 64
_BY_A_CODE = frozenset({EventName.SCANNED, EventName.SUBSCRIBED})


def place_scanned(message: Inbound) -> str:
    """The place of the code that was scanned, its district before it; empty where it was none of ours."""
    event = message.event
    if event is None or event.name not in _BY_A_CODE:
        return ""
    place, district = (clean(event.details.get(name, ""))[:_LONGEST_PLACE].strip() for name in ("place", "district"))
    return place if not place or district in place else f"{district}{place}"


def with_scans(kept: Mapping[str, Any], heard: Sequence[Heard], now: datetime) -> dict[str, Any]:
    """``kept``, and the place of the last code in ``heard``."""
    places = [place for one in heard if (place := place_scanned(one.message))]
    return {**kept, "scan": {"place": places[-1], "at": now.isoformat()}} if places else dict(kept)


def scanned(kept: Mapping[str, Any], now: datetime) -> str:
    """The place of the code that was scanned last, while that still counts."""
    scan = kept["scan"]
    return str(scan["place"]) if scan and now - datetime.fromisoformat(scan["at"]) <= SCAN_LASTS else ""


def scan_after(kept: Mapping[str, Any], effects: Sequence[Effect]) -> Mapping[str, Any]:
    """What is kept of the scan: a filed case uses it up."""
    found: Mapping[str, Any] = {} if any(isinstance(effect, FileCase) for effect in effects) else kept["scan"]
    return found
