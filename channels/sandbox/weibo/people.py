"""Who is behind the phones, and what the account may write to them unasked."""

from dataclasses import dataclass
from datetime import datetime, timedelta

WINDOW = timedelta(hours=48)


@dataclass(slots=True, kw_only=True)
class Person:
    """``left``: private messages that may still be sent until ``until``; None: as many as one likes."""

    id: str
    name: str
    uid: str
    follows: bool = True
    refuses: bool = False
    left: int | None = 0
    until: datetime | None = None

    def speaks(self, now: datetime) -> None:
        """A message, a follow, a menu tap or a scan: two days without a count."""
        self.left, self.until = None, now + WINDOW

    def mentions(self, now: datetime) -> None:
        """A mention: one message, where there is not more already."""
        if not self._is_open(now) or self.left == 0:
            self.left, self.until = 1, now + WINDOW

    def left_at(self, now: datetime) -> int | None:
        """How many messages may be sent now; None: as many as one likes."""
        return self.left if self._is_open(now) else 0

    def leaves(self) -> None:
        self.follows, self.left, self.until = False, 0, None

    def takes_message(self, now: datetime) -> bool:
        """Use the window; False where it is shut, used up, or the person refuses."""
        if self.refuses or not self._is_open(now) or self.left == 0:
            return False
        if self.left is not None:
            self.left -= 1
        return True

    def _is_open(self, now: datetime) -> bool:
        return self.until is not None and self.until > now
