"""Taking a case back: asked once more, then done."""

from collections.abc import Sequence
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from dialogs.actions.asking import FORM
from dialogs.actions.progress import case_buttons, list_cases
from dialogs.actions.world import Turn, World, effect, hush, say, turn_of
from dialogs.nlu import commands
from dialogs.nlu.case_words import meant
from dialogs.notices import RATEABLE
from dialogs.ports import CaseView

_LISTED = 8
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
    response = "utter_over_already" if mine[0].state in RATEABLE else "utter_withdrawn_already"
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
        if len(cases) > 1 or unfinished:
            buttons = [*case_buttons(cases, "withdraw"), *([(_THIS_ONE, "/stop")] if unfinished else [])]
            listed = list_cases(cases) + (f"\n{len(cases) + 1} {_THIS_ONE}" if unfinished else "")
            say(dispatcher, "utter_which_case", verb="撤回", cases=listed, buttons=buttons)
            return hush(tracker)
        case = cases[0]
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
        effect(dispatcher, "withdraw_case", number=cases[0].number)
        say(dispatcher, "utter_withdrawn", number=cases[0].number)
        return []


class KeepCase(Action):
    def name(self) -> str:
        return "action_keep_case"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[Any]:
        say(dispatcher, "utter_kept")
        return []
