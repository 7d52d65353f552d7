"""Voices as words, by an OpenAI-compatible address.

Off by default: a voice tells who somebody is, and cannot be masked.
Where it fails, it is as if it were off: the voice is kept as an attachment, and the person is asked for a text.
"""

import io
import unicodedata
import wave
from dataclasses import dataclass
from typing import Any

import aiohttp

from bot.understanding.endpoint import Endpoint, EndpointAway
from channels.media_types import ENDINGS, sniffed

LARGEST_VOICE = 2 * 1024 * 1024
"""Bytes; the platforms' own limit for a minute."""
LONGEST_WORDS = 2_000
_LARGEST_ANSWER = 256 * 1024
_TRIED_SECONDS = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Recogniser:
    """One model behind one address. ``seconds`` bound fetching a voice and this call together."""

    endpoint: Endpoint
    model: str
    seconds: float

    async def words(self, voice: bytes) -> str:
        """What is said in ``voice``; "" where nothing is to be had, or it is no sound."""
        kind = sniffed(voice) or ""
        if not kind.startswith("audio/") or len(voice) > LARGEST_VOICE:
            return ""
        try:
            return await self._asked(voice, kind, self.seconds)
        except EndpointAway:
            return ""

    async def tried(self) -> bool:
        """Whether the address takes a sound (half a second of silence) and answers as agreed."""
        try:
            await self._asked(silence(), "audio/wav", _TRIED_SECONDS)
        except EndpointAway:
            return False
        return True

    async def _asked(self, voice: bytes, kind: str, seconds: float) -> str:
        form = aiohttp.FormData()
        form.add_field("file", voice, filename=f"voice.{ENDINGS[kind]}", content_type=kind)
        for name, value in (("model", self.model), ("language", "zh"), ("response_format", "json")):
            form.add_field(name, value)
        return await self.endpoint.call(
            "/audio/transcriptions", form, read=_words, seconds=seconds, largest=_LARGEST_ANSWER
        )


def silence() -> bytes:
    """Half a second of nothing, as WAV."""
    file = io.BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(8_000)
        sound.writeframes(bytes(8_000))
    return file.getvalue()


def _words(answer: Any) -> str:
    said = answer["text"]
    if not isinstance(said, str):
        raise TypeError
    plain = "".join(c if unicodedata.category(c) not in {"Cc", "Cf", "Cs", "Co"} else " " for c in said)
    return plain.strip()[:LONGEST_WORDS]
