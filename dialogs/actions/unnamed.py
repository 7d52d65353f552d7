"""Who does not want to be known is not filed under a name: the wish, the question, and giving up for fear."""

import re

from dialogs.actions.changed import replace
from dialogs.actions.changes import Heard, anonymous, only_reached
from dialogs.actions.draft import Draft
from dialogs.nlu import commands
from dialogs.nlu.facts import Facts
from dialogs.nlu.others_names import NameToGo, name_in, name_to_go, without_name
from dialogs.nlu.unnamed import (
    asks_if_traced,
    asks_who_handles,
    asks_who_knows,
    gives_up_for_fear,
    leaves_only_phone,
    only_fears,
    only_what_is_left,
    only_wishes_secrecy,
    wants_no_name,
)
from dialogs.text.clean import words_only

_UNDO = "undo "
"""Begins what ``Draft.pending`` says while it is asked whether who is unnamed wants to be reached after all."""
_OPEN = {"afraid": "utter_afraid", "named": "utter_named_or_not"}
"""Choices that nothing is filed before: by what ``Draft.pending`` says, the response that offers them."""
_NUMBER = re.compile(r"\d{7}")
_SURE = re.compile(r"确认|提交|实名|真名|不匿名|留(?:号码?|电话|名)|登记上|用这个")
_STAYS = re.compile(r"(?:我|那)?(?:还是|继续|就|要|想|保持)*匿名(?:登记|提交|举报|反映)?(?:吧|的|好了)?|不留了?|不登")
_A_UNIT = re.compile(r"[\u3400-\u9fff][局委院所站厅处镇乡村区县市厂校]$")
"""市水利局 answers whom it is about."""
_GOES_ON = re.compile(r"(?:那|我)?(?:就|还是)?(?:想|要)?(?:继续)?(?:反映|登记|说|办)吧?")


def waits_for_choice(heard: Heard) -> bool:
    """Whether a choice was just offered that stands alone."""
    return heard.draft.pending in _OPEN or _asks_to_undo(heard.draft)


def of_being_known(heard: Heard, text: str) -> Heard | None:  # noqa: PLR0911 - a table, one line a meaning
    """What becomes of such words; None where the text has nothing of the kind."""
    draft = heard.draft
    if wish := name_to_go(text):
        return _without_anothers_name(heard, wish)
    if leaves_only_phone(text) and only_what_is_left(text) and not _NUMBER.search(text):
        return replace(heard, draft=only_reached(draft))
    if (draft.name or draft.phone) and only_wishes_secrecy(text):  # what they gave stays; to be unnamed is offered
        return _kept_secret(heard)
    if wants_no_name(text) or (draft.anonymous and _STAYS.fullmatch(words_only(text))):
        return replace(heard, draft=anonymous(draft)).remark("utter_anonymous")
    if gives_up_for_fear(text):
        return offered(heard, "afraid")
    if answer := _assured(draft, text):
        return replace(heard, draft=replace(draft, shown=None, pending=None, unclear=0)).remark(answer)
    if only_fears(text) or only_wishes_secrecy(text):
        return _kept_secret(heard)
    return offered(heard, draft.pending) if draft.pending in _OPEN and _says_not_which(draft.pending, text) else None


def _without_anothers_name(heard: Heard, wish: NameToGo) -> Heard | None:
    """The name of somebody else goes out of content, title and whom it concerns; the writer's own stays as it is."""
    draft = heard.draft
    matter, behalf = without_name(draft.matter or "", wish), without_name(draft.behalf or "", wish)
    if behalf and behalf == name_in(draft.matter or ""):  # the name alone stood there
        behalf = wish.who
    if matter == (draft.matter or "") and behalf == (draft.behalf or ""):
        return (
            None
            if wish.name
            else replace(heard, draft=replace(draft, unclear=0, shown=None)).remark("utter_no_such_name")
        )
    changed = replace(draft, matter=matter or None, behalf=behalf or None, title=None, shown=None, pending=None)
    return replace(heard, draft=replace(changed, confirm=None, unclear=0)).remark("utter_name_taken_out")


def reached_after_all(heard: Heard, facts: Facts) -> Heard:
    """Who chose to be unnamed and gives a number or a name: whether that undoes the choice is asked, not guessed."""
    draft = heard.draft
    if not draft.anonymous or facts.anonymous is not None or not (facts.phone or facts.name):
        return heard
    pending = f"{_UNDO}{facts.name}|{facts.phone}"
    return replace(heard, draft=replace(draft, pending=pending, confirm=None, unclear=0)).remark("utter_undo_unnamed")


def undone_or_not(heard: Heard, text: str, value: str | None) -> Heard | None:
    """The answer to that; None where it was not asked, or something else was said."""
    draft = heard.draft
    if not _asks_to_undo(draft):
        return None
    if value == "anonymous" or commands.denies(text) or _STAYS.fullmatch(words_only(text)):
        return replace(heard, draft=replace(draft, pending=None, shown=None)).remark("utter_anonymous")
    if value == "named" or commands.affirms(text) or _SURE.search(words_only(text)):
        name, _, phone = (draft.pending or "").removeprefix(_UNDO).partition("|")
        return replace(
            heard,
            draft=replace(draft, pending=None, shown=None, anonymous=None, name=name or None, phone=phone or None),
        )
    return None


def _asks_to_undo(draft: Draft) -> bool:
    return (draft.pending or "").startswith(_UNDO)


def _assured(draft: Draft, text: str) -> str:
    """The answer to who will know, or who will deal with it; "" where neither is asked."""
    if asks_who_handles(text):
        return "utter_who_handles"
    if asks_if_traced(text):
        return "utter_not_traced"
    kept = "utter_unnamed_is_kept" if draft.anonymous else "utter_name_is_kept"
    return kept if asks_who_knows(text) else ""


def _kept_secret(heard: Heard) -> Heard:
    draft = replace(heard.draft, confidential=True, shown=None, pending=None, unclear=0)
    return replace(heard, draft=draft).remark("utter_unnamed_is_kept" if draft.anonymous else "utter_kept_secret")


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
    short = len(bare) <= 4 and "匿名" not in bare and not _A_UNIT.search(bare)  # noqa: PLR2004 - 中, 好的, 要得
    return short or commands.affirms(text) or commands.denies(text) or bool(_GOES_ON.fullmatch(bare))
