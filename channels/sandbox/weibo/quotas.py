"""What the account may call and post in which time."""

from collections import deque
from datetime import datetime, timedelta, timezone

from channels.sandbox.weibo.errcodes import ApiError

CALLS_A_DAY = 100
POSTS_AN_HOUR = 30
_CHINA = timezone(timedelta(hours=8))


class Quotas:
    """``calls_a_day`` may be changed by hand. Private messages are not counted: their windows bound them."""

    def __init__(self) -> None:
        self.calls_a_day = CALLS_A_DAY
        self.calls = 0
        self._day = ""
        self._posts: deque[datetime] = deque()

    def count_call(self, now: datetime) -> None:
        """Raises ApiError 10023 where the day's calls are used up."""
        today = now.astimezone(_CHINA).date().isoformat()
        if today != self._day:
            self._day, self.calls = today, 0
        if self.calls >= self.calls_a_day:
            raise ApiError(10023)
        self.calls += 1

    def count_post(self, now: datetime) -> None:
        """Raises ApiError 20016 where too much was posted within an hour."""
        while self._posts and self._posts[0] <= now - timedelta(hours=1):
            self._posts.popleft()
        if len(self._posts) >= POSTS_AN_HOUR:
            raise ApiError(20016)
        self._posts.append(now)
