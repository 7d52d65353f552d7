"""How a text becomes text messages: its alphabet, its length, its segments, its signature.

3GPP TS 23.038: a text whose characters are all of the GSM 7-bit alphabet goes by 160 septets, or 153 in each of
several; characters of the extension table take two. Any other goes as UCS-2: 70 UTF-16 units, or 67 in each of several.
"""

from collections.abc import Callable, Iterator
from enum import StrEnum

from channels.signs import whole_signs

BASIC = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ"
    " !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENSION = "\f^{}\\[~]|€"
_SEPTETS = dict.fromkeys(BASIC, 1) | dict.fromkeys(_EXTENSION, 2)
MOST_PARTS = 255
"""The user data header counts parts in one octet."""
_BEYOND_BMP = 0xFFFF
_LOST_AT_A_CUT = 3
"""Flags and hands with a skin tone have four units."""


class Alphabet(StrEnum):
    """What a text is written in, as the network sees it."""

    GSM7 = "gsm7"
    UCS2 = "ucs2"


_ALONE = {Alphabet.GSM7: 160, Alphabet.UCS2: 70}
_IN_EACH = {Alphabet.GSM7: 153, Alphabet.UCS2: 67}


def alphabet_of(text: str) -> Alphabet:
    """The alphabet that ``text`` needs."""
    return Alphabet.GSM7 if all(sign in _SEPTETS for sign in text) else Alphabet.UCS2


def utf16_units(text: str) -> int:
    """The length as UCS-2 messages count it: a character beyond the basic plane is two."""
    return sum(map(_units, text))


def length(text: str) -> int:
    """The length in what its alphabet counts: septets or UTF-16 units."""
    return sum(map(_measure(alphabet_of(text)), text))


def segments(text: str) -> int:
    """What ``text`` costs: how many messages the network makes of it. Nothing is one as well: it is sent as one."""
    return max(1, len(parts(text)))


def parts(text: str) -> list[str]:
    """``text`` as the network will cut it, all of one alphabet; joined together they are ``text``.

    No part ends within a surrogate pair, an escaped character, an emoji of several code points, or before a
    combining mark, unless one such sign alone is longer than a part.
    """
    alphabet = alphabet_of(text)
    measure = _measure(alphabet)
    if sum(map(measure, text)) <= _ALONE[alphabet]:
        return [text] if text else []
    return list(_cut(text, _IN_EACH[alphabet], measure))


def aligned(text: str) -> str:
    """``text`` such that who cuts it blindly after every 67 UTF-16 units cuts it as ``parts`` does.

    Kannel does, through surrogate pairs as well (seen in 1.4.5; of the 7-bit alphabet it knows the escapes). Where a
    sign would be cut, blanks push it into the next part; that is rare, and almost every text comes back as it is.
    """
    if alphabet_of(text) is Alphabet.GSM7:
        return text
    *full, last = parts(text)
    return "".join(part + " " * (_IN_EACH[Alphabet.UCS2] - utf16_units(part)) for part in full) + last


def signed(text: str, sign: str) -> str:
    """``text`` with the signature in front, as carriers of mainland China ask for it; never twice."""
    mark = signature(sign)
    return text if text.startswith(mark) else mark + text


def signature(sign: str) -> str:
    """``sign`` in its brackets; nothing where there is none."""
    return f"【{sign}】" if sign else ""


def room(sign: str, *, messages: int) -> int:
    """How many UTF-16 units a text may have to fit into ``messages`` messages (two or more) with the signature.

    Each cut may cost what a usual emoji has beyond its first unit, since no part ends within one.
    """
    return messages * _IN_EACH[Alphabet.UCS2] - utf16_units(signature(sign)) - (messages - 1) * _LOST_AT_A_CUT


def _units(sign: str) -> int:
    return 2 if ord(sign) > _BEYOND_BMP else 1


def _measure(alphabet: Alphabet) -> Callable[[str], int]:
    return _SEPTETS.__getitem__ if alphabet is Alphabet.GSM7 else _units


def _cut(text: str, room_in_each: int, measure: Callable[[str], int]) -> Iterator[str]:
    start = 0
    while start < len(text):
        end = _fitting(text, start, room_in_each, measure)
        if end < len(text):
            end = start + whole_signs(text[start : end + 1], end - start)
        yield text[start:end]
        start = end


def _fitting(text: str, start: int, room_in_each: int, measure: Callable[[str], int]) -> int:
    """Where the next part ends at the latest; one character at least."""
    used = 0
    for place in range(start, len(text)):
        used += measure(text[place])
        if used > room_in_each:
            return max(place, start + 1)
    return len(text)
