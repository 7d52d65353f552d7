"""Cutting long texts where a reader would pause."""

import unicodedata
from collections.abc import Iterator

_PAUSES = ("\n\n", "\n", "。", "！", "？", "；", "，", " ")
_JOINER = "\u200d"
_SKIN_TONES = ("\U0001f3fb", "\U0001f3ff")
_FLAG_LETTERS = ("\U0001f1e6", "\U0001f1ff")
_LONGEST_SIGN = 40
"""Code points of one sign that are kept together; what is longer is no sign that a reader knows."""


def measure(text: str, unit: str) -> int:
    """The length of ``text`` in ``unit``: UTF-8 "bytes" or "characters"."""
    return len(text.encode()) if unit == "bytes" else len(text)


def split(text: str, *, limit: int, unit: str) -> list[str]:
    """``text`` in parts of at most ``limit`` ``unit``s, cut at the best pause; only white space at a cut is lost.

    What shows as one sign (an emoji of several code points, a letter with its marks) is not cut, unless it alone is
    longer than the limit.
    """
    return list(_parts(text.strip(), limit, unit))


def _parts(text: str, limit: int, unit: str) -> Iterator[str]:
    while measure(text, unit) > limit:
        cut = _pause(text, _fitting(text, limit, unit))
        yield text[:cut].rstrip()
        text = text[cut:].lstrip()
    if text:
        yield text


def _fitting(text: str, limit: int, unit: str) -> int:
    """How many code points of ``text`` fit; one at least."""
    if unit == "bytes":
        return max(1, len(text.encode()[:limit].decode(errors="ignore")))
    return max(1, limit)


def _pause(text: str, fitting: int) -> int:
    for mark in _PAUSES:
        found = text.rfind(mark, 0, fitting)
        if found > fitting // 2:
            return _between_signs(text, found + len(mark))
    return _between_signs(text, fitting)


def _between_signs(text: str, cut: int) -> int:
    """The nearest place at or before ``cut`` that is inside no sign; ``cut`` itself where there is none near."""
    for place in range(cut, max(0, cut - _LONGEST_SIGN), -1):
        if not _inside_sign(text, place):
            return place
    return cut


def _inside_sign(text: str, place: int) -> bool:
    if place >= len(text):
        return False
    before, after = text[place - 1], text[place]
    if _JOINER in (before, after) or unicodedata.category(after) in ("Mn", "Me", "Mc"):
        return True
    if _SKIN_TONES[0] <= after <= _SKIN_TONES[1]:
        return True
    return _is_flag_letter(after) and _flag_letters_before(text, place) % 2 == 1


def _flag_letters_before(text: str, place: int) -> int:
    """Flags are pairs of letters: an odd number of them before ``place`` means that it is within a pair."""
    begin = place
    while begin > 0 and _is_flag_letter(text[begin - 1]):
        begin -= 1
    return place - begin


def _is_flag_letter(sign: str) -> bool:
    return _FLAG_LETTERS[0] <= sign <= _FLAG_LETTERS[1]
