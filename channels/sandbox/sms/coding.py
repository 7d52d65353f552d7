"""What the bytes of a text become on a phone: Kannel's conversion, the network's alphabets, and the cut into parts."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

SEVEN_BIT, EIGHT_BIT, UCS2 = 0, 1, 2
MOST_PARTS = 10
"""``max-messages`` of the user that is played: what is beyond is not sent."""
_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_ESCAPED = frozenset("\f^{}\\[~]|€")
_ROOM: Mapping[int, tuple[int, int]] = MappingProxyType({SEVEN_BIT: (160, 153), EIGHT_BIT: (140, 134), UCS2: (70, 67)})
"""In a text alone, and in each of several."""


class BadCharset(Exception):
    """Kannel cannot read the text as what it is said to be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Carried:
    """``text``: as the phone shows it. ``units``: its length as its alphabet counts. ``parts``: as it travels."""

    text: str
    coding: int
    units: int
    parts: tuple[str, ...]

    @property
    def segments(self) -> int:
        return max(1, len(self.parts))

    @property
    def room(self) -> int:
        """The units that as many messages have room for."""
        alone, in_each = _ROOM[self.coding]
        return alone if self.segments == 1 else in_each * self.segments


def carried(raw: bytes, *, coding: int, charset: str) -> Carried:
    """As Kannel takes the bytes of ``text=``: without a charset they are UTF-8, but UTF-16 for coding 2.

    Raises:
        BadCharset: there is no such charset, or the bytes are not of it.
    """
    if coding == EIGHT_BIT:
        text = raw.decode("latin-1")
    elif coding == UCS2 and not charset:
        # what was meant as UTF-8 is garbage here, as it is on a real phone
        text = raw.decode("utf-16-be", "replace")
    else:
        text = _read(raw, charset or "utf-8")
    return written(text, coding=coding)


def written(text: str, *, coding: int) -> Carried:
    """As a text of this alphabet: the seven-bit one has a question mark for whatever it lacks."""
    if coding == SEVEN_BIT:
        text = "".join(sign if sign in _BASIC or sign in _ESCAPED else "?" for sign in text)
    signs = _units(text, coding)
    parts = _cut(signs, coding)[:MOST_PARTS]
    shown = tuple(_joined(part, coding) for part in parts)
    whole = _joined([sign for part in parts for sign in part], coding)
    return Carried(text=whole, coding=coding, units=sum(_lengths(signs, coding)), parts=shown)


def natural(text: str) -> Carried:
    """As a phone writes it: in seven bits where they are enough."""
    return written(text, coding=SEVEN_BIT if set(text) <= _BASIC | _ESCAPED else UCS2)


def _read(raw: bytes, charset: str) -> str:
    try:
        return raw.decode("utf-16-be" if charset.upper() in {"UTF-16", "UCS-2", "UCS2"} else charset)
    except (LookupError, ValueError) as error:
        raise BadCharset from error


def _units(text: str, coding: int) -> list[str]:
    """What a cut cannot divide: characters, or (for Kannel knows no surrogate pairs) UTF-16 units of two bytes."""
    if coding != UCS2:
        return list(text)
    coded = text.encode("utf-16-be", "surrogatepass")
    return [coded[at : at + 2].decode("utf-16-be", "surrogatepass") for at in range(0, len(coded), 2)]


def _joined(signs: list[str], coding: int) -> str:
    if coding != UCS2:
        return "".join(signs)
    return "".join(signs).encode("utf-16-be", "surrogatepass").decode("utf-16-be", "replace")


def _lengths(signs: list[str], coding: int) -> list[int]:
    return [2 if coding == SEVEN_BIT and sign in _ESCAPED else 1 for sign in signs]


def _cut(signs: list[str], coding: int) -> list[list[str]]:
    alone, in_each = _ROOM[coding]
    lengths = _lengths(signs, coding)
    if sum(lengths) <= alone:
        return [signs] if signs else []
    parts: list[list[str]] = [[]]
    used = 0
    for sign, length in zip(signs, lengths, strict=True):
        if used + length > in_each:
            parts.append([])
            used = 0
        parts[-1].append(sign)
        used += length
    return parts
