"""Taking a petition down: each message goes into the draft, once."""

from typing import Any

from rasa_sdk import FormValidationAction, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from dialogs.actions.asking import FORM
from dialogs.actions.changed import replace
from dialogs.actions.changes import Heard
from dialogs.actions.confirming import split_into
from dialogs.actions.draft import LONGEST_MATTER, PREFIX, Draft, read_draft, written
from dialogs.actions.dropped import given_up_today
from dialogs.actions.following import NOTHING_SHARED, next_draft
from dialogs.actions.happened import happened_in
from dialogs.actions.held import hold, read_held
from dialogs.actions.listening import WHOLE, goes_on, listen
from dialogs.actions.locating import as_before, located, settled
from dialogs.actions.placing import asked_precisely
from dialogs.actions.repeating import compared
from dialogs.actions.resuming import WHICH, begun_with, came_back, is_apart, open_words, which_of_both, words_of
from dialogs.actions.scanned import at_the_code
from dialogs.actions.sensitive import kinds_in
from dialogs.actions.several import matters_in
from dialogs.actions.summary import infer, summary_of
from dialogs.actions.sums import sums_offered
from dialogs.actions.told_places import NOWHERE
from dialogs.actions.unnamed import waits_for_choice
from dialogs.actions.warning import call_for_danger
from dialogs.actions.world import Turn, World, digresses, hush, say, turn_of
from dialogs.nlu.danger import danger_in, without_danger
from dialogs.nlu.facts import read_facts
from dialogs.nlu.kinds import is_beside_an_accusation
from dialogs.nlu.masking import masked
from dialogs.nlu.matter import tells_a_matter
from dialogs.nlu.verdict import is_another_matter

__all__ = ["FORM", "ValidatePetitionForm", "digresses"]


class ValidatePetitionForm(FormValidationAction):
    """Takes each message into the draft. A message taken once is not taken again, so it may be called twice."""

    def __init__(self, world: World) -> None:
        self._world = world

    def name(self) -> str:
        return f"validate_{FORM}"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[Any]:
        turn, before = turn_of(tracker), read_draft(tracker)
        opening = not (tracker.active_loop or {}).get("name") or not tracker.slots.get("requested_slot")
        following = opening and bool(tracker.slots.get("next_matters"))
        if (digresses(turn, domain, FORM) and not following) or set(turn.message_ids) <= set(before.message_ids):
            return []
        if not opening and came_back(before, turn):
            if other := self._another_since(before, turn):
                say(dispatcher, "utter_resume_or_new", **open_words(before, turn, self._world.categories))
                return [*_slots(other, before), *hush(tracker)]
            say(dispatcher, "utter_resumed", **open_words(before, turn, self._world.categories))
        heard = self._open(before, turn, tracker) if opening else self._hear(before, turn, tracker)
        heard = replace(heard, draft=located(heard.draft, before, turn.text, self._world.gazetteer))
        heard = at_the_code(heard, before, turn)
        chosen = self._with_choices(heard.draft)
        heard = heard.remark("utter_later_noted") if len(chosen.later) > len(heard.draft.later) else heard
        draft = await compared(chosen, turn, self._world)
        happened = happened_in((draft.matter or "") if draft.when is None else draft.when, draft.happened, now=turn.at)
        draft = replace(draft, at=turn.at.isoformat(), happened=happened)
        if len(draft.matter or "") >= LONGEST_MATTER > len(before.matter or ""):
            heard = heard.remark("utter_too_much")
        self._remark(dispatcher, heard, draft, turn)
        forgotten = [*self._let_go(tracker, turn), *(SlotSet(name, None) for name in _USED_UP)] if opening else []
        told_where = not opening and draft.danger and draft.place not in NOWHERE and not before.place
        if told_where or turn.entity("kind") == "where":
            call_for_danger(dispatcher)
            say(dispatcher, "utter_danger_where_noted")
        return [*_slots(draft, before), *forgotten, *(hush(tracker) if stands_alone(heard) else ())]

    def _let_go(self, tracker: Tracker, turn: Turn) -> list[Any]:
        """What was held goes into the petition; but what is past and another matter waits to be asked after."""
        held = read_held(tracker, now=turn.at)
        over = turn.entity("kind") == "over" and held.waits and not held.asked_only
        if not ((held.to_ask or over) and is_apart(held, turn, self._world.categories)):
            return [SlotSet("held", None)]
        return [hold(replace(held, attachments=(), asked_only=True, to_ask=True), at=turn.at)]

    def _another_since(self, draft: Draft, turn: Turn) -> Draft | None:
        """After hours, another matter than the one left open: it is kept, and which of them goes on is asked."""
        facts = read_facts(turn.text, self._world.categories)
        title = f"{draft.place or ''}{(draft.matter or '')[:_APART]}"
        if not (draft.matter and facts.matter) or goes_on(turn.text):
            return None
        if not is_another_matter(facts.matter, title, self._world.categories, by_place=True):
            return None
        ids = draft.with_message(turn.message_ids)
        later = (*draft.later, facts.rest)
        return replace(draft, later=later, pending=WHICH, message_ids=ids, at=turn.at.isoformat())

    def _hear(self, draft: Draft, turn: Turn, tracker: Tracker) -> Heard:
        asked = str(tracker.slots.get("requested_slot") or "").removeprefix(PREFIX) or None
        value = turn.entity("value") or which_of_both(draft, turn.text)
        draft = replace(draft, pending=None) if draft.pending == WHICH else draft
        if value in {"latest", "latest_first"} and draft.later:
            waiting = [words_of(draft)] if value == "latest_first" else []
            alone = {**NOTHING_SHARED, "matters": [draft.later[-1], *waiting]}
            latest = next_draft(alone, turn, self._world.categories)
            return replace(latest, draft=_known_from_before(latest.draft, tracker)).remark("utter_noted")
        if came_back(draft, turn) or value == "continue":
            draft = replace(draft, shown=None)
            turn = replace(turn, text="") if value == "continue" else turn
        if asked == "place" and (chosen := settled(draft, turn.entity("value") or turn.text, self._world.gazetteer)):
            return Heard(draft=replace(chosen, message_ids=draft.with_message(turn.message_ids)))
        if asked == "place" and (place := as_before(turn.text, tracker.slots.get("known_place") or "")):
            same = replace(draft, place=place, unclear=0, message_ids=draft.with_message(turn.message_ids))
            return Heard(draft=same)
        heard = listen(draft, turn, asked, self._world.categories)
        over = turn.entity("kind") == "over"
        return replace(heard, remarks=("utter_danger_over", *heard.remarks)) if over else heard

    def _open(self, draft: Draft, turn: Turn, tracker: Tracker) -> Heard:
        """The first message: what it says, what was held for it, who wrote in this conversation before."""
        if following := tracker.slots.get("next_matters"):
            heard = next_draft(following, turn, self._world.categories).remark("utter_next_matter")
            return replace(heard, draft=_known_from_before(heard.draft, tracker))
        if given_up := given_up_today(tracker, turn):
            return given_up
        held = read_held(tracker, now=turn.at)
        apart, over = is_apart(held, turn, self._world.categories), turn.entity("kind") == "over"
        text = turn.text if apart else begun_with(held, turn)
        turn = replace(turn, text=text, location=turn.location or (None if apart else held.location))
        danger = not over and ((held.waits and not (apart or held.to_ask)) or bool(danger_in(text)))
        draft = replace(draft, attachments=held.attachments, danger=danger or None)
        heard = listen(draft, turn, None, self._world.categories)
        heard = heard.remark("utter_danger_over") if over else heard
        if (
            apart
            and not held.asked_only
            and (not over or tells_a_matter(without_danger(held.text), self._world.categories))
        ):
            heard = replace(heard, draft=replace(heard.draft, later=(*heard.draft.later, held.text)))
            heard = heard.remark("utter_put_off_follows")
        goes_on_with_it = turn.entity("topic") == "held" or (held.waits and not apart)
        goes_on_with_it = goes_on_with_it or (not apart and text.startswith(held.text or " "))
        if goes_on_with_it and not heard.draft.matter and text:
            heard = replace(heard, draft=replace(heard.draft, matter=text[:LONGEST_MATTER]))
        if held.said and not apart:
            heard = replace(heard, draft=self._with_said(heard.draft, held.said))
        return replace(heard, draft=_known_from_before(heard.draft, tracker))

    def _with_said(self, draft: Draft, said: str) -> Draft:
        """What was said for those who come to help need not be asked again."""
        facts = read_facts(said, self._world.categories)
        return replace(
            draft,
            place=draft.place or facts.place or None,
            name=draft.name or facts.name or None,
            phone=draft.phone or facts.phone or None,
        )

    def _with_choices(self, draft: Draft) -> Draft:
        """Whether there is something to choose besides the parts: several matters, sensitive data."""
        if draft.matter and draft.split is None and not draft.parts:
            parts = tuple(matters_in(draft.matter, self._world.categories))
            draft = replace(draft, parts=parts, split=None if parts else "")
            if parts and any(is_beside_an_accusation(parts[0], part) for part in parts[1:]):
                draft = split_into(draft, "apart")  # an accusation goes another way: nobody is asked to join them
        draft = asked_precisely(draft, self._world.gazetteer)
        if draft.confirm and draft.sensitive is None and not kinds_in(draft):
            draft = replace(draft, sensitive="")
        return draft

    def _remark(self, dispatcher: CollectingDispatcher, heard: Heard, draft: Draft, turn: Turn) -> None:
        words: dict[str, Any] = {
            "limit": LONGEST_MATTER,
            "place": masked(draft.place or ""),
            "fragment": masked(draft.fragment or ""),
        }
        if "utter_taken_up" in heard.remarks:
            words["title"] = infer(draft, self._world.categories).title
        if WHOLE in heard.remarks:
            words["summary"] = summary_of(draft, self._world.categories, now=turn.at).text
        if "utter_which_sum" in heard.remarks:
            words |= sums_offered(draft, turn.text)
        for remark in heard.remarks:
            if remark == "utter_place_changed" and not draft.place:
                continue  # it is asked more precisely
            say(dispatcher, remark, **words)


def stands_alone(heard: Heard) -> bool:
    """Whether nothing is asked after what was said: a choice was offered, or it was asked to wait."""
    return waits_for_choice(heard) or not _WAITED.isdisjoint(heard.remarks)


_WAITED = frozenset({"utter_wait", "utter_wait_open", "utter_ask_matter", "utter_which_part", "utter_which_sum"})
_USED_UP = ("dropped", "next_matters")
"""What was kept for a petition that begins."""
_APART = 60


def _slots(draft: Draft, before: Draft) -> list[Any]:
    return [SlotSet(name, value) for name, value in written(draft, before).items()]


def _known_from_before(draft: Draft, tracker: Tracker) -> Draft:
    if draft.anonymous:
        return draft
    name, phone = tracker.slots.get("known_name"), tracker.slots.get("known_phone")
    name = name if draft.name is None else draft.name  # empty: not to be left
    return replace(draft, name=name, phone=draft.phone or phone)
