"""How long a question is asked: twice again, then a way out is offered, or the part is left open."""

from dialogs.actions.changed import replace
from dialogs.actions.changes import Heard, repeated
from dialogs.actions.confirming import kept_apart, split_into
from dialogs.actions.draft import Draft
from dialogs.actions.told_places import LEFT_OPEN
from dialogs.nlu.accusations import accuses_an_official
from dialogs.nlu.matter import sounds_amiss

ENOUGH = 3
"""So often a question is asked: once, and twice again."""
_TOO_MUCH = 5


def runs_out(heard: Heard, asked: str | None) -> Heard:
    """What becomes of a part that was asked often enough and is still open."""
    draft = heard.draft
    if not asked or getattr(draft, asked, None) is not None or draft.asked(asked) < ENOUGH:
        return heard
    leave = _LEFT.get(asked)
    return leave(heard) if leave else heard


def offers_a_way_out(draft: Draft, part: str) -> bool:
    """Whether the question gives way to a choice, a person among it."""
    return draft.asked(part) >= ENOUGH


def _matter(heard: Heard) -> Heard:
    """Words that were kept will do in the end, where they say what is wrong; without any, there is nothing to file."""
    draft = heard.draft
    if draft.fragment and ("，" in draft.fragment or sounds_amiss(draft.fragment)) and draft.asked("matter") > ENOUGH:
        return replace(heard, draft=replace(draft, matter=draft.fragment, fragment=None, unclear=0))
    if draft.asked("matter") < _TOO_MUCH:
        return heard
    return replace(heard, draft=_ended(draft))


def _ended(draft: Draft) -> Draft:
    done = repeated(draft, "given up")
    return replace(done, matter="", split="", sensitive="")


def _place(heard: Heard) -> Heard:
    draft = heard.draft
    if draft.vague or accuses_an_official(draft.matter or ""):  # as far as it was told
        return replace(heard, draft=replace(draft, place=draft.vague or "", vague=None, unclear=0))
    return replace(heard, draft=replace(draft, place=LEFT_OPEN, unclear=0)).remark("utter_place_left_open")


def _name(heard: Heard) -> Heard:
    """Offered once to stay anonymous; whoever says neither is reached where they write."""
    draft = heard.draft
    if draft.asked("name") <= ENOUGH:
        return heard
    return replace(heard, draft=replace(draft, name="", phone=draft.phone or "", unclear=0))


def _phone(heard: Heard) -> Heard:
    return replace(heard, draft=replace(heard.draft, phone="", unclear=0)).remark("utter_phone_left_open")


def _split(heard: Heard) -> Heard:
    return replace(heard, draft=split_into(heard.draft, "together"))


def _repeat(heard: Heard) -> Heard:
    return replace(heard, draft=repeated(replace(heard.draft, unclear=0), "new"))


_LEFT = {
    "matter": _matter,
    "split": _split,
    "repeat": _repeat,
    "place": _place,
    "name": _name,
    "phone": _phone,
    "sensitive": kept_apart,
}
