"""What somebody would have written down, and the case that it becomes."""

from dataclasses import dataclass, field
from datetime import datetime

from bot.text import clip
from storage.cases import Case, Filer, Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A case to be. ``title`` may be empty: the beginning of the content is taken.

    ``desk``: the code of the unit that takes it down, "" for the office itself. ``received_at``: the day on which it
    came, where that was before today.
    """

    content: str = field(repr=False)
    title: str = field(default="", repr=False)
    type: str = "求助"
    category: str = ""
    place: str = field(default="", repr=False)
    district: str = ""
    latitude: float | None = field(default=None, repr=False)
    longitude: float | None = field(default=None, repr=False)
    since: str = field(default="", repr=False)
    filer: Filer = field(default_factory=Filer)
    anonymous: bool = False
    confidential: bool = False
    accusation: bool = False
    reply_wanted: bool = True
    urgency: str = "normal"
    source: Source = field(default_factory=lambda: Source(channel="api"))
    desk: str = ""
    received_at: datetime | None = None


def case_of(draft: Draft, number: str, now: datetime) -> Case:
    """The case under its drawn number; who filed it follows it."""
    followed_by = draft.filer.conversation_id
    return Case(
        number=number,
        title=draft.title or clip(draft.content),
        content=draft.content,
        type=draft.type,
        category=draft.category,
        place=draft.place,
        district=draft.district,
        latitude=draft.latitude,
        longitude=draft.longitude,
        since=draft.since,
        filer=draft.filer,
        anonymous=draft.anonymous,
        confidential=draft.confidential,
        accusation=draft.accusation,
        reply_wanted=draft.reply_wanted,
        urgency=draft.urgency,
        source=draft.source,
        desk=draft.desk,
        received_at=draft.received_at,
        followers=() if followed_by is None else (followed_by,),
        created_at=now,
        updated_at=now,
    )
