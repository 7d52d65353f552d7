"""The same person on the same matter again: an earlier case is offered, by the words or by kind and place."""

from dialogs.actions.changed import replace
from dialogs.actions.draft import Draft
from dialogs.actions.told_places import NOWHERE
from dialogs.actions.world import Turn, World
from dialogs.nlu.matter import Categories
from dialogs.nlu.places import find_place
from dialogs.ports import CaseView
from dialogs.text.ngrams import overlap

_ALIKE = 0.6
_SAME_PLACE = 0.5
"""More than half of a place's name."""


async def compared(draft: Draft, turn: Turn, world: World) -> Draft:
    """The draft with the earlier case that it may repeat; the question is put once."""
    if not draft.matter or draft.twin or draft.repeat or (draft.repeat == "" and not _newly_placed(draft)):
        return draft
    cases = await world.cases.mine(turn.conversation_id)
    twin = next((case for case in cases if case.open and is_like(case, draft, world.categories)), None)
    placed = replace(draft, asks={**draft.asks, _COMPARED: 1}) if draft.place not in NOWHERE else draft
    return replace(placed, twin=twin.number, repeat=None) if twin else replace(placed, repeat="")


_COMPARED = "compared"


def _newly_placed(draft: Draft) -> bool:
    """Whether the place came after the matter: the comparison is made once more with it."""
    return draft.place not in NOWHERE and not draft.asked(_COMPARED)


def is_like(case: CaseView, draft: Draft, categories: Categories) -> bool:
    """Whether most of the case's title is in the matter, or both are of one kind, and not at two places."""
    matter, theirs = draft.matter or "", find_place(case.title)
    ours = find_place(matter)
    here = ours.value if ours else "" if draft.place in NOWHERE else draft.place or ""
    if not case.title or (here and theirs and overlap(theirs.value, here) < _SAME_PLACE):
        return False
    if overlap(case.title, matter) >= _ALIKE:
        return True
    kind = categories.of(matter)
    return bool(kind and theirs and here and kind == categories.of(case.title))
