"""Voices heard as words before the dialog hears them, where a recogniser is switched on.

The words are taken as if they had been written; the voice stays with them as an attachment, and what is filed is shown
before. Whatever fails, the message goes on as it came: the dialog asks for a text.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

import structlog

from bot.turns.turn import Manager
from channels.base import Channel, FetchesMedia
from channels.errors import ChannelError
from channels.messages import Inbound, Kind
from dialogs.outcome import Heard, Outcome, Person

_AT_ONCE = 3
"""Of one thought; the others are kept, and not listened to."""


class Recognises(Protocol):
    """Fulfilled by ``bot.understanding.speech.Recogniser``."""

    @property
    def seconds(self) -> float: ...

    async def words(self, voice: bytes) -> str:
        """What is said; "" where nothing is to be had. Never raises."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class HearsVoices:
    """Fulfils ``bot.turns.turn.Manager`` in front of another."""

    manager: Manager
    recogniser: Recognises
    channels: Mapping[tuple[str, str], Channel]

    async def turn(self, state: Mapping[str, object], heard: Sequence[Heard], person: Person, now: datetime) -> Outcome:
        """The manager's, with the words of voices that came without any."""
        mute = [one for one in heard if one.message.kind is Kind.VOICE and not one.message.text][-_AT_ONCE:]
        if mute:
            said = dict(zip((one.id for one in mute), await self._listened(mute), strict=True))
            heard = [_with_words(one, said.get(one.id, "")) for one in heard]
        return await self.manager.turn(state, heard, person, now)

    def gathers(self, state: Mapping[str, object], heard: Sequence[Heard]) -> bool:
        return self.manager.gathers(state, heard)

    async def _listened(self, mute: Sequence[Heard]) -> Sequence[str]:
        words = await asyncio.gather(*(self._words(one.message) for one in mute))
        structlog.get_logger().info("voice.listened", voices=len(mute), understood=sum(map(bool, words)))
        return words

    async def _words(self, message: Inbound) -> str:
        channel = self.channels.get((message.address.channel, message.address.account))
        if message.media is None or not isinstance(channel, FetchesMedia):
            return ""
        try:
            async with asyncio.timeout(self.recogniser.seconds):
                fetched = await channel.fetch(message.media)
                return await self.recogniser.words(fetched.content)
        except (ChannelError, TimeoutError):
            return ""


def _with_words(one: Heard, words: str) -> Heard:
    return replace(one, message=replace(one.message, text=words)) if words else one
