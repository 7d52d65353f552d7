"""Adding words and pictures to a case that is open."""

import re
from typing import Any

from rasa_sdk import Action, FormValidationAction, Tracker
from rasa_sdk.events import FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from dialogs.actions.asking import FORM as PETITION
from dialogs.actions.filing import add
from dialogs.actions.following import NOTHING_SHARED
from dialogs.actions.held import read_held
from dialogs.actions.progress import choice_of
from dialogs.actions.telling import announces_files
from dialogs.actions.withdrawing import open_cases, say_nothing_open
from dialogs.actions.world import Turn, World, digresses, say, turn_of
from dialogs.nlu import commands
from dialogs.nlu.assent import agrees
from dialogs.nlu.bare_numbers import bare_number
from dialogs.nlu.case_words import forgot_files, meant
from dialogs.text.clean import words_only

FORM = "addition_form"
_LONGEST = 10_000
_NUMBER = re.compile(r"第?([1-8一二三四五六七八])(?:件|个)?")
_NEW = "new"
_ANOTHER = ("另外登记", f'/choose{{"value": "{_NEW}"}}')
_CHINESE = "一二三四五六七八"
_SLOTS = ("addition_case", "addition_text", "addition_attachments", "addition_message_ids")


class ValidateAdditionForm(FormValidationAction):
    """Takes the case and the words; "" in both where there is no case to add to, which ends the form."""

    def __init__(self, world: World) -> None:
        self._world = world

    def name(self) -> str:
        return f"validate_{FORM}"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[Any]:
        turn = turn_of(tracker)
        heard = tracker.slots.get("addition_message_ids") or []
        if digresses(turn, domain, FORM) or set(turn.message_ids) <= set(heard):
            return []
        ids = [*heard, *turn.message_ids][-60:]
        asked = tracker.slots.get("requested_slot")
        set_to = await (self._answer(tracker, turn, asked) if asked else self._begin(tracker, turn))
        return [SlotSet(name, value) for name, value in {**set_to, "addition_message_ids": ids}.items()]

    async def _begin(self, tracker: Tracker, turn: Turn) -> dict[str, Any]:
        cases = await open_cases(self._world, turn)
        if not cases:
            return {"addition_case": "", "addition_text": ""}
        held = read_held(tracker, now=turn.at)
        files = [*held.attachments, *turn.attachments] if turn.entity("case_number") else list(turn.attachments)
        if turn.entity("topic") == "same":
            return {"addition_case": cases[0].number, "addition_text": held.text, "addition_attachments": files or None}
        text = "" if announces_files(turn.text) or forgot_files(turn.text) else commands.addition_text(turn.text)
        words = {"addition_text": text[:_LONGEST]} if text or files else {}
        case = {"addition_case": cases[0].number} if len(cases) == 1 else {}
        return {**case, **words, "addition_attachments": files or None, "held": None}

    async def _answer(self, tracker: Tracker, turn: Turn, asked: str) -> dict[str, Any]:
        if asked == "addition_case":
            return await self._chosen(tracker, turn)
        if not turn.attachments and (agrees(turn.text) or bare_number(turn.text)):  # no words of a matter
            return {}
        files = [*(tracker.slots.get("addition_attachments") or []), *turn.attachments]
        return {"addition_text": turn.text[:_LONGEST], "addition_attachments": files or None}

    async def _chosen(self, tracker: Tracker, turn: Turn) -> dict[str, Any]:
        cases = await open_cases(self._world, turn)
        value = turn.entity("value")
        if value == _NEW:
            return {"addition_case": _NEW, "addition_text": tracker.slots.get("addition_text") or ""}
        if value:
            return {"addition_case": value} if any(case.number == value for case in cases) else {}
        if commands.case_numbers(turn.text) and cases:
            return {"addition_case": cases[0].number}
        found = _NUMBER.fullmatch(words_only(turn.text))
        if not found and len(named := meant(turn.text, cases)) == 1:  # 井盖: a word of its title
            return {"addition_case": named[0].number}
        at = (_CHINESE.find(found[1]) if found[1] in _CHINESE else int(found[1]) - 1) if found else -1
        return {"addition_case": cases[at].number} if 0 <= at < len(cases) else {}


class AskAdditionCase(Action):
    def __init__(self, world: World) -> None:
        self._world = world

    def name(self) -> str:
        return "action_ask_addition_case"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[Any]:
        cases = await open_cases(self._world, turn_of(tracker))
        turn = turn_of(tracker)
        listed, lines, others = choice_of(turn, cases, *([_ANOTHER] if turn.by_sms else []))
        buttons = [*((case.number, f'/choose{{"value": "{case.number}"}}') for case in listed), *others]
        say(dispatcher, "utter_which_case", verb="补充", cases=lines, buttons=buttons)
        return []


class AskAdditionText(Action):
    def name(self) -> str:
        return "action_ask_addition_text"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[Any]:
        say(dispatcher, "utter_ask_addition_text")
        return []


class AddToCase(Action):
    """Runs when the form has ended."""

    def __init__(self, world: World) -> None:
        self._world = world

    def name(self) -> str:
        return "action_add_to_case"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[Any]:
        number, text, files, ids = (tracker.slots.get(name) for name in _SLOTS)
        if number == _NEW:
            return [*forgotten(), *_begun_anew(text)]
        if number and (text or files):
            add(dispatcher, number, text or "", tuple(files or ()), tuple(ids or ()))
        else:
            await say_nothing_open(dispatcher, self._world, turn_of(tracker), verb="补充")
        return forgotten()


class DropAddition(Action):
    def name(self) -> str:
        return "action_drop_addition"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[Any]:
        say(dispatcher, "utter_addition_dropped")
        return [*forgotten(), SlotSet("quiet", None)]


def _begun_anew(text: str) -> list[Any]:
    """A petition of its own, with what was to be added as its matter where there is something."""
    kept = [SlotSet("next_matters", dict(NOTHING_SHARED) | {"matters": [text]})] if text else []
    return [*kept, FollowupAction(PETITION)]


def forgotten() -> list[Any]:
    return [SlotSet(name, None) for name in _SLOTS]
