"""A place by the office's own list: known without a suffix, completed, and asked which where there are several."""

import re
from collections.abc import Sequence

from dialogs.actions.changed import replace
from dialogs.actions.draft import Draft
from dialogs.nlu.facts import answered_place
from dialogs.nlu.gazetteer import Gazetteer
from dialogs.nlu.places import Lack, lack_of
from dialogs.text.clean import words_only

MOST_CHOICES = 3
_AS_BEFORE = re.compile(
    r"(?:地[址点方]|位置)?(?:也|还|都|就|同样)*是?在?(?:跟|和|同|与)?(?:刚才|上面|上次|前面|上一(?:件|个)|上个|之前|刚刚|前头)?(?:说的?|填的?|写的?|那件|那个|登记的?)?的?"
    r"(?:同一个?(?:地方|地址|地点|小区|位置|村)|(?:地方|地址|地点)?(?:一样|相同|不变)|老地方|原来的?(?:地方|地址)|[这那](?:里|儿|边|个小区|个地方|个村|块儿?|个地址)|(?<=[才面次件个前头刚说的])(?:地址|地方|地点))(?:的|啊|呀|吧|呢)*"
)
"""也是这里, 跟刚才一样: where the case before was."""
_SHORTEST_NAME = 3


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


def as_before(said: str, known: str) -> str:
    """The place of the case before, where somebody says that it is the same one; empty where they say another."""
    bare = words_only(said)
    named = answered_place(said)
    again = len(named) >= _SHORTEST_NAME and named in known
    return known if known and (_AS_BEFORE.fullmatch(bare) or again) else ""


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
