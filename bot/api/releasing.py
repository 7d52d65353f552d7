"""Freeing the idempotency keys of calls that failed because the store was away, as soon as it is back."""

import asyncio
from contextlib import suppress

from storage.api_answers import HOLD, ApiAnswers, Reservation
from storage.errors import StorageError

_FIRST_PAUSE = 0.1
_LONGEST_PAUSE = 2.0


class Releases:
    """Each key is tried for as long as it would be held. A process that ends leaves them to the end of their hold.

    There are never more than calls that had their key when the store went away: without it no key is reserved.
    """

    def __init__(self, answers: ApiAnswers) -> None:
        self._answers = answers
        self._under_way: set[asyncio.Task[None]] = set()

    async def free(self, reservation: Reservation) -> None:
        """Free the key now where the store is there, else later: whoever waits for this waits for one try."""
        try:
            await self._answers.release(reservation)
        except StorageError:
            task = asyncio.create_task(self._freed(reservation))
            self._under_way.add(task)
            task.add_done_callback(self._under_way.discard)

    async def _freed(self, reservation: Reservation) -> None:
        pause = _FIRST_PAUSE
        with suppress(TimeoutError):
            async with asyncio.timeout(HOLD.total_seconds()):
                while not await self._is_free(reservation):
                    await asyncio.sleep(pause)
                    pause = min(2 * pause, _LONGEST_PAUSE)

    async def _is_free(self, reservation: Reservation) -> bool:
        try:
            await self._answers.release(reservation)
        except StorageError:
            return False
        return True

    async def close(self) -> None:
        """Give up what is still tried."""
        for task in tuple(self._under_way):
            task.cancel()
        await asyncio.gather(*self._under_way, return_exceptions=True)
