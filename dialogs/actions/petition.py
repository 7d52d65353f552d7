"""Taking a petition down: the form's validation, its questions, the summary."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from rasa_sdk import Action, FormValidationAction, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from dialogs.actions.changes import Heard
from dialogs.actions.draft import LONGEST_MATTER, PREFIX, Draft, read_draft, written
from dialogs.actions.held import read_held
from dialogs.actions.listening import listen
from dialogs.actions.summary import PARTS, summary_of
from dialogs.actions.world import Turn, World, numbered, say, turn_of
from dialogs.nlu.danger import danger_in
from dialogs.nlu.masking import masked
from dialogs.nlu.ngrams import overlap
from dialogs.nlu.places import find_place
from dialogs.ports import CaseView

FORM = "petition_form"
_ALIKE = 0.6


def digresses(turn: Turn, domain: dict[str, Any], form: str) -> bool:
    """Whether the message is none for the form: it is answered by a rule, then the form asks again."""
    return turn.intent in (domain.get("forms", {}).get(form, {}).get("ignored_intents") or ())


class ValidatePetitionForm(FormValidationAction):
    """Takes each message into the draft. A message taken once is not taken again, so it may be called twice."""

    def __init__(self, world: World) -> None:
        self._world = world

    def name(self) -> str:
        return f"validate_{FORM}"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[Any]:
        turn, before = turn_of(tracker), read_draft(tracker)
        if digresses(turn, domain, FORM) or set(turn.message_ids) <= set(before.message_ids):
            return []
        opening = not (tracker.active_loop or {}).get("name") or not tracker.slots.get("requested_slot")
        heard = self._open(before, turn, tracker) if opening else self._hear(before, turn, tracker)
        draft = await self._compare_with_earlier(heard.draft, turn)
        for remark in heard.remarks:
            say(dispatcher, remark, limit=LONGEST_MATTER, place=masked(draft.place or ""))
        changed = written(draft, before)
        if opening:
            changed["held"] = None
        return [SlotSet(name, value) for name, value in changed.items()]

    def _hear(self, draft: Draft, turn: Turn, tracker: Tracker) -> Heard:
        asked = str(tracker.slots.get("requested_slot") or "").removeprefix(PREFIX) or None
        return listen(draft, turn, asked, self._world.categories)

    def _open(self, draft: Draft, turn: Turn, tracker: Tracker) -> Heard:
        """The first message: what it says, what was held for it, who wrote in this conversation before."""
        held = read_held(tracker, now=turn.at)
        wanted = turn.entity("topic") == "held" or (not turn.text or "登记" in turn.text[:6])
        text = held.text if wanted and held.text else "\n".join((*held.fragments, turn.text)).strip()
        turn = replace(turn, text=text)
        draft = replace(draft, attachments=held.attachments, danger=bool(danger_in(text)) or None)
        heard = listen(draft, turn, None, self._world.categories)
        if turn.entity("topic") == "held" and not heard.draft.matter and text:
            heard = replace(heard, draft=replace(heard.draft, matter=text[:LONGEST_MATTER]))
        return replace(heard, draft=_known_from_before(heard.draft, tracker))

    async def _compare_with_earlier(self, draft: Draft, turn: Turn) -> Draft:
        if not draft.matter or draft.repeat is not None or draft.twin:
            return draft
        cases = await self._world.cases.mine(turn.conversation_id)
        twin = next((case for case in cases if case.open and is_like(case, draft.matter)), None)
        return replace(draft, twin=twin.number) if twin else replace(draft, repeat="")


def is_like(case: CaseView, matter: str) -> bool:
    """Whether the matter is the same as that of the case: most of its title is in it, at the same place."""
    ours, theirs = find_place(matter), find_place(case.title)
    elsewhere = ours and theirs and overlap(theirs.value, ours.value) < 0.5  # noqa: PLR2004 - more than half another name
    return bool(case.title) and not elsewhere and overlap(case.title, matter) >= _ALIKE


def _known_from_before(draft: Draft, tracker: Tracker) -> Draft:
    if draft.anonymous:
        return draft
    name, phone = tracker.slots.get("known_name"), tracker.slots.get("known_phone")
    return replace(draft, name=draft.name or name, phone=draft.phone or phone)


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
        if self._part == "confirm":
            return self._show(dispatcher, turn, draft, domain)
        if self._part == "repeat":
            return await self._offer(dispatcher, turn, draft)
        if digresses(turn, domain, FORM):
            say(dispatcher, "utter_go_on")
        elif tracker.slots.get("requested_slot") is None and not draft.unclear:
            say(dispatcher, "utter_noted" if draft.matter else "utter_begin")
        say(dispatcher, f"utter_ask_{PREFIX}{self._part}")
        return []

    def _show(self, dispatcher: CollectingDispatcher, turn: Turn, draft: Draft, domain: dict[str, Any]) -> list[Any]:
        buttons = _choices(draft)
        if draft.shown:
            again = digresses(turn, domain, FORM) or draft.unclear
            if again:
                say(dispatcher, "utter_summary_again", buttons=buttons)
            return []
        summary = summary_of(draft, self._world.categories)
        if summary.accusation:
            say(dispatcher, "utter_accusation_notice")
        say(
            dispatcher,
            "utter_summary",
            summary=summary.text,
            office=self._world.office.name,
            choices=numbered([title for title, _ in buttons]),
            buttons=buttons,
        )
        return [SlotSet(f"{PREFIX}shown", True)]

    async def _offer(self, dispatcher: CollectingDispatcher, turn: Turn, draft: Draft) -> list[Any]:
        cases = await self._world.cases.mine(turn.conversation_id)
        twin = next(case for case in cases if case.number == draft.twin)
        say(dispatcher, "utter_ask_petition_repeat", number=twin.number, title=twin.title, label=twin.label)
        return []


def _choices(draft: Draft) -> Sequence[tuple[str, str]]:
    anonymous = () if draft.anonymous else (("匿名", '/choose{"value": "anonymous"}'),)
    return (("确认", "/affirm"), ("修改", "/deny"), *anonymous, ("取消", "/stop"))


def questions(world: World) -> list[Action]:
    return [Ask(part, world) for part in PARTS]
