"""What may become of a draft in one message, each change by its name."""

import re
from dataclasses import dataclass, field

from dialogs.actions.changed import replace
from dialogs.actions.draft import LONGEST_MATTER, Draft
from dialogs.nlu.identity import without_id_numbers

_NOT_SO = re.compile(r"^(?:不是|不对|错了|哦|哎呀?|唉)[，,、！! ]+(?:(?:就)?是(?!不是))?(?=[^，,。]{4})")
"""不是，是6栋602漏到502: what it is alone is told."""
AMISS = "amiss"
"""What ``Draft.pending`` says after it was asked which part is wrong: what stands there is not agreed to unseen."""


@dataclass(frozen=True, kw_only=True)
class Heard:
    """A draft after a message. ``remarks``: names of responses to be said before the next question."""

    draft: Draft = field(repr=False)
    remarks: tuple[str, ...] = ()

    def remark(self, response: str) -> "Heard":
        return replace(self, remarks=(*self.remarks, response))


def understood(draft: Draft) -> Draft:
    return replace(draft, unclear=0)


def anonymous(draft: Draft) -> Draft:
    kept = replace(draft, id_number=None, confirm=None, shown=None, pending=None, unclear=0)
    return replace(kept, anonymous=True, name="", phone="")


def only_reached(draft: Draft) -> Draft:
    """Without a name, but with a number, which is asked for where it is not known."""
    phone = None if draft.anonymous else draft.phone or None
    return replace(draft, anonymous=None, name="", phone=phone, confirm=None, shown=None, pending=None, unclear=0)


def repeated(draft: Draft, choice: str) -> Draft:
    """Progress and addition end the form: nothing more is asked."""
    if choice == "new":
        return replace(draft, repeat="")
    return replace(
        draft,
        repeat=choice,
        split=draft.split or "",
        place=draft.place or "",
        name=draft.name or "",
        phone=draft.phone or "",
        confirm=False,
        sensitive="",
    )


def confirmed(heard: Heard) -> Heard:
    return replace(heard, draft=replace(heard.draft, confirm=True))


def which_part(heard: Heard) -> Heard:
    """Ask what is wrong. Once the summary was read, a bare yes to that files nothing: it is shown once more."""
    draft = heard.draft
    read = draft.shown or draft.asked("confirm")
    amiss = replace(draft, shown=True, pending=AMISS, unclear=0) if read else replace(draft, unclear=0)
    return replace(heard, draft=amiss).remark("utter_which_part")


def which_sum(heard: Heard) -> Heard:
    """Ask which of several sums is wrong; as after ``which_part``, a bare yes files nothing unseen."""
    draft = replace(heard.draft, shown=True, pending=AMISS, unclear=0)
    return replace(heard, draft=draft).remark("utter_which_sum")


def unclear(heard: Heard, response: str) -> Heard:
    if heard.remarks:
        return heard
    return replace(heard, draft=replace(heard.draft, unclear=heard.draft.unclear + 1)).remark(response)


def told(draft: Draft, words: str) -> Draft:
    """The matter with more words; the same words twice are kept once, identity numbers never."""
    before, words = draft.matter or "", _NOT_SO.sub("", without_id_numbers(words))
    if not words or words in before:
        return replace(draft, unclear=0)
    if draft.fragment and draft.fragment not in words:
        words = f"{draft.fragment}，{words}"
    joined = f"{before}\n{words}" if before else words
    return replace(draft, matter=joined[:LONGEST_MATTER], fragment=None, shown=None, unclear=0)
