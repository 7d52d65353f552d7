"""Where a text may be cut: never inside what a reader sees as one sign."""

import unicodedata

_JOINER = "\u200d"
_SKIN_TONES = ("\U0001f3fb", "\U0001f3ff")
_FLAG_LETTERS = ("\U0001f1e6", "\U0001f1ff")
LONGEST_SIGN = 40
"""Code points of one sign that are kept together; what is longer is no sign that a reader knows."""


def whole_signs(text: str, cut: int) -> int:
    """The nearest place at or before ``cut`` that is inside no sign; ``cut`` itself where there is none near.

    A sign is a letter with its marks, an emoji of several code points, or a flag.
    """
    for place in range(cut, max(0, cut - LONGEST_SIGN), -1):
        if not _inside(text, place):
            return place
    return cut


def _inside(text: str, place: int) -> bool:
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
