"""When a failed delivery is tried again."""

import random
from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Backoff:
    """Doubling waits with jitter, bounded in length and in number.

    With the defaults a platform that is away for about seven hours (at least four) costs nobody a message.
    """

    first_seconds: float = 2.0
    longest_seconds: float = 900.0
    tries: int = 45

    def exhausted(self, tries: int) -> bool:
        """Whether ``tries`` attempts are all there will be."""
        return tries >= self.tries

    def wait(self, tries: int, chance: random.Random, *, at_least: float | None = None) -> timedelta:
        """The time until the next attempt after ``tries`` attempts; ``at_least`` is the platform's own wish."""
        plain = min(self.longest_seconds, self.first_seconds * 2 ** min(tries - 1, 20))
        jittered = plain * chance.uniform(0.5, 1.0)
        return timedelta(seconds=max(jittered, at_least or 0.0))
