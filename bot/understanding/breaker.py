"""Leaves alone what keeps failing."""

import time
from collections.abc import Callable

FAILURES = 3
REST_SECONDS = 30.0


class Breaker:
    """After some failures in a row nothing is tried for a while; then one try decides whether to rest again."""

    def __init__(
        self,
        *,
        failures: int = FAILURES,
        rest_seconds: float = REST_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._failures = failures
        self._rest = rest_seconds
        self._clock = clock
        self._row = 0
        self._until = 0.0

    @property
    def resting(self) -> bool:
        """Whether nothing should be tried now."""
        return self._row >= self._failures and self._clock() < self._until

    def succeeded(self) -> None:
        self._row = 0

    def failed(self) -> None:
        self._row += 1
        if self._row >= self._failures:
            self._until = self._clock() + self._rest
