"""How fast an account may send, and how much on one day."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from storage.daily_counts import DailyCounts

_CHINA = timedelta(hours=8)
STREAMS = 2
"""Portions of one account that are under way at once: each is a write of the store, so few and large."""
SHARE = 0.25
"""A portion is what goes out in this part of a second, so that a pause is heeded within one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """By channel: recipients a second, and a day (0: as many as there are). ``at_once``: how many are under way."""

    per_second: Mapping[str, float] = field(default_factory=dict)
    per_day: Mapping[str, int] = field(default_factory=dict)
    at_once: int = 200

    def portion(self, channel: str) -> int:
        """How many are marked and sent together."""
        rate, most = self.per_second.get(channel, 0), max(1, self.at_once // STREAMS)
        return most if rate <= 0 else max(1, min(most, int(rate * SHARE)))


class Pacer:
    """Spaces portions of one broadcast, for each account by itself."""

    def __init__(self, rates: Rates, daily: DailyCounts, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._rates = rates
        self._daily = daily
        self._monotonic = monotonic
        self._free_at: dict[tuple[str, str], float] = {}

    def turn(self, channel: str, account: str, messages: int) -> float:
        """Take the next turn of the account for a portion; give the seconds until it comes."""
        rate, now = self._rates.per_second.get(channel, 0), self._monotonic()
        begins = max(now, self._free_at.get((channel, account), 0.0))
        if rate > 0:
            self._free_at[channel, account] = begins + messages / rate
        return begins - now

    async def room(self, channel: str, account: str, messages: int, *, now: datetime) -> int:
        """Count up to ``messages`` against today's quota; give how many may go."""
        most = self._rates.per_day.get(channel, 0)
        if most <= 0:
            return messages
        return await self._daily.spend_some(f"broadcast:{channel}:{account}", messages, most=most, now=now)


def tomorrow(now: datetime) -> datetime:
    """When the next day of China begins."""
    local = now + _CHINA
    return local.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1) - _CHINA
