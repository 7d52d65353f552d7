"""The text of one message as Weibo shows it: plain, and never too long."""

import re

from channels.messages import Outbound
from channels.signs import whole_signs

TEXT_LIMIT = 300
"""Characters of one private message."""
PUBLIC_LIMIT = 140
"""Characters of one post or comment."""

MOST_PARTS = 5
"""Private messages that one of ours may take; what is beyond is cut off, with "…" to show it."""

_ELLIPSIS = "…"
_PAUSES = ("\n", "。", "！", "？", "；", "，", " ")
_ILLEGAL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


def plain(text: str) -> str:
    """``text`` without what no phone shows."""
    return _ILLEGAL.sub("", text.replace("\r\n", "\n").replace("\t", " ")).strip()


def parts(message: Outbound) -> list[str]:
    """The text in as many private messages as it takes, each cut where a reader pauses; none where there is nothing."""
    text, cut = rendered(message, limit=MOST_PARTS * TEXT_LIMIT // 2), []
    while len(text) > TEXT_LIMIT:
        place = _pause(text)
        cut.append(text[:place].rstrip())
        text = text[place:].lstrip()
    return [*cut, text] if text else cut


def _pause(text: str) -> int:
    for mark in _PAUSES:
        found = text.rfind(mark, 0, TEXT_LIMIT)
        if found > TEXT_LIMIT // 2:
            return found + len(mark)
    return whole_signs(text, TEXT_LIMIT)


def rendered(message: Outbound, *, limit: int = TEXT_LIMIT) -> str:
    """The whole text to send; empty where there is nothing to say. The link is never cut.

    A choice to tap does not exist here: the prose says what to answer.
    """
    text = plain(message.text)
    tail = f"\n查看详情：{message.url}" if message.url and message.url not in text else ""
    return (clip(text, limit - len(tail)) + tail).strip()[:limit]


def clip(text: str, limit: int) -> str:
    """``text`` cut to ``limit`` characters, never within what a reader sees as one sign."""
    if len(text) <= limit:
        return text
    return text[: whole_signs(text, max(0, limit - 1))].rstrip() + _ELLIPSIS
