"""Asking after cases: one's own, or another phone's by number and query code."""

import json
from collections.abc import Sequence
from string import ascii_letters
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from dialogs.actions.asking_after import day, tell_deadline, tell_late, tell_who, tell_why, urge
from dialogs.actions.held import Held, hold
from dialogs.actions.world import Turn, World, clipped, hush, say, turn_of
from dialogs.nlu import commands
from dialogs.nlu.case_numbers import digits_tried, is_whole
from dialogs.nlu.case_words import kin_of, the_one_named
from dialogs.ports import CaseStep, CaseView, TooManyTries

_LISTED, _LISTED_BY_SMS = 8, 5
_STEPS = 3
_NOTE = 60
_TITLE_BY_SMS = 10
_NEW = ("反映新问题", "/file_petition")
_OTHER = ("都不是，另外登记", '/file_petition{"topic": "held"}')
_APART = ("另外登记", '/file_petition{"topic": "held"}')
_A_MATTER = 9
"""Characters; 查一下进度 is shorter."""


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
        if not number and (tried := digits_tried(turn.text)):
            number = await self._own_by_digits(turn, tried)
            if not number:
                say(dispatcher, "utter_number_shape")
                return []
        if number:
            return await self._one(dispatcher, turn, number, code)
        return await self._mine(dispatcher, tracker, turn)

    async def _own_by_digits(self, turn: Turn, digits: str) -> str:
        """One's own case, where its letters alone are missing."""
        mine = await self._world.cases.mine(turn.conversation_id)
        return next((case.number for case in mine if case.number.lstrip(ascii_letters) == digits), "")

    async def _one(self, dispatcher: CollectingDispatcher, turn: Turn, number: str, code: str) -> list[Any]:
        try:
            case = await self._world.cases.find(number=number, code=code or None, conversation_id=turn.conversation_id)
            proved = bool(case and code) and await self._proved(turn, number, code)
        except TooManyTries as slowed:
            say(dispatcher, "utter_too_many_tries", wait=wait_words(slowed.seconds))
            return []
        if case and (proved or not (code and turn.by_sms and case.full)):
            return _told(dispatcher, turn, case, proved=proved, code=code)
        if not (case or is_whole(number)):
            say(dispatcher, "utter_number_shape")
            return []
        say(dispatcher, "utter_not_found" if code else "utter_ask_code", number=number)
        return [SlotSet("asked_number", number)]

    async def _proved(self, turn: Turn, number: str, code: str) -> bool:
        """Whether who asks may read what was written: of texts alone is the code wanted."""
        of = {"number": number, "code": code, "conversation_id": turn.conversation_id}
        return not turn.by_sms or await self._world.cases.proves(**of)

    async def _mine(self, dispatcher: CollectingDispatcher, tracker: Tracker, turn: Turn) -> list[Any]:
        cases = await self._world.cases.mine(turn.conversation_id)
        topic = turn.entity("topic")
        if not cases:
            return _none(dispatcher, turn)
        if topic == "same":
            return _these_or_new(dispatcher, tracker, turn, kin_of(turn.text, cases), adds=True)
        if topic == "or_new":
            return _these_or_new(dispatcher, tracker, turn, [case for case in cases if case.open])
        listed = ([case for case in cases if case.open] if topic or turn.by_sms else []) or list(cases)
        if topic == "urge" and turn.entity("value") == "all":
            for case in listed[:_LISTED]:
                urge(dispatcher, turn, case)
            return []
        if one := listed[0] if len(listed) == 1 else the_one_named(turn.text, listed):
            return _told(dispatcher, turn, one)
        more = {"topic": topic} if topic else {}
        cases, lines, others = choice_of(turn, listed, *([_NEW] if turn.by_sms else []))
        buttons = [*case_buttons(cases, "show_progress", **more), *others]
        say(dispatcher, "utter_cases", cases=lines, buttons=buttons)
        return hush(tracker)


def _none(dispatcher: CollectingDispatcher, turn: Turn) -> list[Any]:
    """No case of one's own; what was said at some length may be one to be."""
    if len(turn.text) < _A_MATTER:
        say(dispatcher, "utter_no_cases")
        return []
    say(dispatcher, "utter_no_cases_but_said")
    return [hold(Held(text=turn.text, attachments=turn.attachments), at=turn.at)]


def _these_or_new(
    dispatcher: CollectingDispatcher,
    tracker: Tracker,
    turn: Turn,
    listed: Sequence[CaseView],
    *,
    adds: bool = False,
) -> list[Any]:
    """Something reported earlier, and nobody came: one of the cases here, or a matter of its own.

    ``adds``: what was said goes to the chosen one, unless that was answered: then it is told how to say so.
    """
    cases, lines, others = choice_of(turn, listed, _OTHER)
    chosen = [
        button
        for case in cases
        for button in (
            case_buttons([case], "add_to_case", topic="same")
            if adds and not case.answered
            else case_buttons([case], "show_progress", topic="again")
        )
    ]
    say(dispatcher, "utter_these_or_new", cases=lines, buttons=[*chosen, *others])
    return [hold(Held(text=turn.text, attachments=turn.attachments), at=turn.at), *hush(tracker)]


def _told(
    dispatcher: CollectingDispatcher, turn: Turn, case: CaseView, *, proved: bool = False, code: str = ""
) -> list[Any]:
    """Told as far as the asker may read it; by text, six digits that follow are the code of this case."""
    locked = turn.by_sms and not proved and (case.full or not code)
    _tell(dispatcher, turn, case, locked=locked, whole=turn.by_sms and proved)
    asked = case.number if locked else None
    return [SlotSet("asked_number", asked), SlotSet("told_case", case.number)]


def _tell(dispatcher: CollectingDispatcher, turn: Turn, case: CaseView, *, locked: bool, whole: bool) -> None:
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
        case "again" if case.answered:
            once_more = (
                ("重新办理", f'/rate{{"case_number": "{case.number}", "grade": "2", "topic": "again"}}'),
                _APART,
            )
            say(
                dispatcher,
                "utter_case_again",
                number=case.number,
                title=case.title,
                label=case.label,
                buttons=list(once_more),
            )
        case _:
            tell_case(dispatcher, case, locked=locked, whole=whole)
            if case.full:
                tell_late(dispatcher, case, turn.at)


def tell_case(dispatcher: CollectingDispatcher, case: CaseView, *, locked: bool = False, whole: bool = False) -> None:
    """A case as its filer may read it; to others the state.

    ``locked``: without what was written. ``whole``: the newest words uncut, for those who have no page to read them on.
    """
    if not case.full:
        say(
            dispatcher,
            "utter_case_to_open" if locked else "utter_case_state_only",
            number=case.number,
            label=case.label,
        )
        return
    unit = f"，{case.unit}" if case.unit else ""
    last = list(case.steps)[-_STEPS:]
    newest = next((step for step in reversed(last) if step.note), None) if whole else None
    told = [_step(step, 0 if locked else len(step.note) if step is newest else _NOTE) for step in last]
    steps = "\n".join(told) or f"{day(case.filed_at)} 登记"
    say(dispatcher, "utter_case", number=case.number, title=case.title, state=case.label + unit, steps=steps)
    if locked and any(step.note for step in last):
        say(dispatcher, "utter_case_locked")
    if case.answered:
        say(dispatcher, "utter_case_rate_hint")
    elif case.open:
        say(dispatcher, "utter_case_hint")


def choice_of(
    turn: Turn, cases: Sequence[CaseView], *others: tuple[str, str]
) -> tuple[Sequence[CaseView], str, Sequence[tuple[str, str]]]:
    """The cases to choose from, as numbered lines with ``others`` (title, payload) behind them; by text fewer."""
    listed = cases[: _LISTED_BY_SMS if turn.by_sms else _LISTED]
    lines = [list_cases(listed, short=turn.by_sms), *(f"{n} {one[0]}" for n, one in enumerate(others, len(listed) + 1))]
    if turn.by_sms and len(cases) > len(listed):
        lines.append("别的件，请发编号。")
    return listed, "\n".join(lines), others


def list_cases(cases: Sequence[CaseView], *, short: bool = False) -> str:
    if short:
        lines = (
            f"{n} {clipped(case.title, _TITLE_BY_SMS) or case.number} {case.label}" for n, case in enumerate(cases, 1)
        )
        return "\n".join(lines)
    return "\n".join(f"{n} {case.number}《{clipped(case.title, 16)}》{case.label}" for n, case in enumerate(cases, 1))


def case_buttons(cases: Sequence[CaseView], intent: str, **entities: str) -> list[tuple[str, str]]:
    return [(case.number, f"/{intent}" + json.dumps({**entities, "case_number": case.number})) for case in cases]


def _step(step: CaseStep, most: int) -> str:
    note = f"：{clipped(step.note, most)}" if step.note and most else ""
    return f"{day(step.at)} {step.label}{note}"


def wait_words(seconds: float) -> str:
    return f"{round(seconds / 60)}分钟" if seconds >= 90 else f"{max(round(seconds), 1)}秒"  # noqa: PLR2004
