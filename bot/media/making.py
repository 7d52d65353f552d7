"""The fetcher of one process, by the settings."""

from collections.abc import Mapping
from types import MappingProxyType

from bot.casework.service import Casework
from bot.chance import jitter
from bot.media.fetching import Limits, MediaFetcher, patience
from bot.settings_sections import Attachments
from channels.base import Channel, Clock
from channels.messages import Kind
from storage.store import Store

_KINDS: Mapping[str, Kind] = MappingProxyType({"image": Kind.IMAGE, "audio": Kind.VOICE, "video": Kind.VIDEO})


def kind_of(type: str) -> str:  # noqa: A002 - what it is
    """The kind of a file of this type ("image/png": "image")."""
    return _KINDS.get(type.partition("/")[0], Kind.FILE).value


def limits_of(kept: Attachments) -> Limits:
    """How large and how many files may be, whoever gives them."""
    largest: dict[str, int] = {
        Kind.IMAGE: kept.picture_mb,
        Kind.VOICE: kept.voice_mb,
        Kind.VIDEO: kept.video_mb,
        Kind.FILE: kept.file_mb,
    }
    return Limits(largest=largest, daily=kept.daily_per_person)


def make_fetcher(
    kept: Attachments,
    *,
    store: Store,
    channels: Mapping[tuple[str, str], Channel],
    casework: Casework,
    clock: Clock,
) -> MediaFetcher:
    """``kept``: how large and how many they may be."""
    return MediaFetcher(
        store=store,
        channels=channels,
        casework=casework,
        limits=limits_of(kept),
        clock=clock,
        chance=jitter(),
        backoff=patience(),
    )
