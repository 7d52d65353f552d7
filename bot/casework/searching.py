"""Cases made findable by their words, shortly after they are filed or corrected, by whichever worker comes first."""

import asyncio

from bot import masking
from bot.periodic import repeatedly
from storage.cases import Case
from storage.errors import Unreadable
from storage.store import Store

_EVERY_S = 5.0
_AT_ONCE = 200


class SearchMinder:
    """Two workers that do the same case do it twice and end with the same."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._begun = False

    async def run(self, stop: asyncio.Event) -> None:
        """Until told to stop."""
        await repeatedly(lambda: self._look(stop), stop, name="search", seconds=_EVERY_S)

    async def _look(self, stop: asyncio.Event) -> None:
        if not self._begun:
            await self._store.search.begin()
            self._begun = True
        while not stop.is_set() and await self.make_due() == _AT_ONCE:
            continue

    async def make_due(self) -> int:
        """Make some of what is new findable; give how many.

        Raises:
            StorageError: the store is away.
        """
        due = await self._store.search.due(_AT_ONCE)
        for number, version in due:
            try:
                case = await self._store.cases.get(number)
            except Unreadable:  # it is not to be found, and keeps nobody else from it
                case = None
            await self._store.search.keep(number, version, "" if case is None else searched(case))
        return len(due)


def searched(case: Case) -> str:
    """The redacted copy that searches look at: no name, number or phone of the filer is in it."""
    words = f"{case.title}\n{case.place}\n{case.category}\n{case.content}"
    return masking.text(words, person=case.filer.name)


def holds(case: Case, words: str) -> bool:
    """Whether each of ``words`` stands in the redacted copy."""
    text = searched(case).lower()
    return all(word in text for word in words.lower().split())
