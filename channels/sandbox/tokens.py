"""Access tokens: the old way, where each call ends the earlier one, and the stable way."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from channels.sandbox.errcodes import ApiError

_LIFE = timedelta(hours=2)
_OVERLAP = timedelta(minutes=5)
_FORCED_APART = timedelta(seconds=30)
_FORCED_A_DAY = 20
_PLAIN_A_DAY = 2000
_REMEMBERED = 100


@dataclass(slots=True)
class _Token:
    text: str
    until: datetime
    killed: bool = False


class Tokens:
    """Who may call. ``make`` gives the text of a new token."""

    def __init__(self, make: Callable[[], str]) -> None:
        self._make = make
        self._all: list[_Token] = []
        self._plain: _Token | None = None
        self._stable: _Token | None = None
        self._forced: list[datetime] = []
        self._plain_calls: list[datetime] = []

    def plain(self, now: datetime) -> tuple[str, int]:
        """A new token and its seconds; the one before lives five minutes more."""
        self._plain_calls = [at for at in self._plain_calls if now - at < timedelta(days=1)]
        if len(self._plain_calls) >= _PLAIN_A_DAY:
            raise ApiError(45009)
        self._plain_calls.append(now)
        self._shorten(self._plain, now)
        self._plain = self._issue(now)
        return self._plain.text, int(_LIFE.total_seconds())

    def stable(self, now: datetime, *, force: bool) -> tuple[str, int]:
        """The valid token; a new one in its last five minutes (both valid), or when forced (the old one dies)."""
        current = self._stable
        if force and self._may_force(now):
            if current:
                current.killed = True
            current = None
        if current is None or current.killed or current.until - now <= _OVERLAP:
            self._shorten(current, now)
            current = self._stable = self._issue(now)
        return current.text, int((current.until - now).total_seconds())

    def check(self, text: str, now: datetime) -> None:
        """Raises ApiError unless ``text`` is a token that is valid now."""
        if not text:
            raise ApiError(41001)
        token = next((t for t in self._all if t.text == text), None)
        if token is None or token.killed:
            raise ApiError(40001)
        if token.until <= now:
            raise ApiError(42001)

    def end_all(self, now: datetime, *, as_expired: bool) -> None:
        """For tests: every token is over, as expired (42001) or as invalid (40001)."""
        for token in self._all:
            token.until = min(token.until, now)
            token.killed = token.killed or not as_expired

    def _may_force(self, now: datetime) -> bool:
        self._forced = [at for at in self._forced if now - at < timedelta(days=1)]
        if len(self._forced) >= _FORCED_A_DAY:
            raise ApiError(45009)
        if self._forced and now - self._forced[-1] < _FORCED_APART:
            return False
        self._forced.append(now)
        return True

    def _issue(self, now: datetime) -> _Token:
        token = _Token(self._make(), now + _LIFE)
        self._all = [*self._all, token][-_REMEMBERED:]
        return token

    def _shorten(self, token: _Token | None, now: datetime) -> None:
        if token:
            token.until = min(token.until, now + _OVERLAP)
