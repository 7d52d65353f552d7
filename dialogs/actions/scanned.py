"""A matter told after a scan happened where the code hangs, unless it names a place itself."""

from dialogs.actions.changed import replace
from dialogs.actions.changes import Heard
from dialogs.actions.draft import Draft
from dialogs.actions.world import Turn
from dialogs.nlu.places import find_place


def at_the_code(heard: Heard, before: Draft, turn: Turn) -> Heard:
    """The draft with the code's place, said so that it can be put right; only when the matter is told."""
    draft = heard.draft
    told_now = draft.matter and not before.matter
    if not (turn.scanned and told_now) or draft.place is not None or draft.vague or draft.latitude is not None:
        return heard
    named = find_place(draft.matter or "")
    if named and named.value not in turn.scanned:
        return heard  # another district, or something else that is to be asked about
    return replace(heard, draft=replace(draft, place=turn.scanned)).remark("utter_place_scanned")
