"""Case numbers: ``<PREFIX><yymmdd><sequence><check digit>``, as ``WF261121001234``.

The date is the office's (China keeps one time, without summer time, since 1991). The sequence has five
digits and grows a sixth on a day with more than 99,999 cases. The check digit (Damm) catches every single
wrong digit and every two neighbours exchanged, so that a mistyped number is "no such number" and never
somebody else's case.
"""

import re
import unicodedata
from datetime import datetime, timedelta, timezone

from stdnum import damm

from storage.driver import Database
from storage.errors import AlreadyThere, StorageAway, StorageError
from storage.personal_data import Vault

CHINA = timezone(timedelta(hours=8), "Asia/Shanghai")
COUNTERS = "counters"
CASE_NUMBERS = "case_numbers"

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

    async def draw(self, *, message_id: str, at: datetime) -> str:
        """Give the case number tied to ``message_id``, a fresh one at the first call; gaps are allowed.

        Raises:
            StorageAway: repeat it; the same message still gets one number only.
        """
        # A message id may hold what a platform calls the person: only its pseudonym is kept.
        key = self._vault.pseudonym("case_number", message_id)
        if (drawn := await self._drawn.find_one({"_id": key})) is not None:
            return str(drawn["number"])
        number = compose(self._prefix, at, await self._next(f"case_number:{at.astimezone(CHINA):%y%m%d}"))
        try:
            await self._drawn.insert_one({"_id": key, "number": number, "at": at})
        except AlreadyThere:
            return await self._first_drawn(key)
        return number

    async def _first_drawn(self, key: str) -> str:
        drawn = await self._drawn.find_one({"_id": key})
        if drawn is None:
            msg = "a number was drawn at the same moment and is not to be seen yet"
            raise StorageAway(msg)
        return str(drawn["number"])

    async def _next(self, counter: str) -> int:
        for _ in range(_TRIES):
            try:
                counted = await self._counters.find_one_and_update({"_id": counter}, {"$inc": {"last": 1}}, upsert=True)
            except AlreadyThere:  # two made the day's counter at the same moment
                continue
            if counted is not None:
                return int(counted["last"])
        msg = f"{COUNTERS}: {counter}"
        raise StorageError(msg)
