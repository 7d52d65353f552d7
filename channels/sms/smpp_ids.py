"""The ids of messages in one form: some carriers answer a submit_sm in hexadecimal and report in decimal."""

from enum import StrEnum

_LONGEST = 20
"""Digits of a number of 64 bits; what is longer is no number."""


class IdForm(StrEnum):
    """How ids are to be read: as they stand, or as numbers."""

    TEXT = "text"
    HEX = "hex"
    DECIMAL = "decimal"


def plain_id(written: str, form: IdForm) -> str:
    """``written`` as a decimal number, where its form is a number's; else as it stands."""
    stands = written.strip()
    if form is IdForm.TEXT or len(stands) > _LONGEST:
        return stands
    try:
        return str(int(stands, 16 if form is IdForm.HEX else 10))
    except ValueError:
        return stands
