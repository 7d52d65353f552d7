"""One exchange with the platform: a form out, JSON in, bounded in time and size. Knows no error codes."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from channels.base import Fetched
from channels.errors import AccountBroken, Busy, MediaGone, MediaTooLarge, OutcomeUnknown

LARGEST_ANSWER = 4 * 1024 * 1024
"""Bytes: fifty posts with all that the platform tells of each."""
LARGEST_MEDIA = 10 * 1024 * 1024
_CONNECT_SECONDS = 3.0
_CHUNK = 16 * 1024
_LONGEST_DETAIL = 200
_OK, _BAD, _GONE, _TOO_MANY, _SERVER_ERRORS, _GATEWAY_TIMEOUT = 200, 400, {404, 410}, 429, 500, 504


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiAnswer:
    """``code`` is 0 where all went well."""

    code: int
    message: str
    data: Mapping[str, Any] = field(repr=False)

    def detail(self, hide: Sequence[str] = ()) -> str:
        """The message fit for a log: without the values of ``hide`` (uid, token)."""
        text = self.message
        for secret in filter(None, hide):
            text = text.replace(secret, "***")
        return re.sub(r"[\x00-\x1f\x7f]+", " ", text)[:_LONGEST_DETAIL]


class Transport:
    """Calls addresses of the platform."""

    def __init__(self, http: aiohttp.ClientSession) -> None:
        self._http = http

    async def exchange(self, method: str, url: str, fields: Mapping[str, str], *, seconds: float) -> ApiAnswer:
        """``fields`` go as the query of a GET, as the form of a POST; ``seconds`` is the limit for the whole.

        Raises:
            Busy: nothing was sent, or the platform says it is overloaded.
            OutcomeUnknown: it was sent, but no answer came, or none that can be understood.
            AccountBroken: what answered is not the platform (``api_base``, a proxy).
        """
        status, body, _ = await self._call(method, url, fields, seconds, LARGEST_ANSWER)
        return _understood(status, body)

    async def media(self, url: str, fields: Mapping[str, str], *, seconds: float) -> Fetched | ApiAnswer:
        """What lies at ``url``; an answer where the platform gives an error in its place.

        Raises:
            MediaGone: it is not there. MediaTooLarge: it is larger than anybody takes.
            Busy, AccountBroken: as for ``exchange``; nothing is ever unknown, for asking again does no harm.
        """
        try:
            status, body, kind = await self._call("GET", url, fields, seconds, LARGEST_MEDIA)
            if status in _GONE:
                raise MediaGone(f"HTTP {status}")
            if status == _OK and "json" not in kind and not body.startswith(b"{"):
                return Fetched(content=body, type=kind)
            return _understood(status, body)
        except _TooLong:
            raise MediaTooLarge(f"more than {LARGEST_MEDIA} bytes") from None
        except OutcomeUnknown as error:
            raise Busy(error.detail, provider_code=error.provider_code) from None

    async def _call(
        self, method: str, url: str, fields: Mapping[str, str], seconds: float, most: int
    ) -> tuple[int, bytes, str]:
        place = {"params": fields} if method == "GET" else {"data": fields}
        limits = aiohttp.ClientTimeout(total=seconds, connect=min(_CONNECT_SECONDS, seconds / 2))
        try:
            async with self._http.request(method, url, timeout=limits, allow_redirects=False, **place) as answer:  # type: ignore[arg-type] # one or the other
                return answer.status, await _bounded(answer.content, most), answer.content_type
        # The messages of aiohttp's errors can hold the URL, and the URL holds the token: only their names go on.
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            raise Busy(type(error).__name__) from None
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise OutcomeUnknown(type(error).__name__) from None


class _TooLong(OutcomeUnknown):
    """The answer is longer than anybody reads."""


async def _bounded(content: aiohttp.StreamReader, most: int) -> bytes:
    body = bytearray()
    async for chunk in content.iter_chunked(_CHUNK):
        body += chunk
        if len(body) > most:
            raise _TooLong("the answer is too large")
    return bytes(body)


def _understood(status: int, body: bytes) -> ApiAnswer:
    """The platform says what is wrong in JSON, with 400, 401 or 403; the code may be a string."""
    try:
        data = json.loads(body)
        code = int(data.get("error_code", 0))
    except (ValueError, TypeError, AttributeError, OverflowError, RecursionError):
        raise _not_the_platforms(status) from None
    if code or status < _BAD:
        return ApiAnswer(code=code, message=str(data.get("error", "")), data=data)
    raise _not_the_platforms(status)


def _not_the_platforms(status: int) -> Busy | OutcomeUnknown | AccountBroken:
    code = f"http_{status}"
    if status == _OK:
        return OutcomeUnknown("the answer is no JSON object of the platform")
    if status == _GATEWAY_TIMEOUT:
        return OutcomeUnknown(f"HTTP {status}", provider_code=code)
    if status == _TOO_MANY or status >= _SERVER_ERRORS:
        return Busy(f"HTTP {status}", provider_code=code)
    return AccountBroken(f"HTTP {status}: no answer of the platform's, look at api_base", provider_code=code)
