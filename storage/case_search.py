"""Finding cases by words without keeping a word: keyed digests of every two characters that stand together.

What is given to be searched is a redacted copy of a case; what is kept of it nobody reads. The digests find candidates;
whether the words stand there as a whole, the case itself tells.
"""

import re
from collections.abc import Iterable, Sequence

from storage.case_documents import CASES
from storage.driver import Database
from storage.personal_data import Vault

CASE_SEARCH = "case_search"
DUE = "search_due"
"""Marks a case whose words are new or were changed."""
MOST_PAIRS = 400
"""Of one case: some 500 characters, which most petitions do not have."""
_BYTES = 8
_PLACE = "case search"
_RUNS = re.compile(r"\w+")


def pairs_of(text: str) -> list[str]:
    """Every two characters that stand together in ``text``, each once, in order; signs and blanks part them."""
    runs = _RUNS.findall(text.lower())
    return list(dict.fromkeys(run[at : at + 2] for run in runs for at in range(len(run) - 1)))


class CaseSearch:
    """The digests of each case."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._search = database[CASE_SEARCH]
        self._cases = database[CASES]
        self._vault = vault

    async def due(self, limit: int) -> Sequence[tuple[str, int]]:
        """Give cases that are new to the search, or were changed: number and version."""
        found = await self._cases.find({DUE: True}, limit=limit, projection={"version": 1})
        return [(each["_id"], each["version"]) for each in found]

    async def keep(self, number: str, version: int, text: str) -> None:
        """Make the case of that version findable by the words of ``text``: without what tells who filed it."""
        digests = self._digests(pairs_of(text)[:MOST_PAIRS])
        await self._search.update_one({"_id": number}, {"$set": {"pairs": digests}}, upsert=True)
        await self._cases.update_one({"_id": number, "version": version}, {"$unset": {DUE: ""}})

    async def find(self, words: str, limit: int) -> Sequence[str]:
        """Give the numbers of cases that may hold all of ``words``, the newest first; none for a single character."""
        digests = self._digests(pairs_of(words))
        if not digests:
            return ()
        found = await self._search.find({"pairs": {"$all": digests}}, sort=(("_id", -1),), limit=limit)
        return [each["_id"] for each in found]

    async def begin(self) -> None:
        """Where nothing was ever made findable, have everything made so."""
        if await self._search.find_one({}) is None:
            await self._cases.update_many({DUE: {"$exists": False}}, {"$set": {DUE: True}})

    async def forget(self, number: str) -> None:
        await self._search.delete_one({"_id": number})

    def _digests(self, pairs: Iterable[str]) -> list[bytes]:
        return [self._vault.hash_code(pair, _PLACE)[:_BYTES] for pair in pairs]
