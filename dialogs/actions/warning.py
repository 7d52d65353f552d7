"""Danger to life: the right help first, an alarm to staff; then staying with the person, and where they are."""

import re
from dataclasses import replace
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from dialogs.actions.asking import FORM
from dialogs.actions.changes import told as told_more
from dialogs.actions.draft import PREFIX, read_draft, written
from dialogs.actions.held import Held, hold, read_held
from dialogs.actions.listening import listen
from dialogs.actions.world import Turn, World, effect, hush, in_form, say, turn_of
from dialogs.nlu.after_alarm import goes_to_petition
from dialogs.nlu.commands import asks_change
from dialogs.nlu.danger import ARE_A_MATTER, Danger, danger_in, without_danger
from dialogs.nlu.facts import read_facts
from dialogs.nlu.help_needed import Help, help_for, is_of_the_speaker, whom
from dialogs.nlu.matter import tells_a_matter

_Events = list[Any]


class Warn(Action):
    """Danger to life: the right number first, an alarm to staff, no question of a form in the same breath."""

    def __init__(self, world: World) -> None:
        self._world = world

    def name(self) -> str:
        return "action_warn"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> _Events:
        turn = turn_of(tracker)
        match turn.entity("topic"):
            case "over":
                return self._over(dispatcher, tracker, turn)
            case "stay" | "coming" | "called" | "secured" | "gone" | "petition" as topic:
                say(dispatcher, f"utter_danger_{topic}")
                return hush(tracker)
            case "where":
                return self._where(dispatcher, tracker, turn)
        return self._warn(dispatcher, tracker, turn)

    def _warn(self, dispatcher: CollectingDispatcher, tracker: Tracker, turn: Turn) -> _Events:
        danger = danger_in(turn.text) or _kind_of(turn)
        chosen = help_for(danger, turn.text)
        call_for_danger(dispatcher)
        hotline = self._world.office.hotline
        say(dispatcher, f"utter_danger_{chosen}", hotline=hotline, whom=whom(turn.text))
        if in_form(tracker):
            say(dispatcher, "utter_danger_in_form")
            return [*self._noted(tracker, turn), *hush(tracker)]
        own = chosen is Help.THREAT or is_of_the_speaker(chosen, turn.text)
        if is_of_the_speaker(chosen, turn.text) and goes_to_petition(turn.text):
            say(dispatcher, "utter_danger_petition_too")
        told = tells_a_matter(without_danger(turn.text), self._world.categories)
        if told or not own:
            say(dispatcher, "utter_danger_after")
            return [hold(put_off(tracker, turn), at=turn.at)]
        before = read_held(tracker, now=turn.at)
        return [] if before.waits else [hold(replace(put_off(tracker, turn), asked_only=True), at=turn.at)]

    def _where(self, dispatcher: CollectingDispatcher, tracker: Tracker, turn: Turn) -> _Events:
        """Where they are and how to reach them goes to staff at once: they are called to where it stands."""
        call_for_danger(dispatcher)
        say(dispatcher, "utter_danger_where")
        held = read_held(tracker, now=turn.at)
        if held.waits and not held.asked_only:
            say(dispatcher, "utter_danger_after")
        said = "，".join(part for part in (held.said, turn.text) if part)
        return [hold(replace(held, said=said, location=turn.location or held.location), at=turn.at)]

    def _over(self, dispatcher: CollectingDispatcher, tracker: Tracker, turn: Turn) -> _Events:
        """Nobody is in danger any more; an open form asks on by itself."""
        say(dispatcher, _OVER.get(turn.entity("kind"), "utter_danger_over"))
        if in_form(tracker):
            return [SlotSet(f"{PREFIX}danger", None)]
        held = read_held(tracker, now=turn.at)
        if not held.waits or held.asked_only:
            return []
        say(dispatcher, "utter_danger_over_held")
        return [hold(replace(held, asked_only=True, to_ask=True), at=turn.at)]

    def _noted(self, tracker: Tracker, turn: Turn) -> _Events:
        """What the message tells of the matter is kept, as any message's in the form."""
        if (tracker.active_loop or {}).get("name") != FORM:
            return []
        before = read_draft(tracker)
        draft = before
        if asks_change(turn.text):  # what is put right stays so, whatever it tells of
            asked = str(tracker.slots.get("requested_slot") or "").removeprefix(PREFIX) or None
            draft = listen(before, turn, asked, self._world.categories).draft
            return [SlotSet(f"{PREFIX}danger", True), *(SlotSet(n, v) for n, v in written(draft, before).items())]
        told = tells_a_matter(turn.text, self._world.categories) and danger_in(turn.text) in ARE_A_MATTER
        if told or read_facts(without_danger(turn.text), self._world.categories).any:
            draft = listen(before, turn, None, self._world.categories).draft
        if before.matter and draft == before and _BEATEN_BEFORE.search(turn.text):
            draft = told_more(before, turn.text)
        return [SlotSet(f"{PREFIX}danger", True), *(SlotSet(n, v) for n, v in written(draft, before).items())]


_BEATEN_BEFORE = re.compile(
    r"(?:打|砍|捅|踢|撞|砸|烫|摔)(?:伤|断|破|晕|昏)了|(?:被|给|让)[^，。；\n]{0,6}(?:打|砍|捅|踢|揍)了"
)
"""打伤了三个: what was done, told beside a matter, belongs to it."""
_DESPAIRS = re.compile(r"[过活撑熬挺]不(?:下去|下|成)了?|没法(?:活|过)|没活路")
_BEATEN = re.compile(r"打|揍|砍|捅|掐|刀|家暴|骂|威胁|恐吓|欺负|伤")


def _kind_of(turn: Turn) -> Danger:
    """The kind that was learned; despair alone (实在过不下去了) is no violence of others."""
    kind = Danger(turn.entity("danger") or Danger.VIOLENCE)
    despairs = _DESPAIRS.search(turn.text) and not _BEATEN.search(turn.text)
    return Danger.SELF_HARM if kind is Danger.VIOLENCE and despairs else kind


_OVER = {"self": "utter_danger_over_self", "threat": "utter_danger_over_threat"}


def call_for_danger(dispatcher: CollectingDispatcher) -> None:
    effect(dispatcher, "call_person", reason="danger", danger=True)


def put_off(tracker: Tracker, turn: Turn) -> Held:
    """What is said with an alarm, after what an alarm before it put off."""
    before = read_held(tracker, now=turn.at)
    text = f"{before.text}\n{turn.text}" if before.waits and not before.asked_only else turn.text
    return replace(
        before,
        text=text,
        fragments=(),
        attachments=(*before.attachments, *turn.attachments),
        waits=True,
        asked_only=False,
        to_ask=False,
    )
