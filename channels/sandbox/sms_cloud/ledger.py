"""How many texts went to whom, and which words were used as a nonce: bounded, by the platform's clock."""

from collections import OrderedDict, deque
from collections.abc import Sequence
from datetime import datetime, timedelta, timezone

from channels.sandbox.sms_cloud.settings import Limit

CHINA = timezone(timedelta(hours=8))
_MOST_KEYS = 10_000
_MOST_TIMES = 200
_DAY = timedelta(days=1)


class Ledger:
    def __init__(self, limits: Sequence[Limit]) -> None:
        self._limits = limits
        self._sent: OrderedDict[str, deque[datetime]] = OrderedDict()

    def submit(self, key: str, now: datetime) -> Limit | None:
        """Count one more for ``key``; where that is too many, the limit it meets, and nothing is counted."""
        sent = self._sent.setdefault(key, deque(maxlen=_MOST_TIMES))
        for limit in self._limits:
            if sum(_within(limit, at, now) for at in sent) >= limit.most:
                return limit
        sent.append(now)
        if len(self._sent) > _MOST_KEYS:
            self._sent.popitem(last=False)
        return None


def _within(limit: Limit, at: datetime, now: datetime) -> bool:
    if limit.seconds == 0:
        return at.astimezone(CHINA).date() == now.astimezone(CHINA).date()
    return now - at < timedelta(seconds=limit.seconds)


class Nonces:
    def __init__(self) -> None:
        self._used: OrderedDict[str, datetime] = OrderedDict()

    def is_new(self, nonce: str, now: datetime) -> bool:
        """Whether ``nonce`` was not used within a day; it is used from now on."""
        known = self._used.get(nonce)
        self._used[nonce] = now
        if len(self._used) > _MOST_KEYS:
            self._used.popitem(last=False)
        return known is None or now - known > _DAY
