"""Calling a provider's API over HTTP: what never left, what is not known, what was answered."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Any

import aiohttp
from yarl import URL

from channels.errors import AccountBroken, Busy, OutcomeUnknown, SendFailed

CHINA = timezone(timedelta(hours=8))
_CONNECT_SECONDS = 3.0
_LARGEST_ANSWER = 64 * 1024
_REDIRECTS, _SERVER_ERRORS = 300, 500
_TOO_MANY = 429
_PERHAPS_SENT = frozenset({502, 504})
"""A proxy on the way got no answer from behind: what it passed on may have been carried out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """``values``: the JSON object that was answered; empty where there was none."""

    status: int
    values: Mapping[str, Any] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """A call as it goes over the wire: ``url`` is encoded already, for what is signed must stay as it is."""

    url: str = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(default=b"", repr=False)


async def post(http: aiohttp.ClientSession, call: Post, *, seconds: float) -> Answer:
    """Make the call, once.

    Raises:
        Busy: it never left.
        OutcomeUnknown: it left, and no answer came that could be read.
    """
    limits = aiohttp.ClientTimeout(total=seconds, connect=min(_CONNECT_SECONDS, seconds / 2))
    try:
        async with http.post(
            URL(call.url, encoded=True), headers=call.headers, data=call.body, timeout=limits, allow_redirects=False
        ) as response:
            return Answer(status=response.status, values=_object(await _read(response.content)))
    # The messages of aiohttp's errors can hold the address, and that the number: only their names go on.
    except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
        raise Busy(type(error).__name__) from None
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        raise OutcomeUnknown(type(error).__name__) from None


async def _read(content: aiohttp.StreamReader) -> bytes:
    answer = bytearray()
    while len(answer) <= _LARGEST_ANSWER and (chunk := await content.read(_LARGEST_ANSWER)):
        answer += chunk
    return bytes(answer) if len(answer) <= _LARGEST_ANSWER else b""


def _object(answer: bytes) -> Mapping[str, Any]:
    try:
        values = json.loads(answer)
    except (ValueError, RecursionError):
        return {}
    return values if isinstance(values, dict) else {}


def wordless(status: int) -> SendFailed:
    """What an answer means that holds no code of the provider's."""
    kind: type[SendFailed] = AccountBroken
    if status < _REDIRECTS or status in _PERHAPS_SENT:
        kind = OutcomeUnknown
    elif status == _TOO_MANY or status >= _SERVER_ERRORS:
        kind = Busy
    return kind(f"HTTP {status}", provider_code=f"http_{status}")


def until_midnight(now: datetime) -> float:
    """Seconds until the day ends in China."""
    here = now.astimezone(CHINA)
    midnight = (here + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    return (midnight - here).total_seconds()
