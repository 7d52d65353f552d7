"""The user data header of 3GPP TS 23.040, as far as it says which part of a long message this is."""

from collections.abc import Iterator

from channels.sms.gateway import Part

_SHORT, _LONG = 0x00, 0x08
"""Information elements: parts counted with a reference of 8 or of 16 bits."""
_SIZES = {_SHORT: 3, _LONG: 4}


def part_of(header: bytes) -> Part | None:
    """Which part the message with ``header`` is (its first octet is its length); None: it stands alone.

    A header that contradicts itself counts as none: what it belongs to is heard by itself.
    """
    for kind, data in _elements(header):
        if _SIZES.get(kind) == len(data):
            *reference, total, number = data
            if total > 1 and 1 <= number <= total:
                return Part(reference=int.from_bytes(bytes(reference), "big"), number=number, total=total)
    return None


def header_of(part: Part) -> bytes:
    """The header of a part we send, with a reference of 8 bits."""
    return bytes((5, _SHORT, 3, part.reference & 0xFF, part.total, part.number))


def _elements(header: bytes) -> Iterator[tuple[int, bytes]]:
    end = min(len(header), header[0] + 1) if header else 0
    place = 1
    while place + 1 < end:
        kind, size = header[place], header[place + 1]
        data = header[place + 2 : min(place + 2 + size, end)]
        if len(data) < size:
            return
        yield kind, data
        place += 2 + size
