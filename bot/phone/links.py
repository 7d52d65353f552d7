"""Links in a message, as WeChat shows them: a word that taps, or a word that opens a page."""

import html
import re
from dataclasses import dataclass
from urllib.parse import parse_qs

_LINK = re.compile(r"""<a\s[^>]*?href=["'](?P<to>[^"']*)["'][^>]*>(?P<word>.*?)</a>""", re.DOTALL | re.IGNORECASE)
_TAP = "weixin:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Tapping it sends ``content``, with ``id`` beside it."""

    id: str
    content: str


def without_links(text: str) -> tuple[str, list[Choice]]:
    """The text to read (a page's address stands behind its word), and what can be tapped in it."""
    choices: list[Choice] = []

    def shown(match: re.Match[str]) -> str:
        to, word = html.unescape(match["to"]), match["word"]
        if not to.startswith(_TAP):
            return f"{word} {to}"
        query = parse_qs(to.partition("?")[2])
        content = query.get("msgmenucontent", [word])[0]
        choices.append(Choice(id=query.get("msgmenuid", [""])[0], content=content))
        return ""

    return _LINK.sub(shown, text).strip(), choices
