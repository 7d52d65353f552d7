"""Choices inside a text: ``<a href="weixin://bizmsgmenu?msgmenucontent=满意&msgmenuid=101">满意</a>``."""

import re
from dataclasses import dataclass
from urllib.parse import parse_qs

_LINK = re.compile(
    r"<a\s[^<>]*?href\s*=\s*[\"']weixin://bizmsgmenu\?([^\"'<>]*)[\"'][^<>]*>([^<>]*)</a>", re.IGNORECASE
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What a tap sends: ``words`` as the text, ``menu_id`` beside it."""

    label: str
    words: str
    menu_id: str


def split_choices(text: str) -> tuple[str, tuple[Choice, ...]]:
    """The text with each choice replaced by its label, and the choices in order; for screens without links."""
    choices = tuple(_choice(found) for found in _LINK.finditer(text))
    return _LINK.sub(lambda found: found[2], text), choices


def _choice(found: re.Match[str]) -> Choice:
    query = parse_qs(found[1].replace("&amp;", "&"))
    label = found[2]
    return Choice(
        label=label,
        words=query.get("msgmenucontent", [label])[0],
        menu_id=query.get("msgmenuid", [""])[0],
    )
