"""Pictures, voices and videos: brought from the platform, and given to it.

What people send lies there for three days under a ``media_id``. A video comes as an address instead, and a picture
has one besides; an address is only called where it is the platform's own.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from urllib.parse import urlsplit

from channels.base import Clock, Fetched
from channels.errors import Busy, MediaGone, MediaTooLarge, OutcomeUnknown, PayloadRejected
from channels.media_types import ENDINGS, sniffed
from channels.messages import Media
from channels.wechat.client import Ask, WeChatApi
from channels.wechat.settings import WeChatSettings
from channels.wechat.transport import ApiAnswer

MEDIA_GET = "/cgi-bin/media/get"
MEDIA_UPLOAD = "/cgi-bin/media/upload"
LARGEST_MEDIA = 20 * 1024 * 1024
"""Twice what the platform lets people send."""
KEPT = timedelta(days=3)
"""How long the platform keeps what was given to it."""
_PORTS = frozenset({None, 80, 443})
_KIB, _MIB = 1024, 1024 * 1024


class UploadKind(StrEnum):
    IMAGE = "image"
    VOICE = "voice"
    VIDEO = "video"
    THUMB = "thumb"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Limit:
    largest: int
    types: frozenset[str]


LIMITS: Mapping[UploadKind, _Limit] = MappingProxyType(
    {
        UploadKind.IMAGE: _Limit(largest=10 * _MIB, types=frozenset({"image/png", "image/jpeg", "image/gif"})),
        UploadKind.VOICE: _Limit(largest=2 * _MIB, types=frozenset({"audio/amr", "audio/mpeg"})),
        UploadKind.VIDEO: _Limit(largest=10 * _MIB, types=frozenset({"video/mp4"})),
        UploadKind.THUMB: _Limit(largest=64 * _KIB, types=frozenset({"image/jpeg"})),
    }
)
"""What the platform takes. That a voice may last 60 s, it says itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Uploaded:
    """``media_id`` may be sent until ``until``."""

    media_id: str
    until: datetime


class WeChatMedia:
    """The media of one account."""

    def __init__(self, api: WeChatApi, settings: WeChatSettings, clock: Clock) -> None:
        self._api = api
        self._settings = settings
        self._clock = clock

    async def fetch(self, media: Media) -> Fetched:
        """As ``channels.base.FetchesMedia``."""
        try:
            return await self._by_id(media.id)
        except MediaTooLarge:
            raise
        except MediaGone:
            if not media.url:
                raise
            # The address of a picture outlives its id.
            return await self._at(media.url)

    async def upload(self, kind: UploadKind, content: bytes) -> Uploaded:
        """Give ``content`` to the platform, to be sent within three days; twice does no harm.

        Raises:
            PayloadRejected: too large or of a type that the platform does not take; nothing was sent.
            SendFailed: one of its other branches.
        """
        type_ = _checked(kind, content)

        async def ask(token: str, seconds: float) -> ApiAnswer:
            query = {"access_token": token, "type": kind.value}
            name = f"media.{ENDINGS[type_]}"
            return await self._api.transport.upload(MEDIA_UPLOAD, query, content, name, type_, seconds=seconds)

        answer = await self._asked_again(MEDIA_UPLOAD, ask)
        media_id = answer.data.get("media_id") or answer.data.get("thumb_media_id")
        if not isinstance(media_id, str) or not media_id:
            raise Busy("the answer holds no media_id")
        return Uploaded(media_id=media_id, until=self._clock() + KEPT)

    async def _by_id(self, media_id: str) -> Fetched:
        if not media_id:
            raise MediaGone("no media_id")

        async def ask(token: str, seconds: float) -> ApiAnswer:
            query = {"access_token": token, "media_id": media_id}
            return await self._api.transport.download(MEDIA_GET, query, seconds=seconds, most=LARGEST_MEDIA)

        try:
            answer = await self._asked_again(MEDIA_GET, ask, hide=media_id)
        except PayloadRejected as error:  # 40007: it is over, or was never there
            raise MediaGone(error.detail, provider_code=error.provider_code) from None
        if answer.content is not None:
            return _fetched(answer)
        address = answer.data.get("video_url")
        if not isinstance(address, str):
            raise MediaGone("an answer without content")
        return await self._at(address)

    async def _asked_again(self, api: str, ask: Ask, *, hide: str = "") -> ApiAnswer:
        try:
            return await self._api.ask(api, ask, seconds=self._settings.media_seconds, hide=(hide,))
        except OutcomeUnknown as error:  # nothing is changed by asking again
            raise Busy(error.detail, provider_code=error.provider_code) from None

    async def _at(self, address: str) -> Fetched:
        if not self._is_the_platforms(address):
            raise MediaGone("an address that is not the platform's")
        seconds = self._settings.media_seconds
        try:
            answer = await self._api.transport.download_from(address, seconds=seconds, most=LARGEST_MEDIA)
        except OutcomeUnknown as error:
            raise Busy(error.detail, provider_code=error.provider_code) from None
        return _fetched(answer)

    def _is_the_platforms(self, address: str) -> bool:
        try:
            parts = urlsplit(address)
            port = parts.port
        except ValueError:
            return False
        if parts.scheme not in {"http", "https"} or "@" in parts.netloc:
            return False
        if parts.netloc == urlsplit(self._settings.api_base).netloc:
            return True
        host = (parts.hostname or "").rstrip(".")
        known = (host == each or host.endswith(f".{each}") for each in self._settings.media_hosts)
        return port in _PORTS and any(known)


def _fetched(answer: ApiAnswer) -> Fetched:
    if not answer.content:
        raise MediaGone("an empty answer")
    return Fetched(content=answer.content, type=answer.type)


def _checked(kind: UploadKind, content: bytes) -> str:
    limit, found = LIMITS[kind], sniffed(content)
    if found is None or found not in limit.types:
        raise PayloadRejected(f"not a type that may be uploaded as {kind}", provider_code="40004")
    if len(content) > limit.largest:
        raise PayloadRejected(f"larger than {limit.largest} bytes", provider_code="45001")
    return found
