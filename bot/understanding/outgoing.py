"""What may leave the house: a text without what tells who somebody is, and no longer than it must be."""

import re
import unicodedata

from dialogs.nlu.masking import masked
from dialogs.nlu.names import find_own_name

_NAMES = 8
_HIDDEN = (
    (re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"), "某邮箱"),
    # a year is no number of somebody; house, block, unit and room numbers are
    (re.compile(r"(?:[A-Za-z]?\d+|[一二三四五六七八九十百零〇]+)[-－]?\d*(?=号|栋|幢|单元|室|弄|户)"), "某"),
    (re.compile(r"(?<![0-9A-Za-z])(?=[0-9A-Za-z*_-]*\d)(?!\d{4}年)[0-9A-Za-z*_-]{4,}"), "某号"),
)


def outgoing(text: str, longest: int) -> str:
    """The first ``longest`` characters, with names people give as their own, telephone, identity and house numbers,
    addresses of mail, and whatever else looks like somebody's number, replaced by words that say nothing.

    Patterns find what is written in known ways, no more: who switches on an address outside should know that.
    """
    text = unicodedata.normalize("NFKC", text[:longest])[:longest]
    text = masked(_without_names(text))
    for pattern, word in _HIDDEN:
        text = pattern.sub(word, text)
    return "".join(c if unicodedata.category(c) not in {"Cc", "Cs"} else " " for c in text)


def _without_names(text: str) -> str:
    for _ in range(_NAMES):
        name = find_own_name(text)
        if name is None or not name.value:
            break
        text = text.replace(name.value, "某某")
    return text
