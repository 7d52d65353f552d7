"""The GSM 7-bit alphabet in octets, one to a septet, as SMPP carries it (3GPP TS 23.038, 6.2.1)."""

from channels.sms.text import BASIC

_ESCAPE = 0x1B
_SIGNS = BASIC[:_ESCAPE] + " " + BASIC[_ESCAPE:]
"""By code; the escape itself shows as a blank, as on a phone that does not know what follows it."""
_EXTENSION = {
    0x0A: "\f",
    0x14: "^",
    0x28: "{",
    0x29: "}",
    0x2F: "\\",
    0x3C: "[",
    0x3D: "~",
    0x3E: "]",
    0x40: "|",
    0x65: "€",
}
_OCTETS = {sign: bytes((code,)) for code, sign in enumerate(_SIGNS) if code != _ESCAPE} | {
    sign: bytes((_ESCAPE, code)) for code, sign in _EXTENSION.items()
}


def encoded(text: str) -> bytes:
    """``text``, which must be of the alphabet.

    Raises:
        KeyError: it is not.
    """
    return b"".join(_OCTETS[sign] for sign in text)


def decoded(octets: bytes) -> str:
    """What is written; an octet beyond the alphabet shows as a replacement character."""
    signs: list[str] = []
    escaped = False
    for code in octets:
        if escaped and code in _EXTENSION:
            signs[-1] = _EXTENSION[code]
        else:
            signs.append(_SIGNS[code] if code < len(_SIGNS) else "\ufffd")
        escaped = code == _ESCAPE
    return "".join(signs)
