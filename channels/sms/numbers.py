"""One form for every telephone number, so that one person is one person whichever way the gateway writes them.

A mobile number of mainland China is its 11 digits, however it came (``+86``, ``0086``, ``86``, ``0``, blanks, full
width); any other number is its digits with the country code and without plus. A number of North America that would
look like a mainland one (``+1 381…``) keeps ``00`` before it: nobody may be taken for somebody else.
"""

import re
import unicodedata

LONGEST = 21
"""SMPP's longest address is 20 characters; one is for the plus."""
_MAINLAND = re.compile(r"1[3-9]\d{9}")
_FILLING = re.compile(r"[\s().\-\u2010-\u2015\u200b-\u200f\u202a-\u202e\ufeff]+")
_PREFIXES = ("0086", "86", "0")
_NAME = re.compile(r"[0-9A-Za-z*#&@._/ ]{1,20}")


class NotANumber(ValueError):
    """Neither a number nor a sender's name."""


def canonical(given: str) -> str:
    """The one form of ``given``; a sender that is a name or a short code stays as it is.

    Raises:
        NotANumber: it is empty, too long, or of characters that no address has.
    """
    folded = unicodedata.normalize("NFKC", given[: 4 * LONGEST]).strip()
    digits = _FILLING.sub("", folded)
    plus = digits.startswith("+")
    digits = digits.removeprefix("+")
    if not (digits.isascii() and digits.isdigit()):
        return _name(folded)
    if len(digits) >= LONGEST:
        raise NotANumber
    return _abroad_or_home(digits, plus=plus)


def _abroad_or_home(digits: str, *, plus: bool) -> str:
    home = next((digits.removeprefix(each) for each in _PREFIXES if _is_prefixed(digits, each)), digits)
    if _MAINLAND.fullmatch(home) and not (plus and home == digits):
        return home
    abroad = digits if plus else digits.removeprefix("00")
    if (plus or digits.startswith("00")) and _MAINLAND.fullmatch(abroad):
        return f"00{abroad}"
    return abroad or digits


def _is_prefixed(digits: str, prefix: str) -> bool:
    return digits.startswith(prefix) and bool(_MAINLAND.fullmatch(digits.removeprefix(prefix)))


def _name(folded: str) -> str:
    if not _NAME.fullmatch(folded):
        raise NotANumber
    return folded


def is_mainland_mobile(number: str) -> bool:
    """Whether ``number``, in the one form, is a mobile number of mainland China."""
    return bool(_MAINLAND.fullmatch(number))


def international(number: str) -> str:
    """``number``, in the one form, as E.164 with its plus; a short code or a name stays as it is."""
    if is_mainland_mobile(number):
        return f"+86{number}"
    digits = number.removeprefix("00")
    return f"+{digits}" if digits.isdigit() and len(digits) >= _SHORTEST_E164 else number


_SHORTEST_E164 = 8
