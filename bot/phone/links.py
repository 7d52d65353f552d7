"""Links in a message, as WeChat shows them: a word that taps, or a word that opens a page."""

import html
import re
from dataclasses import dataclass
from urllib.parse import parse_qs

_LINK = re.compile(r"""<a\s[^>]*?href=["'](?P<to>[^"']*)["'][^>]*>(?P<word>.*?)</a>""", re.DOTALL | re.IGNORECASE)
_TAP = "weixin:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Tapping it sends ``content``, with ``id`` beside it; ``label`` is what is seen ("": the content)."""

    id: str
    content: str
    label: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A stretch of a message as it is read; ``choice``: what a tap on it sends."""

    text: str
    choice: Choice | None = None


def pieces(text: str) -> list[Piece]:
    """The message in order, each link by its word where it stands (a page's address stands behind its word)."""
    found: list[Piece] = []
    end = 0
    for match in _LINK.finditer(text):
        found += [Piece(text=text[end : match.start()]), _linked(match)]
        end = match.end()
    return [*found, Piece(text=text[end:])]


def choices_in(text: str) -> list[Choice]:
    """What can be tapped in a message, in order."""
    return [piece.choice for piece in pieces(text) if piece.choice is not None]


def _linked(match: re.Match[str]) -> Piece:
    to, word = _unescaped(match["to"]), match["word"]
    if not to.startswith(_TAP):
        return Piece(text=f"{word} {to}")
    query = parse_qs(to.partition("?")[2])
    content = query.get("msgmenucontent", [word])[0]
    label = word or content
    choice = Choice(id=query.get("msgmenuid", [""])[0], content=content, label=label)
    return Piece(text=f"〔{label}〕", choice=choice)


def _unescaped(text: str) -> str:
    try:
        return html.unescape(text)
    except ValueError:  # a character whose number has thousands of digits
        return text
