"""Asking after cases: one's own, or another phone's by number and query code."""

import json
from collections.abc import Sequence
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from dialogs.actions.asking_after import day, tell_deadline, tell_late, tell_who, tell_why, urge
from dialogs.actions.world import Turn, World, clipped, hush, say, turn_of
from dialogs.nlu import commands
from dialogs.notices import RATEABLE
from dialogs.ports import CaseStep, CaseView, TooManyTries

_LISTED = 8
_STEPS = 3
_NOTE = 60


class ShowProgress(Action):
    """Tells how a case stands. Of somebody else's case only the state, and only with the right code."""

    def __init__(self, world: World) -> None:
        self._world = world

    def name(self) -> str:
        return "action_show_progress"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[Any]:
        turn = turn_of(tracker)
        number = turn.entity("case_number") or next(iter(commands.case_numbers(turn.text)), "")
        code = commands.query_code(turn.text)
        if not number and code:
            number = str(tracker.slots.get("asked_number") or "")
        if number:
            return await self._one(dispatcher, turn, number, code)
        return await self._mine(dispatcher, tracker, turn)

    async def _one(self, dispatcher: CollectingDispatcher, turn: Turn, number: str, code: str) -> list[Any]:
        try:
            case = await self._world.cases.find(number=number, code=code or None, conversation_id=turn.conversation_id)
        except TooManyTries as slowed:
            say(dispatcher, "utter_too_many_tries", wait=_wait(slowed.seconds))
            return []
        if case:
            _tell(dispatcher, turn, case)
            return [SlotSet("asked_number", None), SlotSet("told_case", case.number)]
        say(dispatcher, "utter_not_found" if code else "utter_ask_code", number=number)
        return [SlotSet("asked_number", number)]

    async def _mine(self, dispatcher: CollectingDispatcher, tracker: Tracker, turn: Turn) -> list[Any]:
        cases = await self._world.cases.mine(turn.conversation_id)
        if not cases:
            say(dispatcher, "utter_no_cases")
            return []
        topic = turn.entity("topic")
        listed = ([case for case in cases if case.open] if topic else []) or list(cases)
        if topic == "urge" and turn.entity("value") == "all":
            for case in listed[:_LISTED]:
                urge(dispatcher, turn, case)
            return []
        if len(listed) == 1:
            _tell(dispatcher, turn, listed[0])
            return [SlotSet("told_case", listed[0].number)]
        listed = listed[:_LISTED]
        more = {"topic": topic} if topic else {}
        buttons = case_buttons(listed, "show_progress", **more)
        say(dispatcher, "utter_cases", cases=list_cases(listed), buttons=buttons)
        return hush(tracker)


def _tell(dispatcher: CollectingDispatcher, turn: Turn, case: CaseView) -> None:
    """What was asked of the case: who, until when, why so long; else how it stands."""
    match turn.entity("topic") if case.full else "":
        case "who":
            tell_who(dispatcher, case)
        case "deadline":
            tell_deadline(dispatcher, case, turn.at)
        case "why":
            tell_why(dispatcher, case, turn.at)
        case "urge":
            urge(dispatcher, turn, case)
        case _:
            tell_case(dispatcher, case)
            if case.full:
                tell_late(dispatcher, case, turn.at)


def tell_case(dispatcher: CollectingDispatcher, case: CaseView) -> None:
    """A case as its filer may read it; to others the state."""
    if not case.full:
        say(dispatcher, "utter_case_state_only", number=case.number, label=case.label)
        return
    unit = f"，{case.unit}" if case.unit else ""
    steps = "\n".join(_step(step) for step in list(case.steps)[-_STEPS:]) or f"{day(case.filed_at)} 登记"
    say(dispatcher, "utter_case", number=case.number, title=case.title, state=case.label + unit, steps=steps)
    if case.state in RATEABLE:
        say(dispatcher, "utter_case_rate_hint")
    elif case.open:
        say(dispatcher, "utter_case_hint")


def list_cases(cases: Sequence[CaseView]) -> str:
    return "\n".join(f"{n} {case.number}《{clipped(case.title, 16)}》{case.label}" for n, case in enumerate(cases, 1))


def case_buttons(cases: Sequence[CaseView], intent: str, **entities: str) -> list[tuple[str, str]]:
    return [(case.number, f"/{intent}" + json.dumps({**entities, "case_number": case.number})) for case in cases]


def _step(step: CaseStep) -> str:
    note = f"：{clipped(step.note, _NOTE)}" if step.note else ""
    return f"{day(step.at)} {step.label}{note}"


def _wait(seconds: float) -> str:
    return f"{round(seconds / 60)}分钟" if seconds >= 90 else f"{max(round(seconds), 1)}秒"  # noqa: PLR2004
