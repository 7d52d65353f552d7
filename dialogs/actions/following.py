"""Several matters, filed one after the other: what they share is told once."""

from collections.abc import Mapping, Sequence
from typing import Any

from dialogs.actions.changed import replace
from dialogs.actions.changes import Heard
from dialogs.actions.draft import Draft
from dialogs.actions.listening import listen
from dialogs.actions.told_places import NOWHERE
from dialogs.actions.world import Turn
from dialogs.nlu.danger import danger_in
from dialogs.nlu.matter import Categories

_MOST = 5
NOTHING_SHARED: Mapping[str, Any] = {
    "anonymous": None,
    "confidential": None,
    "behalf": None,
    "message_ids": [],
    "place": None,
}
"""What a matter that stands by itself has from the one before."""


def kept_for_later(draft: Draft) -> Mapping[str, Any] | None:
    """What the next petition begins with; None where none follows."""
    if not draft.later:
        return None
    return {
        "matters": list(draft.later[:_MOST]),
        "anonymous": draft.anonymous,
        "confidential": draft.confidential,
        "behalf": draft.behalf,
        "message_ids": list(draft.message_ids),
        "place": None if draft.place in NOWHERE or draft.split != "apart" else draft.place,
    }


def next_draft(kept: Mapping[str, Any], turn: Turn, categories: Categories) -> Heard:
    """The next of the matters that wait, as if it were told now."""
    matters: Sequence[str] = kept["matters"]
    heard = listen(Draft(), replace(turn, text=matters[0], attachments=(), location=None), None, categories)
    draft = heard.draft
    draft = replace(
        draft,
        matter=draft.matter or matters[0],
        split="apart" if len(matters) > 1 and kept["place"] else "",
        danger=bool(danger_in(matters[0])) or None,
        place=draft.place if draft.place is not None else kept["place"],
        later=tuple(matters[1:]),
        anonymous=kept["anonymous"],
        confidential=draft.confidential or kept["confidential"],
        behalf=draft.behalf or kept["behalf"],
        message_ids=tuple(dict.fromkeys((*kept["message_ids"], *draft.message_ids))),
        name="" if kept["anonymous"] else draft.name,
        phone="" if kept["anonymous"] else draft.phone,
    )
    return Heard(draft=draft)
