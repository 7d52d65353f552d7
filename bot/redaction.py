"""Nothing personal and nothing secret in a log, whatever a caller hands to it: the last line of defence."""

import re
from collections.abc import Iterable, Mapping, MutableMapping
from typing import Any

HIDDEN = "[hidden]"
SHORTEST_SECRET = 6
"""Characters: hiding every "a" of a log would hide the log."""
DEEPEST = 6

_PERSONAL = re.compile(
    # our own ids stay readable, though digits in them may look like a number to hide
    r"(?P<ours>(?<![0-9A-Za-z])(?:[0-9a-f]{32}|[a-z2-7]{26})(?![0-9A-Za-z]))"
    # a resident's identity number: region, date of birth, serial
    r"|(?P<id_number>(?<!\d)[1-9]\d{5}(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx](?!\d))"
    r"|(?P<phone>(?<!\d)(?:(?:\+|00)?86[ -]?)?1[3-9]\d(?:[ -]?\d{4}){2}(?!\d))"
    # WeChat's name for a person: 28 characters that begin with o
    r"|(?P<openid>(?<![A-Za-z0-9_-])o[A-Za-z0-9_-]{27}(?![A-Za-z0-9_-]))"
    # user and password in an address
    r"|(?P<login>(?<=://)[^/\s@]+(?=@))"
)
_PERSONAL_KEYS = frozenset(
    {
        "openid",
        "open_id",
        "unionid",
        "sender",
        "from_user",
        "fromusername",
        "tousername",
        "touser",
        "phone",
        "mobile",
        "tel",
        "id_number",
        "id_card",
        "idcard",
        "filer",
        "person_name",
        "address",
        "place",
        "text",
        "content",
        "message_text",
        "body",
        "title",
        "note",
        "words",
        "buttons",
        "authorization",
        "cookie",
        "password",
        "passwd",
        "secret",
        "token",
        "api_token",
        "access_token",
        "app_secret",
        "encoding_aes_key",
        "master_key",
        "query_code",
    }
)


class Redactor:
    """A structlog processor. Secrets may be added while it runs, as channels are opened."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._secrets: frozenset[str] = frozenset()
        self._pattern = _PERSONAL
        self.hide(secrets)

    def hide(self, secrets: Iterable[str]) -> None:
        """Never show these values again."""
        self._secrets |= {secret for secret in secrets if len(secret) >= SHORTEST_SECRET}
        longest_first = sorted(self._secrets, key=len, reverse=True)
        known = "".join(f"(?P<secret>{'|'.join(map(re.escape, longest_first))})|" if longest_first else "")
        self._pattern = re.compile(known + _PERSONAL.pattern)

    def __call__(self, _logger: Any, _method: str, event: MutableMapping[str, Any]) -> Mapping[str, Any]:
        return {key: self._value(key, value, DEEPEST) for key, value in event.items()}

    def text(self, text: str) -> str:
        """``text`` without what must not be read."""
        return self._pattern.sub(_hidden, text)

    def _value(self, key: str, value: Any, depth: int) -> Any:
        if key.lower() in _PERSONAL_KEYS and value not in (None, "", (), 0):
            return HIDDEN
        if value is None or isinstance(value, bool | float):
            return value
        if isinstance(value, int):
            shown = self.text(str(value))
            return value if shown == str(value) else shown
        return self._nested(value, depth - 1)

    def _nested(self, value: Any, depth: int) -> Any:
        if isinstance(value, Mapping) and depth:
            return {self.text(str(key)): self._value(str(key), below, depth) for key, below in value.items()}
        if isinstance(value, list | tuple | set | frozenset) and depth:
            return [self._value("", below, depth) for below in value]
        return self.text(value if isinstance(value, str) else repr(value))


def _hidden(match: re.Match[str]) -> str:
    return match[0] if match.lastgroup == "ours" else f"[{match.lastgroup}]"
