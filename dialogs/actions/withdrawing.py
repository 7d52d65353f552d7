"""Taking a case back: asked once more, then done."""

from collections.abc import Sequence
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from dialogs.actions.asking import FORM
from dialogs.actions.progress import case_buttons, choice_of, wait_words
from dialogs.actions.world import Turn, World, effect, hush, say, turn_of
from dialogs.nlu import commands
from dialogs.nlu.case_words import meant
from dialogs.ports import CaseView, TooManyTries

_LISTED = 8
_KEEP = (("不撤", "/keep_case"),)
_THIS_ONE = "正在登记的这件"
_UNFINISHED = (("不登记了", "/stop"), ("继续登记", '/choose{"value": "continue"}'))
"""What is not filed yet cannot be withdrawn, but dropped."""


async def open_cases(world: World, turn: Turn) -> Sequence[CaseView]:
    """The asker's open cases, newest first; only the named one where the message names one."""
    cases = [case for case in await world.cases.mine(turn.conversation_id) if case.open]
    named = turn.entity("case_number") or next(iter(commands.case_numbers(turn.text)), "")
    return [case for case in cases if case.number == named] if named else cases[:_LISTED]


async def say_nothing_open(dispatcher: CollectingDispatcher, world: World, turn: Turn, *, verb: str) -> None:
    """That no case is open; the last one is named, with what became of it and what can still be done."""
    mine = await world.cases.mine(turn.conversation_id)
    if not mine or mine[0].open:
        say(dispatcher, "utter_nothing_open", verb=verb)
        return
    response = "utter_over_already" if mine[0].answered else "utter_withdrawn_already"
    say(dispatcher, response, number=mine[0].number, title=mine[0].title, label=mine[0].label, verb=verb)


class Withdraw(Action):
    """Asks which case, and whether it is meant."""

    def __init__(self, world: World) -> None:
        self._world = world

    def name(self) -> str:
        return "action_withdraw"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[Any]:
        cases = await open_cases(self._world, turn_of(tracker))
        named = meant(turn_of(tracker).text, cases)
        cases = named if len(named) == 1 else cases
        unfinished = (tracker.active_loop or {}).get("name") == FORM and not turn_of(tracker).entity("case_number")
        if not cases:
            if unfinished:
                say(dispatcher, "utter_withdraw_unfinished", buttons=_UNFINISHED)
                return hush(tracker)
            await say_nothing_open(dispatcher, self._world, turn_of(tracker), verb="撤回")
            return []
        turn = turn_of(tracker)
        if len(cases) > 1 or unfinished:
            listed, lines, others = choice_of(turn, cases, *([(_THIS_ONE, "/stop")] if unfinished else []))
            buttons = [*case_buttons(listed, "withdraw"), *others]
            say(dispatcher, "utter_which_case", verb="撤回", cases=lines, buttons=buttons)
            return hush(tracker)
        case = cases[0]
        if turn.by_sms:
            return [*await withdraw_by_code(dispatcher, self._world, turn, case), *hush(tracker)]
        confirm = f'/confirm_withdraw{{"case_number": "{case.number}"}}'
        buttons = [("确定撤回", confirm), ("不撤", "/keep_case")]
        say(dispatcher, "utter_confirm_withdraw", number=case.number, title=case.title, buttons=buttons)
        return hush(tracker)


class ConfirmWithdraw(Action):
    def __init__(self, world: World) -> None:
        self._world = world

    def name(self) -> str:
        return "action_confirm_withdraw"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[Any]:
        turn = turn_of(tracker)
        cases = await open_cases(self._world, turn)
        if not (turn.entity("case_number") and cases):
            say(dispatcher, "utter_nothing_open", verb="撤回")
            return []
        if turn.by_sms:
            return [*await withdraw_by_code(dispatcher, self._world, turn, cases[0]), *hush(tracker)]
        return _withdrawn(dispatcher, cases[0])


async def withdraw_by_code(dispatcher: CollectingDispatcher, world: World, turn: Turn, case: CaseView) -> list[Any]:
    """By text only who knows the query code takes a case back: senders can be forged, numbers given to others."""
    code = commands.query_code(turn.text)
    asked = SlotSet("withdrawing", {"number": case.number, "at": turn.at.isoformat()})
    if not code:
        say(dispatcher, "utter_withdraw_by_code", number=case.number, title=case.title, buttons=_KEEP)
        return [asked]
    try:
        right = await world.cases.proves(number=case.number, code=code, conversation_id=turn.conversation_id)
    except TooManyTries as slowed:
        say(dispatcher, "utter_too_many_tries", wait=wait_words(slowed.seconds))
        return [asked]
    if right:
        return _withdrawn(dispatcher, case)
    say(dispatcher, "utter_wrong_code", buttons=_KEEP)
    return [asked]


def _withdrawn(dispatcher: CollectingDispatcher, case: CaseView) -> list[Any]:
    effect(dispatcher, "withdraw_case", number=case.number)
    say(dispatcher, "utter_withdrawn", number=case.number)
    return [SlotSet("withdrawing", None)]


class KeepCase(Action):
    def name(self) -> str:
        return "action_keep_case"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[Any]:
        say(dispatcher, "utter_kept")
        return [SlotSet("withdrawing", None)]
