"""Temporary material: pictures and voices that phones or the account put in, kept three days."""

from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta

_LIFE = timedelta(days=3)
_MOST_BYTES = 128 * 1024 * 1024
_MAGIC = {b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg", b"GIF8": "image/gif"}
_AMR_HEAD = b"#!AMR\n"
_SILENT_FRAME = b"\x04" + bytes(12)  # AMR-NB, 4.75 kbit/s, 20 ms
_FRAMES_A_SECOND = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """What lies under one media id."""

    id: str
    type: str
    content_type: str
    content: bytes
    until: datetime


class MediaStore:
    """Bounded by bytes: the oldest goes first."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, Material] = OrderedDict()
        self._bytes = 0

    def put(self, media_id: str, kind: str, content_type: str, content: bytes, now: datetime) -> Material:
        material = Material(id=media_id, type=kind, content_type=content_type, content=content, until=now + _LIFE)
        self._kept[media_id] = material
        self._bytes += len(content)
        while self._bytes > _MOST_BYTES:
            _, gone = self._kept.popitem(last=False)
            self._bytes -= len(gone.content)
        return material

    def get(self, media_id: str, now: datetime) -> Material | None:
        material = self._kept.get(media_id)
        return material if material and material.until > now else None


def picture_type(content: bytes) -> str | None:
    """The content type that a picture's first bytes tell; None for anything that is not PNG, JPEG or GIF."""
    return next((kind for magic, kind in _MAGIC.items() if content.startswith(magic)), None)


def silent_voice(seconds: int) -> bytes:
    """A real AMR file in which nobody speaks."""
    return _AMR_HEAD + _SILENT_FRAME * (_FRAMES_A_SECOND * seconds)
