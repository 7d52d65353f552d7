"""One exchange with the platform: JSON out, JSON in, bounded in time and size. Knows no tokens and no error codes."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from channels.errors import AccountBroken, Busy, OutcomeUnknown

LARGEST_ANSWER = 64 * 1024
_CONNECT_SECONDS = 3.0
_CHUNK = 8192
_LONGEST_DETAIL = 200
_OK, _TOO_MANY, _SERVER_ERRORS, _GATEWAY_TIMEOUT = 200, 429, 500, 504


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiAnswer:
    """``code`` is 0 where all went well; ``message`` holds the "rid" by which the platform's support finds the call."""

    code: int
    message: str
    data: Mapping[str, Any] = field(repr=False)

    def detail(self, hide: Sequence[str] = ()) -> str:
        """The message fit for a log: without the values of ``hide`` (openid, token)."""
        text = self.message
        for secret in filter(None, hide):
            text = text.replace(secret, "***")
        return re.sub(r"[\x00-\x1f\x7f]+", " ", text)[:_LONGEST_DETAIL]


class Transport:
    """Posts to one ``api_base``."""

    def __init__(self, http: aiohttp.ClientSession, *, api_base: str) -> None:
        self._http = http
        self._base = api_base

    async def post(
        self, api: str, payload: Mapping[str, object], *, seconds: float, token: str | None = None
    ) -> ApiAnswer:
        """POST ``payload`` to ``api`` ("/cgi-bin/…"); ``seconds`` is the limit for the whole exchange.

        Raises:
            Busy: nothing was sent, or the platform says it is overloaded.
            OutcomeUnknown: it was sent, but no answer came, or none that can be understood.
            AccountBroken: what answered is not the platform (``api_base``, a proxy).
        """
        try:
            return await self._exchange(api, payload, token, _timeout(seconds))
        # The messages of aiohttp's errors can hold the URL, and the URL holds the token: only their names go on.
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            raise Busy(type(error).__name__) from None
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise OutcomeUnknown(type(error).__name__) from None

    async def _exchange(
        self, api: str, payload: Mapping[str, object], token: str | None, limits: aiohttp.ClientTimeout
    ) -> ApiAnswer:
        # The platform shows \uXXXX escapes as they are, hence ensure_ascii=False.
        body = json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode()
        async with self._http.post(
            self._base + api,
            params={} if token is None else {"access_token": token},
            data=body,
            headers={"Content-Type": "application/json; charset=utf-8"},
            timeout=limits,
            allow_redirects=False,
        ) as response:
            _check_status(response.status)
            return _understood(await _bounded(response.content))


def _timeout(seconds: float) -> aiohttp.ClientTimeout:
    return aiohttp.ClientTimeout(total=seconds, connect=min(_CONNECT_SECONDS, seconds / 2))


def _check_status(status: int) -> None:
    if status == _OK:
        return
    if status == _GATEWAY_TIMEOUT:
        raise OutcomeUnknown("HTTP 504", provider_code="http_504")
    code = f"http_{status}"
    if status == _TOO_MANY or status >= _SERVER_ERRORS:
        raise Busy(f"HTTP {status}", provider_code=code)
    raise AccountBroken(f"HTTP {status}: the platform itself answers 200 always, look at api_base", provider_code=code)


async def _bounded(content: aiohttp.StreamReader) -> bytes:
    body = bytearray()
    async for chunk in content.iter_chunked(_CHUNK):
        body += chunk
        if len(body) > LARGEST_ANSWER:
            raise OutcomeUnknown("the answer is too large")
    return bytes(body)


def _understood(body: bytes) -> ApiAnswer:
    try:
        data = json.loads(body)
        code = int(data.get("errcode", 0))
    except (ValueError, TypeError, AttributeError, RecursionError):
        raise OutcomeUnknown("the answer is no JSON object of the platform") from None
    return ApiAnswer(code=code, message=str(data.get("errmsg", "")), data=data)
