"""A picture and words that only point at it: 就是这个坑 begins a petition, which asks what it is and where."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from dialogs.hearing import Thought
from dialogs.nlu.pointing import points

_FOR = timedelta(hours=1)
_BEGIN = '/file_petition{"kind": "pointed"}'


def pointed_out(kept: Mapping[str, Any], thought: Thought, text: str, now: datetime) -> str:
    """The payload that begins a petition with what was sent; "" where nothing was, or more is said than 看这个."""
    engine = kept["engine"] or {}
    if engine.get("active_loop") or thought.payload or kept["options"] or not points(text):
        return ""
    held = (engine.get("slots") or {}).get("held") or {}
    fresh = held.get("attachments") and now - datetime.fromisoformat(held["at"]) <= _FOR
    return _BEGIN if thought.attachments or thought.location or fresh else ""
