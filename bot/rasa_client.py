"""The wire to a Rasa server: fulfils ``dialogs.engine.rasa_server.RasaHttp`` over aiohttp."""

import json
import secrets
import time
from typing import Any

import aiohttp
import structlog
from pydantic import SecretStr
from yarl import URL

from bot.metrics import Metrics
from bot.settings_sections import Dialog
from dialogs.engine.contract import Message
from dialogs.engine.rasa_server import RasaAway, RasaLink

_LARGEST = 8 * 1024 * 1024
"""Bytes of an answer: a tracker holds some 2 kB an event at most."""
_OK = 200


class RasaClient:
    """One server. ``http`` is shared and closed by whoever made it."""

    def __init__(self, http: aiohttp.ClientSession, url: str, token: SecretStr | None) -> None:
        self._http = http
        self._url = url
        self._token = token

    async def call(self, method: str, path: str, *, body: Any = None) -> Any:
        """The JSON of the answer.

        Raises:
            RasaAway: ``reason`` is "unreachable", "status:<code>" or "unreadable".
        """
        try:
            async with self._http.request(method, self._at(path), json=body, allow_redirects=False) as answer:
                if answer.status != _OK:
                    raise RasaAway(f"status:{answer.status}")
                return json.loads(await _read(answer))
        except (aiohttp.ClientError, OSError) as error:
            raise RasaAway("unreachable") from error
        except (ValueError, RecursionError) as error:
            raise RasaAway("unreadable") from error

    def _at(self, path: str) -> URL:
        """The whole address. ``path`` is quoted already; the token is Rasa's own way to know us."""
        url = URL(self._url + path, encoded=True)
        return url.update_query(token=self._token.get_secret_value()) if self._token else url


async def _read(answer: aiohttp.ClientResponse) -> bytes:
    content = bytearray()
    async for piece in answer.content.iter_chunked(65_536):
        content += piece
        if len(content) > _LARGEST:
            raise RasaAway("unreadable")
    return bytes(content)


def rasa_link(settings: Dialog, http: aiohttp.ClientSession, metrics: Metrics) -> RasaLink | None:
    """The link that the settings ask for; None where the embedded engine runs alone."""
    if settings.engine != "rasa":
        return None

    def fell_back(reason: str, message: Message) -> None:
        metrics.dialog_fallbacks.labels(reason.partition(":")[0]).inc()
        log = structlog.get_logger()
        log.warning("dialog.fell_back", reason=reason, message=message.id, conversation=message.sender_id)

    return RasaLink(
        http=RasaClient(http, settings.rasa_url, settings.rasa_token),
        nonce=lambda: secrets.token_hex(12),
        clock=time.monotonic,
        fell_back=fell_back,
        seconds=settings.rasa_timeout,
        own_understanding=settings.rasa_understanding == "own",
    )
