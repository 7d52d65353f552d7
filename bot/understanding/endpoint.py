"""An OpenAI-compatible address: one bounded call at a time of a few, left alone where it keeps failing."""

import asyncio
import json
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import aiohttp
import structlog

from bot.understanding.breaker import Breaker

T = TypeVar("T")
_AT_ONCE = 4
_OK = 200


class EndpointAway(Exception):
    """No usable answer; the message is a short reason for logs, without any text."""


class Endpoint:
    """``seconds`` bound the whole call, with waiting for its turn. Nothing is sent but what the caller hands in."""

    def __init__(
        self, http: aiohttp.ClientSession, base_url: str, *, api_key: str = "", breaker: Breaker | None = None
    ) -> None:
        self._http = http
        self._base_url = base_url
        self._headers = {"Authorization": f"Bearer {api_key}"} if api_key else {}
        self._breaker = breaker or Breaker()
        self._turns = asyncio.Semaphore(_AT_ONCE)

    async def call(
        self,
        path: str,
        body: Mapping[str, Any] | aiohttp.FormData,
        *,
        read: Callable[[Any], T],
        seconds: float,
        largest: int,
    ) -> T:
        """The JSON answer of at most ``largest`` bytes, as ``read`` takes it; what it cannot take it raises on.

        ``body`` goes as JSON, or as the form that it is.

        Raises:
            EndpointAway: resting, too slow, not reached, or not answered as it should.
        """
        if self._breaker.resting:
            raise EndpointAway("resting")
        try:
            async with asyncio.timeout(seconds), self._turns:
                answer = read(await self._post(path, body, largest))
        except (aiohttp.ClientError, OSError, TimeoutError, ValueError) as error:
            raise self._failed(path, "too_slow" if isinstance(error, TimeoutError) else type(error).__name__) from None
        except EndpointAway as refused:
            raise self._failed(path, str(refused)) from None
        except (KeyError, IndexError, TypeError, AttributeError):
            raise self._failed(path, "not_as_agreed") from None
        self._breaker.succeeded()
        return answer

    async def _post(self, path: str, body: Mapping[str, Any] | aiohttp.FormData, largest: int) -> Any:
        sent: dict[str, Any] = {"data": body} if isinstance(body, aiohttp.FormData) else {"json": body}
        # A redirect would carry texts and key to an address that nobody switched on.
        async with self._http.post(
            self._base_url + path, headers=self._headers, allow_redirects=False, **sent
        ) as answer:
            if answer.status != _OK:
                raise EndpointAway(f"http_{answer.status}")
            content = bytearray()
            async for chunk in answer.content.iter_any():
                content += chunk
                if len(content) > largest:
                    raise EndpointAway("too_large")
        return json.loads(content)

    def _failed(self, path: str, reason: str) -> EndpointAway:
        self._breaker.failed()
        structlog.get_logger().warning("endpoint.away", path=path, reason=reason)
        return EndpointAway(reason)
