"""One exchange with the platform: JSON out, JSON in, bounded in time and size. Knows no tokens and no error codes."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from channels.errors import AccountBroken, Busy, MediaGone, MediaTooLarge, OutcomeUnknown, SendFailed

LARGEST_ANSWER = 64 * 1024
_CONNECT_SECONDS = 3.0
_CHUNK = 8192
_LONGEST_DETAIL = 200
_OK, _TOO_MANY, _SERVER_ERRORS, _GATEWAY_TIMEOUT = 200, 429, 500, 504


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiAnswer:
    """``code`` is 0 where all went well; ``message`` holds the "rid" by which the platform's support finds the call.

    ``content``: what came in the place of JSON, a picture or the like; ``type``: what the platform says it is.
    """

    code: int
    message: str
    data: Mapping[str, Any] = field(repr=False)
    content: bytes | None = field(default=None, repr=False)
    type: str = ""

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
        with _told_apart():
            return await self._exchange(api, payload, token, _timeout(seconds))

    async def upload(
        self, api: str, query: Mapping[str, str], content: bytes, name: str, content_type: str, *, seconds: float
    ) -> ApiAnswer:
        """POST ``content`` as the file ``name`` in the form's field "media". Raises as ``post`` does."""
        form = aiohttp.FormData()
        form.add_field("media", content, filename=name, content_type=content_type)
        with _told_apart():
            async with self._http.post(
                self._base + api, params=query, data=form, timeout=_timeout(seconds), allow_redirects=False
            ) as response:
                _check_status(response.status)
                return _understood(await _bounded(response.content))

    async def download(self, api: str, query: Mapping[str, str], *, seconds: float, most: int) -> ApiAnswer:
        """GET what ``api`` gives: a content of at most ``most`` bytes, or JSON.

        Raises:
            MediaTooLarge: it is longer.
            Busy, OutcomeUnknown, AccountBroken: as ``post``.
        """
        with _told_apart():
            async with self._http.get(
                self._base + api, params=query, timeout=_timeout(seconds), allow_redirects=False
            ) as response:
                _check_status(response.status)
                if _is_content(response):
                    return await _content(response, most)
                return _understood(await _bounded(response.content))

    async def download_from(self, address: str, *, seconds: float, most: int) -> ApiAnswer:
        """GET a content from an address that the caller has vetted; nobody is redirected.

        Raises:
            MediaGone: it is not there. MediaTooLarge: it is longer than ``most`` bytes.
            Busy, OutcomeUnknown: as ``post``.
        """
        with _told_apart():
            async with self._http.get(address, timeout=_timeout(seconds), allow_redirects=False) as response:
                if response.status == _TOO_MANY or response.status >= _SERVER_ERRORS:
                    raise Busy(f"HTTP {response.status}", provider_code=f"http_{response.status}")
                if response.status != _OK:
                    raise MediaGone(f"HTTP {response.status}", provider_code=f"http_{response.status}")
                return await _content(response, most)

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


@contextmanager
def _told_apart() -> Iterator[None]:
    """What aiohttp raises, as errors that say whether anything was sent."""
    try:
        yield
    # The messages of aiohttp's errors can hold the URL, and the URL holds the token: only their names go on.
    except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
        raise Busy(type(error).__name__) from None
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        raise OutcomeUnknown(type(error).__name__) from None


def _is_content(response: aiohttp.ClientResponse) -> bool:
    # An error may come as text/plain, a proxy's page as text/html; a content has a name.
    saying = response.content_type.startswith("text/") or response.content_type == "application/json"
    return "Content-Disposition" in response.headers or not saying


async def _content(response: aiohttp.ClientResponse, most: int) -> ApiAnswer:
    if (response.content_length or 0) > most:
        raise MediaTooLarge(f"more than {most} bytes")
    content = await _bounded(response.content, most, MediaTooLarge)
    return ApiAnswer(code=0, message="", data={}, content=content, type=response.content_type)


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


async def _bounded(
    content: aiohttp.StreamReader, most: int = LARGEST_ANSWER, error: type[SendFailed] = OutcomeUnknown
) -> bytes:
    body = bytearray()
    async for chunk in content.iter_chunked(_CHUNK):
        body += chunk
        if len(body) > most:
            raise error("the answer is too large")
    return bytes(body)


def _understood(body: bytes) -> ApiAnswer:
    try:
        data = json.loads(body)
        code = int(data.get("errcode", 0))
    except (ValueError, TypeError, AttributeError, OverflowError, RecursionError):
        raise OutcomeUnknown("the answer is no JSON object of the platform") from None
    return ApiAnswer(code=code, message=str(data.get("errmsg", "")), data=data)
