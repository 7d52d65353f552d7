"""The form's questions: few, short, never the same words twice, and with a way out where they were asked in vain."""

from collections.abc import Sequence
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from dialogs.actions.brief import AROUND, Brief, brief_of
from dialogs.actions.draft import PREFIX, Draft, read_draft
from dialogs.actions.locating import choices_of
from dialogs.actions.naming import surname_told
from dialogs.actions.patience import offers_a_way_out
from dialogs.actions.resuming import came_back, open_words
from dialogs.actions.sensitive import kinds_in
from dialogs.actions.summary import PARTS, Summary, summary_of
from dialogs.actions.world import Turn, World, clipped, digresses, numbered, say, turn_of
from dialogs.nlu import commands
from dialogs.nlu.accusations import accuses_an_official
from dialogs.nlu.gatherings import only_presses, plans_a_gathering
from dialogs.nlu.masking import masked
from dialogs.nlu.openers import opens_praise

FORM = "petition_form"
_PART_SHOWN = 40
_WAYS_OUT = {
    "matter": "utter_matter_or_person",
    "name": "utter_name_or_anonymous",
    "confirm": "utter_confirm_or_person",
}
_AGAIN = "_again"


class Ask(Action):
    """Asks for one part of the petition, with one short question."""

    def __init__(self, part: str, world: World) -> None:
        self._part = part
        self._world = world

    def name(self) -> str:
        return f"action_ask_{PREFIX}{self._part}"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[Any]:
        turn, draft = turn_of(tracker), read_draft(tracker)
        if tracker.slots.get("quiet"):
            return [SlotSet("quiet", None)]
        aside = digresses(turn, domain, FORM)
        if aside and came_back(draft, turn):
            say(dispatcher, "utter_resume_offer", **open_words(draft, turn, self._world.categories))
            return [SlotSet(f"{PREFIX}at", turn.at.isoformat())]
        special = {"confirm": self._show, "repeat": self._offer, "split": self._apart, "sensitive": self._consent}
        if self._part in special:
            events = await special[self._part](dispatcher, turn, draft, aside=aside)
        else:
            events = self._question(dispatcher, tracker, turn, draft, aside=aside)
        return [*events, *([] if aside else _counted(draft, self._part))]

    def _question(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, turn: Turn, draft: Draft, *, aside: bool
    ) -> list[Any]:
        taken_up = any(draft.asked(part) for part in PARTS)
        begins = tracker.slots.get("requested_slot") is None and not (draft.unclear or draft.later or taken_up)
        if aside:
            say(dispatcher, "utter_go_on")
        elif begins:
            say(dispatcher, "utter_noted" if draft.matter else "utter_begin")
        place = masked(draft.place or draft.vague or "")
        if self._part == "place" and (which := choices_of(draft, self._world.gazetteer)):
            lines = "\n".join(f"{n} {one}" for n, one in enumerate(which, 1))
            buttons = [(one, f'/choose{{"value": "{one}"}}') for one in which]
            say(dispatcher, "utter_ask_petition_place_which", place=place, choices=lines, buttons=buttons)
        elif self._part == "matter" and (thing := _thing_named(draft)):
            whom = opens_praise(thing)
            say(dispatcher, f"utter_ask_petition_matter_{'praised' if whom else 'of'}", topic=masked(thing))
        else:
            here = "_here" if self._part == "phone" and turn.number_known and not commands.denies(turn.text) else ""
            say(dispatcher, f"{question(self._part, draft)}{here}", place=place, surname=surname_told(draft))
        return []

    async def _show(self, dispatcher: CollectingDispatcher, turn: Turn, draft: Draft, *, aside: bool) -> list[Any]:
        if draft.shown:
            if draft.unclear and offers_a_way_out(draft, "confirm"):
                say(dispatcher, _WAYS_OUT["confirm"])
            elif aside or draft.unclear:
                say(dispatcher, "utter_summary_again", buttons=_choices(draft))
            return []
        summary = self._summary(turn, draft)
        if summary.accusation:
            say(dispatcher, "utter_accusation_notice")
        buttons = _choices(draft)[: -1 if turn.room and turn.danger else None]
        choices = numbered([title for title, _ in buttons])
        choices += _WHOLE if isinstance(summary, Brief) and not summary.whole else ""
        office = self._world.office.name
        say(dispatcher, "utter_summary", summary=summary.text, office=office, choices=choices, buttons=buttons)
        return [SlotSet(f"{PREFIX}shown", True)]

    def _summary(self, turn: Turn, draft: Draft) -> Brief | Summary:
        if not turn.room:
            return summary_of(draft, self._world.categories, now=turn.at)
        accused = _NOTICED if accuses_an_official(draft.matter or "") else 0
        warned = _WARNED if turn.danger else 0
        room = turn.room - AROUND - len(self._world.office.name) - accused - warned
        return brief_of(draft, self._world.categories, now=turn.at, room=room)

    async def _offer(self, dispatcher: CollectingDispatcher, turn: Turn, draft: Draft, *, aside: bool) -> list[Any]:
        cases = await self._world.cases.mine(turn.conversation_id)
        twin = next(case for case in cases if case.number == draft.twin)
        say(dispatcher, "utter_ask_petition_repeat", number=twin.number, title=twin.title, label=twin.label)
        return []

    async def _apart(self, dispatcher: CollectingDispatcher, turn: Turn, draft: Draft, *, aside: bool) -> list[Any]:
        count = _COUNTED[len(draft.parts)]
        if draft.asked("split"):
            say(dispatcher, "utter_choose_split", count=count)
            return []
        lines = "\n".join(f"· {clipped(masked(part), _PART_SHOWN)}" for part in draft.parts)
        say(dispatcher, "utter_ask_petition_split", matters=lines, count=count)
        return []

    async def _consent(self, dispatcher: CollectingDispatcher, turn: Turn, draft: Draft, *, aside: bool) -> list[Any]:
        what = "、".join(kinds_in(draft))
        buttons = _CONSENT_ID if draft.id_number else _CONSENT_OTHER
        choices = numbered([title for title, _ in buttons])
        say(dispatcher, "utter_ask_petition_sensitive", what=what, choices=choices, buttons=buttons)
        return []


_WHOLE = "　M 全文"
"""What is left out of a brief summary is shown by the letter that shows the rest of anything."""
_NOTICED = 15
"""Characters of what is said before the summary of an accusation."""
_WARNED = 16
"""Of the words about danger, less what is spare and what the choice to give up takes, which is left out beside them."""
_COUNTED = "零一两三四五六"
_AGREES = '/choose{"value": "agreed"}'
_APART = '/choose{"value": "apart"}'
_CONSENT_ID = (("同意", _AGREES), ("不留身份证号", _APART))
_CONSENT_OTHER = (("同意", _AGREES), ("不同意，改成匿名", _APART))


def question(part: str, draft: Draft) -> str:
    """The response that asks for ``part``: what goes together is asked together, and a repeat in other words."""
    if part in _WAYS_OUT and offers_a_way_out(draft, part):
        return _WAYS_OUT[part]
    again = _AGAIN if draft.asked(part) else ""
    if part == "matter" and draft.place is None:
        return f"utter_ask_petition_matter_and_place{again}"
    if part == "place" and accuses_an_official(draft.matter or ""):
        return f"utter_ask_petition_whom{again}"
    if part == "place" and draft.vague:
        return "utter_ask_petition_place_precisely"
    if part == "name":
        whole, phone = bool(surname_told(draft)), "_and_phone" if draft.phone is None else ""
        return f"utter_ask_petition_whole_name{phone}" if whole else f"utter_ask_petition_name{phone}{again}"
    return f"utter_ask_{PREFIX}{part}{again}"


def _thing_named(draft: Draft) -> str:
    """The words that are kept, where they can be asked on about, once; a threat is not said back."""
    words = draft.fragment or ""
    return "" if draft.asked("matter") or plans_a_gathering(words) or only_presses(words) else words


def _counted(draft: Draft, part: str) -> list[Any]:
    return [SlotSet(f"{PREFIX}asks", {**draft.asks, part: draft.asked(part) + 1})]


def _choices(draft: Draft) -> Sequence[tuple[str, str]]:
    anonymous = () if draft.anonymous else (("匿名", '/choose{"value": "anonymous"}'),)
    return (("确认", "/affirm"), ("修改", "/deny"), *anonymous, ("取消", "/stop"))


def questions(world: World) -> list[Action]:
    return [Ask(part, world) for part in PARTS]
