"""A reply to a notice, taken to its case: what was asked back is added, what is said of the answer is rated."""

import json
from collections.abc import Sequence
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from dialogs.actions.corrections import read_correction, without_fault
from dialogs.actions.filing import add
from dialogs.actions.held import Held, hold, read_held
from dialogs.actions.progress import list_cases
from dialogs.actions.rating import rate
from dialogs.actions.world import Turn, World, say, turn_of
from dialogs.nlu import commands
from dialogs.nlu.phones import find_phones
from dialogs.nlu.places import find_place
from dialogs.nlu.verdict import DISSATISFIED
from dialogs.ports import CaseView

_LONGEST = 10_000
_VERBS = {"add": "补充", "rate": "评价"}
_ANOTHER = ("另外登记", '/file_petition{"topic": "held"}')


class AnswerNotice(Action):
    """``topic`` "add" or "rate"; ``case_number`` once or several times: then the case is asked, by number."""

    def __init__(self, world: World) -> None:
        self._world = world

    def name(self) -> str:
        return "action_answer_notice"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[Any]:
        turn, held = turn_of(tracker), read_held(tracker, now=turn_of(tracker).at)
        said = Held(text=turn.text or held.text, attachments=(*held.attachments, *turn.attachments))
        numbers = [e["value"] for e in tracker.latest_message.get("entities") or () if e["entity"] == "case_number"]
        mine = await self._world.cases.mine(turn.conversation_id)
        cases = [case for case in mine if case.number in numbers]
        if not cases:
            say(dispatcher, "utter_nothing_open", verb=_VERBS.get(turn.entity("topic"), "补充"))
            return []
        if len(cases) > 1:
            return [*_ask(dispatcher, turn, cases), hold(said, at=turn.at)]
        return [*_take(dispatcher, tracker, cases[0], said), SlotSet("held", None)]


def _ask(dispatcher: CollectingDispatcher, turn: Turn, cases: Sequence[CaseView]) -> list[Any]:
    """Which case is meant; the last choice is none of them."""
    topic, grade = turn.entity("topic"), turn.entity("grade")
    entities = {"topic": topic, **({"grade": grade} if grade else {})}
    buttons = [(c.number, "/answer_notice" + json.dumps({**entities, "case_number": c.number})) for c in cases]
    buttons.append(_ANOTHER)
    lines = f"{list_cases(cases)}\n{len(buttons)} {_ANOTHER[0]}"
    say(dispatcher, "utter_which_case", verb=_VERBS.get(topic, "补充"), cases=lines, buttons=buttons)
    return []


def _take(dispatcher: CollectingDispatcher, tracker: Tracker, case: CaseView, said: Held) -> list[Any]:
    turn = turn_of(tracker)
    if turn.entity("topic") == "correct":
        return _correct(dispatcher, turn, case, said)
    if turn.entity("topic") == "rate":
        return rate(dispatcher, tracker, case, int(turn.entity("grade") or DISSATISFIED), said.text)
    text = said.text
    if commands.command_in(text, in_form=False) == "add_to_case":
        text = commands.addition_text(text)
    if turn.location:
        text = "\n".join(part for part in (text, _place(turn)) if part)
    add(dispatcher, case.number, text[:_LONGEST], said.attachments, turn.message_ids)
    return [SlotSet("added_to", {"number": case.number, "at": turn.at.isoformat()})]


def _correct(dispatcher: CollectingDispatcher, turn: Turn, case: CaseView, said: Held) -> list[Any]:
    """What is put right after it was filed goes to the case as it was said; without the right value, that is asked."""
    listens = SlotSet("added_to", {"number": case.number, "at": turn.at.isoformat()})
    correction = read_correction(said.text)
    phones = find_phones(said.text)
    if not (correction and correction.value) and not phones and not find_place(without_fault(said.text)):
        say(dispatcher, "utter_ask_correction", number=case.number)
        return [listens]
    add(
        dispatcher, case.number, said.text[:_LONGEST], said.attachments, turn.message_ids, says="utter_correction_added"
    )
    return [listens, SlotSet("known_phone", phones[0].value)] if len(phones) == 1 else [listens]


def _place(turn: Turn) -> str:
    point = turn.location or {}
    return f"位置：{point.get('label') or ''}（北纬{point['latitude']:.5f}，东经{point['longitude']:.5f}）"
