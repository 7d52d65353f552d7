"""Posts and comments that everybody reads: those that name the account, and the account's own."""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Any

_KEPT = 1000
_CHINA = timezone(timedelta(hours=8))
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def weibo_time(at: datetime) -> str:
    """As the platform writes it: "Mon Jul 16 18:09:20 +0800 2012"."""
    here = at.astimezone(_CHINA)
    return f"{_DAYS[here.weekday()]} {_MONTHS[here.month - 1]} {here:%d %H:%M:%S} +0800 {here.year}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """A post, or (where ``status`` names one) a comment under it."""

    id: int
    uid: str
    name: str
    text: str
    at: datetime
    status: int = 0
    under: int = 0
    lists: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        user = {"id": int(self.uid), "idstr": self.uid, "screen_name": self.name}
        told: dict[str, Any] = {
            "created_at": weibo_time(self.at),
            "id": self.id,
            "idstr": str(self.id),
            "text": self.text,
            "user": user,
        }
        if self.status:
            told["status"] = {"id": self.status, "idstr": str(self.status)}
        return told


@dataclass(slots=True)
class Square:
    """All of it, the newest last. ``lists`` of each say where it is read: to_me, comment_mentions, status_mentions."""

    _words: deque[Words] = field(default_factory=lambda: deque(maxlen=_KEPT))

    def put(self, words: Words) -> Words:
        self._words.append(words)
        return words

    def get(self, number: str) -> Words | None:
        return next((words for words in self._words if str(words.id) == number), None)

    def of(self, uid: str) -> list[Words]:
        return [words for words in self._words if words.uid == uid]

    def under(self, status: int) -> list[Words]:
        return [words for words in self._words if words.status == status]

    def listed(self, name: str, query: Mapping[str, str]) -> list[Words]:
        """Newest first, those after ``since_id`` alone, ``count`` (1 to 200, else 50) of them."""
        since, count = int(query.get("since_id", "0") or 0), int(query.get("count", "50") or 50)
        found = [words for words in reversed(self._words) if name in words.lists and words.id > since]
        return found[: min(max(count, 1), 200)]
