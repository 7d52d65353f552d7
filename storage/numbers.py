"""Case numbers: ``<PREFIX><yymmdd><sequence><check digit>``, as ``WF261121001234``.

The date is the office's (China keeps one time, without summer time, since 1991). The sequence has five
digits and grows a sixth on a day with more than 99,999 cases. The check digit (Damm) catches every single
wrong digit and every two neighbours exchanged, so that a mistyped number is "no such number" and never
somebody else's case.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta, timezone

from stdnum import damm

from storage.driver import Database, Document
from storage.errors import AlreadyThere, StorageAway, StorageError
from storage.gathering import Gatherer
from storage.personal_data import Vault

CHINA = timezone(timedelta(hours=8), "Asia/Shanghai")
COUNTERS = "counters"
CASE_NUMBERS = "case_numbers"
GAP = 10_000
"""More than are drawn on any day between a backup and the restore of it."""

_PREFIX = re.compile(r"[A-Z]{1,6}")
_NUMBER = re.compile(r"([A-Z]{1,6})([0-9]{12,13})")
_SEPARATORS = re.compile(r"[\s\-‐-―−_.·]+")
_LONGEST = 64
_TRIES = 5


def normalise(text: str) -> str | None:
    """Give the case number that ``text`` is, in its one written form, or None.

    Spaces, hyphens, lower case and full-width characters are understood; the check digit must fit.
    """
    if len(text) > _LONGEST:
        return None
    compact = _SEPARATORS.sub("", unicodedata.normalize("NFKC", text)).upper()
    match = _NUMBER.fullmatch(compact)
    return compact if match and damm.is_valid(match[2]) else None


def compose(prefix: str, at: datetime, sequence: int) -> str:
    """Write the number of the ``sequence``-th case of the day that ``at`` falls on in China."""
    digits = f"{at.astimezone(CHINA):%y%m%d}{sequence:05d}"
    return f"{prefix}{digits}{damm.calc_check_digit(digits)}"


async def leave_gap(database: Database, *, at: datetime) -> None:
    """Pass over numbers of this day, after the store went back to what it was earlier.

    Those that were drawn since then are known to people, and here to nobody any more: none is given twice.
    """
    await database[COUNTERS].update_one({"_id": _counter(at)}, {"$inc": {"last": GAP}}, upsert=True)


def _counter(at: datetime) -> str:
    return f"case_number:{at.astimezone(CHINA):%y%m%d}"


class Numbers:
    """Draws case numbers; each message that files a case is tied to one, so that a repeat draws none."""

    def __init__(self, database: Database, vault: Vault, *, prefix: str) -> None:
        if not _PREFIX.fullmatch(prefix):
            msg = f"a case number's prefix is 1 to 6 letters A-Z, not {prefix!r}"
            raise ValueError(msg)
        self._counters = database[COUNTERS]
        self._drawn = database[CASE_NUMBERS]
        self._vault = vault
        self._prefix = prefix
        self._drawing = Gatherer[tuple[str, datetime], str](self._draw, name="case numbers")

    async def draw(self, *, message_id: str, at: datetime) -> str:
        """Give the case number tied to ``message_id``, a fresh one at the first call; gaps are allowed.

        Raises:
            StorageAway: repeat it; the same message still gets one number only.
        """
        # A message id may hold what a platform calls the person: only its pseudonym is kept.
        key = self._vault.pseudonym("case_number", message_id)
        return (await self._drawing.submit([(key, at)]))[0]

    async def _draw(self, wanted: Sequence[tuple[str, datetime]]) -> Sequence[str]:
        """Those that are tied already, and fresh ones for the others, of each day's in one go."""
        drawn = await self._tied([key for key, _ in wanted])
        fresh = {key: at for key, at in wanted if key not in drawn}
        documents: list[Document] = [
            {"_id": key, "number": number, "at": fresh[key]} for key, number in await self._fresh(fresh)
        ]
        if documents:
            known = await self._drawn.insert_many_new(documents)
            drawn |= {each["_id"]: each["number"] for place, each in enumerate(documents) if place not in known}
            drawn |= await self._tied([documents[place]["_id"] for place in known])
        if any(key not in drawn for key, _ in wanted):
            msg = "a number was drawn at the same moment and is not to be seen yet"
            raise StorageAway(msg)
        return [drawn[key] for key, _ in wanted]

    async def _tied(self, keys: Sequence[str]) -> dict[str, str]:
        found = await self._drawn.find({"_id": {"$in": list(keys)}}, limit=len(keys)) if keys else []
        return {each["_id"]: str(each["number"]) for each in found}

    async def _fresh(self, wanted: Mapping[str, datetime]) -> list[tuple[str, str]]:
        days: dict[str, list[str]] = defaultdict(list)
        for key, at in wanted.items():
            days[_counter(at)].append(key)
        drawn = []
        for day, keys in days.items():
            first = await self._next(day, len(keys)) - len(keys) + 1
            drawn += [(key, compose(self._prefix, wanted[key], first + place)) for place, key in enumerate(keys)]
        return drawn

    async def _next(self, counter: str, number: int) -> int:
        """Count ``number`` more, and give the last of them."""
        for _ in range(_TRIES):
            try:
                counted = await self._counters.find_one_and_update(
                    {"_id": counter}, {"$inc": {"last": number}}, upsert=True
                )
            except AlreadyThere:  # two made the day's counter at the same moment
                continue
            if counted is not None:
                return int(counted["last"])
        msg = f"{COUNTERS}: {counter}"
        raise StorageError(msg)
