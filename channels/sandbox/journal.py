"""Every call in both directions, for assertions and for the curious; bounded, in memory."""

from collections import deque
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

_KEPT = 1000
_BODY = 16_384
_HIDDEN = frozenset({"secret", "appsecret"})


@dataclass(slots=True, kw_only=True)
class Entry:
    """``direction``: "call" (the bot asks the platform) or "push" (the platform calls the bot).

    ``body`` of a push is the message inside the envelope; ``answer`` is the errcode of a call, or the verdict on
    the bot's answer.
    """

    direction: str
    at: datetime
    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    body: str = ""
    status: int = 0
    answer: str = ""
    seconds: float = 0.0
    number: int = 0


class Journal:
    def __init__(self) -> None:
        self._entries: deque[Entry] = deque(maxlen=_KEPT)
        self._number = 0

    def add(self, entry: Entry) -> Entry:
        self._number += 1
        entry.number = self._number
        entry.body = entry.body[:_BODY]
        entry.query = {key: "***" if key in _HIDDEN else value for key, value in entry.query.items()}
        self._entries.append(entry)
        return entry

    def listed(self, *, path: str = "", after: int = 0, limit: int = 200) -> list[dict[str, Any]]:
        fitting = [e for e in self._entries if e.number > after and path in ("", e.path)]
        return [{**asdict(entry), "at": entry.at.isoformat()} for entry in fitting[:limit]]

    def clear(self) -> None:
        self._entries.clear()
