"""Which of several matters comes first, or that they stay together, said at whatever question is open."""

import re

from dialogs.actions.changed import replace
from dialogs.actions.changes import Heard
from dialogs.actions.draft import Draft
from dialogs.nlu.part_choice import part_meant
from dialogs.nlu.places import find_place
from dialogs.text.clean import words_only
from dialogs.text.phrases import made_of

_LONGEST = 14
_FIRST = re.compile(r"先|优先")
_JOINS = made_of(
    r"合(?:在|到|成|为)?一[起块件]儿?|合并|放(?:在)?一[起块]|写(?:在)?一[起块]|一[起块]儿?|不(?:用|要)?分开?|别分开?|一件|算一件|"
    r"这?[两三四几]件事?|都|就|还是|请|帮我|给我|我|说|登记|办|报|反映|提交|写|吧|了|的|呗|啊|可以|行|好|把|它们|事情?|问题|在"
)
_JOINS_CORE = re.compile(r"合|[放写]在?一|一[起块]|[不别].{0,2}分")


def ordered(heard: Heard, text: str) -> Heard | None:
    """The draft as it was ordered; None where nothing is said of it."""
    draft, bare = heard.draft, words_only(text)
    if len(bare) > _LONGEST or not draft.matter:
        return None
    if _JOINS.fullmatch(bare) and _JOINS_CORE.search(bare):
        return replace(heard, draft=_joined(draft)).remark("utter_noted")
    if not (draft.later and draft.split == "apart" and _FIRST.search(bare)):
        return None
    meant = part_meant(text, (draft.matter, *draft.later))
    if meant is None:
        return None
    return replace(heard, draft=_begun_with(draft, meant - 1) if meant else draft).remark("utter_noted")


def _joined(draft: Draft) -> Draft:
    if not (draft.later and draft.split == "apart"):
        return draft
    matter = "\n".join((draft.matter or "", *draft.later))
    return replace(draft, matter=matter, later=(), split="together", shown=None, unclear=0)


def _begun_with(draft: Draft, chosen: int) -> Draft:
    """A later matter in front; what was known of the place of the one before stands in its words."""
    first = draft.later[chosen]
    others = tuple(part for number, part in enumerate(draft.later) if number != chosen)
    found = find_place(first)
    place = found.value if found and found.exact else draft.place
    return replace(
        draft,
        matter=first,
        later=(draft.matter or "", *others),
        place=place,
        title=None,
        type=None,
        category=None,
        when=None,
        happened=None,
        shown=None,
        unclear=0,
    )
