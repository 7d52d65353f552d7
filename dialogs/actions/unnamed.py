"""Who does not want to be known is not filed under a name: the wish, the question, and giving up for fear."""

import re

from dialogs.actions.changed import replace
from dialogs.actions.changes import Heard, anonymous
from dialogs.nlu import commands
from dialogs.nlu.clean import words_only
from dialogs.nlu.unnamed import asks_who_knows, gives_up_for_fear, wants_no_name

_OPEN = {"afraid": "utter_afraid", "named": "utter_named_or_not"}
"""Choices that nothing is filed before: by what ``Draft.pending`` says, the response that offers them."""
_SURE = re.compile(r"确认|提交|实名|真名")
_GOES_ON = re.compile(r"(?:那|我)?(?:就|还是)?(?:想|要)?(?:继续)?(?:反映|登记|说|办)吧?")


def waits_for_choice(heard: Heard) -> bool:
    """Whether a choice was just offered that stands alone."""
    return heard.draft.pending in _OPEN


def of_being_known(heard: Heard, text: str) -> Heard | None:
    """What becomes of such words; None where the text has nothing of the kind."""
    draft = heard.draft
    if wants_no_name(text):
        return replace(heard, draft=anonymous(draft)).remark("utter_anonymous")
    if gives_up_for_fear(text):
        return offered(heard, "afraid")
    if asks_who_knows(text):
        return replace(heard, draft=replace(draft, shown=None, pending=None, unclear=0)).remark("utter_name_is_kept")
    return offered(heard, draft.pending) if draft.pending in _OPEN and _says_not_which(draft.pending, text) else None


def offered(heard: Heard, what: str) -> Heard:
    """Offer to stay anonymous; a bare yes chooses nothing."""
    return replace(heard, draft=replace(heard.draft, pending=what, confirm=None, unclear=0)).remark(_OPEN[what])


def decided(heard: Heard) -> Heard:
    """Whoever says something else has left the choice."""
    return replace(heard, draft=replace(heard.draft, pending=None)) if waits_for_choice(heard) else heard


def _says_not_which(pending: str, text: str) -> bool:
    if pending == "named" and _SURE.search(text):
        return False
    bare = words_only(text)
    short = len(bare) <= 4 and "匿名" not in bare  # noqa: PLR2004 - 中, 好的, 要得
    return short or commands.affirms(text) or commands.denies(text) or bool(_GOES_ON.fullmatch(bare))
