"""The fetcher of one process, by the settings."""

from collections.abc import Mapping

from bot.casework.service import Casework
from bot.chance import jitter
from bot.media.fetching import Limits, MediaFetcher, patience
from bot.settings_sections import Attachments
from channels.base import Channel, Clock
from channels.messages import Kind
from storage.store import Store


def make_fetcher(
    kept: Attachments,
    *,
    store: Store,
    channels: Mapping[tuple[str, str], Channel],
    casework: Casework,
    clock: Clock,
) -> MediaFetcher:
    """``kept``: how large and how many they may be."""
    largest: dict[str, int] = {
        Kind.IMAGE: kept.picture_mb,
        Kind.VOICE: kept.voice_mb,
        Kind.VIDEO: kept.video_mb,
        Kind.FILE: kept.file_mb,
    }
    return MediaFetcher(
        store=store,
        channels=channels,
        casework=casework,
        limits=Limits(largest=largest, daily=kept.daily_per_person),
        clock=clock,
        chance=jitter(),
        backoff=patience(),
    )
