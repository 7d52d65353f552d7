"""Masked words that come back from a form: what was masked is put back, where it is clear what stood there."""

import re
from collections import defaultdict

from bot import masking

HIDDEN = "**"
"""Stands in whatever was masked and not put back."""
_MASKED = re.compile(r"\d{3}\*{4}\d{4}|\d\*{16}[\dXx]|\w\*\*(?!\*)")
_MOBILE = re.compile(r"(?<![0-9])1[3-9][0-9][ -]?[0-9]{4}[ -]?[0-9]{4}(?![0-9])")
_ID_NUMBER = re.compile(r"(?<![0-9])[0-9]{17}[0-9Xx](?![0-9])")


def only_mobile(text: str) -> str:
    """The one mobile number that stands in ``text``; "" where there is none, or several."""
    found = {re.sub(r"[ -]", "", each) for each in _MOBILE.findall(text)}
    return found.pop() if len(found) == 1 else ""


def restored(text: str, *originals: str, name: str = "") -> str:
    """``text`` with its masked numbers and name as they stand in ``originals``.

    What two could have been stays masked.
    """
    meant: defaultdict[str, set[str]] = defaultdict(set)
    for original in originals:
        for found in _MOBILE.findall(original):
            meant[masking.phone(re.sub(r"[ -]", "", found))].add(found)
        for found in _ID_NUMBER.findall(original):
            meant[masking.id_number(found)].add(found)
    if len(name) > 1:
        meant[masking.name(name)].add(name)

    def put_back(match: re.Match[str]) -> str:
        could = meant.get(match.group(), set())
        return next(iter(could)) if len(could) == 1 else match.group()

    return _MASKED.sub(put_back, text)
