"""What a picture, voice, video or file is, by its first bytes: never by its name, or by what anybody says of it.

The table is short on purpose. What a browser would run (SVG, HTML) and what hides other files (archives, documents
of office programs) is not in it, and so is nothing that we keep.
"""

from collections.abc import Mapping
from types import MappingProxyType

ENDINGS: Mapping[str, str] = MappingProxyType(
    {
        "image/jpeg": "jpg",
        "image/png": "png",
        "image/gif": "gif",
        "image/webp": "webp",
        "image/bmp": "bmp",
        "image/heic": "heic",
        "audio/amr": "amr",
        "audio/amr-wb": "awb",
        "audio/mpeg": "mp3",
        "audio/wav": "wav",
        "audio/ogg": "ogg",
        "audio/mp4": "m4a",
        "video/mp4": "mp4",
        "video/3gpp": "3gp",
        "video/quicktime": "mov",
        "application/pdf": "pdf",
    }
)
"""Every type that is known, with the ending of its files' names."""

_MAGIC: Mapping[bytes, str] = MappingProxyType(
    {
        b"\xff\xd8\xff": "image/jpeg",
        b"\x89PNG\r\n\x1a\n": "image/png",
        b"GIF87a": "image/gif",
        b"GIF89a": "image/gif",
        b"#!AMR\n": "audio/amr",
        b"#!AMR-WB\n": "audio/amr-wb",
        b"ID3": "audio/mpeg",
        b"OggS": "audio/ogg",
        b"%PDF-": "application/pdf",
    }
)
_RIFF: Mapping[bytes, str] = MappingProxyType({b"WEBP": "image/webp", b"WAVE": "audio/wav"})
_BRANDS: Mapping[bytes, str] = MappingProxyType(
    {
        b"isom": "video/mp4",
        b"iso2": "video/mp4",
        b"iso4": "video/mp4",
        b"iso5": "video/mp4",
        b"iso6": "video/mp4",
        b"mp41": "video/mp4",
        b"mp42": "video/mp4",
        b"avc1": "video/mp4",
        b"M4V ": "video/mp4",
        b"MSNV": "video/mp4",
        b"M4A ": "audio/mp4",
        b"qt  ": "video/quicktime",
        b"heic": "image/heic",
        b"heix": "image/heic",
        b"mif1": "image/heic",
        b"3gp4": "video/3gpp",
        b"3gp5": "video/3gpp",
        b"3gp6": "video/3gpp",
    }
)
"""The brand of an ISO media file (ISO/IEC 14496-12): its bytes 8 to 11, behind the box's name."""
_BRAND = slice(8, 12)


def sniffed(content: bytes) -> str | None:
    """The type of ``content``, one of ``ENDINGS``; None: none that is known."""
    for magic, kind in _MAGIC.items():
        if content.startswith(magic):
            return kind
    if content.startswith(b"RIFF"):
        return _RIFF.get(content[_BRAND])
    if content[4:8] == b"ftyp":
        return _BRANDS.get(content[_BRAND])
    if _is_bitmap(content):
        return "image/bmp"
    return "audio/mpeg" if _is_mp3_frame(content) else None


def _is_bitmap(content: bytes) -> bool:
    # Two letters say too little; the file's own length stands behind them.
    return content.startswith(b"BM") and int.from_bytes(content[2:6], "little") == len(content)


def _is_mp3_frame(content: bytes) -> bool:
    """A frame's head: eleven bits set, layer III, and neither bit rate nor sampling rate out of the tables."""
    if len(content) < 4 or content[0] != 0xFF or content[1] & 0xE6 != 0xE2:  # noqa: PLR2004 - bits of the format
        return False
    return content[2] >> 4 not in {0x0, 0xF} and content[2] >> 2 & 0x3 != 0x3  # noqa: PLR2004 - likewise
