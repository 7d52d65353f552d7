"""What came with a message besides words: files, a position."""

from dialogs.actions.changed import replace
from dialogs.actions.draft import Draft
from dialogs.actions.told_places import NOWHERE
from dialogs.actions.world import Turn


def taken_as(kinds: set[str], *, told: bool) -> str:
    """What is said of files that came with a message; ``told``: it had words besides."""
    if "voice" in kinds:
        return "utter_voice_kept" if told else "utter_voice_taken"
    return "utter_file_taken" if "file" in kinds else "utter_picture_taken"


def at_location(draft: Draft, turn: Turn) -> Draft:
    """The draft with the position that was sent; a place that was told stays."""
    point = turn.location or {}
    label = str(point.get("label") or "").strip()
    place = label or "发送的位置" if draft.place in NOWHERE else draft.place
    return replace(draft, latitude=point["latitude"], longitude=point["longitude"], place=place, shown=None)
