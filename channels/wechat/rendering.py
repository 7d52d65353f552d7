"""The text of one message as WeChat shows it: buttons as links to tap, nothing illegal, never too long."""

import re
import unicodedata
from collections.abc import Sequence
from urllib.parse import quote

from channels.messages import Outbound
from channels.wechat.wire import without_illegal

TEXT_LIMIT = 2048
"""UTF-8 bytes of one text message."""

_ELLIPSIS = "…"
_SENTENCE_ENDS = "。！？；\n"
_UNPARTED = {" ": "\u00a0"}
"""A number stays on the line of its choice."""
_UNSAFE = re.compile("[\x00-,/:-@\\[-^`{-}\x7f]+")
"""The ASCII characters that an address cannot hold as they are."""
_JOINERS = "\u200d\ufe0e\ufe0f"


def rendered(message: Outbound, *, tap_links: bool) -> str:
    """The whole text to send; empty where there is nothing to say."""
    text = without_illegal(message.text).strip()
    if message.url and message.url not in text:
        text = f"{text}\n查看详情：{message.url}".strip()
    whole = _with_links(text, message.buttons) if tap_links else text
    # The prose says what to answer, so links are the first thing to do without.
    return whole if len(whole.encode()) <= TEXT_LIMIT else clip_bytes(text, TEXT_LIMIT)


def _with_links(text: str, buttons: Sequence[tuple[str, str]]) -> str:
    """``text`` with its numbered choices ("1 确认") made links where they stand; other buttons follow below."""
    done, rest, below = "", text, []
    for number, (title, payload) in enumerate(buttons, start=1):
        if not title:
            continue
        found = re.search(rf"(?<![0-9]){number}[ \u3000.、]{re.escape(without_illegal(title))}", rest)
        if found is None:
            below.append(_link(title, payload))
        else:
            start = found.end() - len(without_illegal(title))
            done += rest[: start - 1] + _UNPARTED.get(rest[start - 1], rest[start - 1]) + _link(title, payload)
            rest = rest[found.end() :]
    links = "\n".join(below)
    return f"{done}{rest}\n\n{links}".strip() if links else done + rest


def _link(title: str, payload: str) -> str:
    title = without_illegal(title)
    shown = title.replace("&", "＆").replace("<", "＜").replace(">", "＞")
    return (
        f'<a href="weixin://bizmsgmenu?msgmenucontent={_escaped(title)}&msgmenuid={_escaped(payload or title)}">'
        f"{shown}</a>"
    )


def _escaped(value: str) -> str:
    # Chinese stays as it is: the app takes it so, and each character would become nine bytes.
    return _UNSAFE.sub(lambda found: quote(found[0], safe=""), without_illegal(value))


def clip(text: str, limit: int) -> str:
    """``text`` cut to ``limit`` characters, never within an emoji sequence or before an accent."""
    return text if len(text) <= limit else text[: _boundary(text, limit - 1)] + _ELLIPSIS


def clip_bytes(text: str, limit: int) -> str:
    """``text`` cut to ``limit`` UTF-8 bytes, after a sentence where one ends in the second half."""
    if len(text.encode()) <= limit:
        return text
    room = limit - len(_ELLIPSIS.encode())
    fitting = len(text.encode()[:room].decode(errors="ignore"))
    head = text[: _boundary(text, fitting)]
    sentence = max(head.rfind(end) for end in _SENTENCE_ENDS) + 1
    return (head[:sentence] if sentence > len(head) // 2 else head).rstrip() + _ELLIPSIS


def _boundary(text: str, at: int) -> int:
    while at > 0 and (_continues(text[at]) or text[at - 1] == _JOINERS[0]):
        at -= 1
    return at


def _continues(character: str) -> bool:
    return character in _JOINERS or unicodedata.combining(character) != 0
