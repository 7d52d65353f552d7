"""A place by the office's own list: known without a suffix, completed, and asked which where there are several."""

from collections.abc import Sequence

from dialogs.actions.changed import replace
from dialogs.actions.draft import Draft
from dialogs.nlu.gazetteer import Gazetteer
from dialogs.nlu.places import Lack, lack_of

MOST_CHOICES = 3


def located(draft: Draft, before: Draft, text: str, gazetteer: Gazetteer) -> Draft:
    """A place that was told just now, as the list knows it. What stood before, and what was chosen, stays."""
    estate = gazetteer.place_in(text) or gazetteer.place_in(draft.matter or "")
    if not (draft.matter or estate) or draft.place == "" or draft.vague or draft.latitude is not None:
        return draft
    place = draft.place
    if place is None or place != before.place:
        place = _with_estate(place, estate, text)
    if place is None or place == before.place:
        return draft
    return replace(draft, place=gazetteer.complete(place))


def choices_of(draft: Draft, gazetteer: Gazetteer) -> Sequence[str]:
    """The places that ``draft.vague`` may be, a few at most."""
    return gazetteer.choices(draft.vague)[:MOST_CHOICES] if draft.vague else ()


def settled(draft: Draft, said: str, gazetteer: Gazetteer) -> Draft | None:
    """The draft with the place that was chosen of several; None where nothing was."""
    place = gazetteer.settled(draft.vague, said) if draft.vague and said else ""
    return replace(draft, place=place, vague=None, unclear=0, shown=None) if place else None


def _with_estate(place: str | None, estate: str, text: str) -> str | None:
    if not estate or place is None or place in estate or lack_of(place) is Lack.SPOT:
        return estate or place
    return f"{place}{estate}" if f"{place}{estate}" in text else place
