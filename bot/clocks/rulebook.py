"""The rules in force, in each process: read anew every few seconds, so that clocks can be set without a question."""

import asyncio

import structlog

from bot.clocks.rules import Rules, rule_of
from storage.clock_rules import ClockRules
from storage.errors import StorageError

REFRESH_S = 3.0


class RuleBook:
    """Calling it gives the rules in force."""

    def __init__(self, kept: ClockRules) -> None:
        self._kept = kept
        self._rules = Rules()
        self.number = 0
        """The version that was read last; 0: the law's alone."""

    def __call__(self) -> Rules:
        return self._rules

    async def refresh(self) -> None:
        """Read the newest version.

        Raises:
            StorageError: it could not be read; what was read before goes on.
        """
        newest = await self._kept.newest()
        if newest is not None and newest.number != self.number:
            self._rules = Rules([rule_of(each) for each in newest.rules])
            self.number = newest.number

    async def keep_fresh(self) -> None:
        """For ever."""
        while True:
            await asyncio.sleep(REFRESH_S)
            try:
                await self.refresh()
            except StorageError as error:
                structlog.get_logger().warning("clock_rules.not_read", error=error.code)
