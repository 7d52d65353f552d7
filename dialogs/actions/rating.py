"""The filer's satisfaction with a case that was answered: five grades, in words or digits."""

import re
from datetime import datetime, timedelta
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from dialogs.actions.held import read_held
from dialogs.actions.progress import case_buttons, list_cases
from dialogs.actions.world import Turn, World, effect, hush, say, turn_of
from dialogs.nlu import commands
from dialogs.nlu.verdict import DISSATISFIED, grade_in
from dialogs.ports import CaseView
from dialogs.reasons import has_reason, words_of
from dialogs.text.clean import words_only

_LONGEST = 500
_AGAIN = timedelta(hours=24)
_ONLY_PLEASED = re.compile(
    r"(?:我|都|就|是|非常|很|挺|十分|比较|基本|好|谢谢|了|的|啊|哈|嗯)*(?:满意|好评)(?:了|的|啊|哈|谢谢|你们|您)*"
)
_NAMES = ("非常不满意", "不满意", "基本满意", "满意", "非常满意")


class Rate(Action):
    def __init__(self, world: World) -> None:
        self._world = world

    def name(self) -> str:
        return "action_rate"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[Any]:
        turn = turn_of(tracker)
        named = turn.entity("case_number") or next(iter(commands.case_numbers(turn.text)), "")
        mine = await self._world.cases.mine(turn.conversation_id)
        cases = [case for case in mine if case.answered and (not named or case.number == named)]
        if not cases:
            say(dispatcher, "utter_nothing_to_rate")
            return []
        if len(cases) > 1:
            say(
                dispatcher,
                "utter_which_case",
                verb="评价",
                cases=list_cases(cases),
                buttons=case_buttons(cases, "rate"),
            )
            return hush(tracker)
        grade = _grade(turn)
        if grade is None and _is_over(cases[0], turn.at):
            say(dispatcher, "utter_rating_over", number=cases[0].number)
            return []
        if grade is None:
            say(
                dispatcher,
                "utter_ask_grade",
                number=cases[0].number,
                title=cases[0].title,
                buttons=_grades(cases[0].number),
            )
            return hush(tracker)
        again = turn.entity("topic") == "again"  # it broke once more: the words that were said of it are the reason
        words = read_held(tracker, now=turn.at).text if again else turn.text
        return rate(dispatcher, tracker, cases[0], grade, words)


def rate(dispatcher: CollectingDispatcher, tracker: Tracker, case: CaseView, grade: int, words: str) -> list[Any]:
    """Rate a case in the person's words. A low grade without a reason is asked for one, once; the next words are it.

    When its time has run out a good grade counts no more; that something is not solved is always heard.
    """
    if grade > DISSATISFIED and _is_over(case, turn_of(tracker).at):
        say(dispatcher, "utter_rating_over", number=case.number)
        return []
    if _rated_just_now(tracker, case, grade, words):
        say(dispatcher, "utter_rated_already", number=case.number)
        return []
    bare = grade <= DISSATISFIED and not has_reason(words_of(words))
    asked = tracker.slots.get("reason_for") or {}
    if bare and asked.get("number") == case.number:
        say(dispatcher, "utter_rated_low_again", number=case.number)
        return []
    effect(dispatcher, "rate_case", number=case.number, grade=grade, words=words[:_LONGEST])
    say(dispatcher, _thanks(grade, bare=bare), number=case.number)
    kept = {"number": case.number, "grade": grade, "at": turn_of(tracker).at.isoformat()}
    return [SlotSet("reason_for", kept if bare else None), SlotSet("rated", kept)]


def _rated_just_now(tracker: Tracker, case: CaseView, grade: int, words: str) -> bool:
    """A good grade said again in words, within a day: 满意 after 5 changes nothing; a digit does."""
    last = tracker.slots.get("rated") or {}
    same = last.get("number") == case.number and last["grade"] > DISSATISFIED and grade > DISSATISFIED
    fresh = same and turn_of(tracker).at - datetime.fromisoformat(last["at"]) <= _AGAIN
    return bool(fresh and _ONLY_PLEASED.fullmatch(words_only(words)))


def _is_over(case: CaseView, now: datetime) -> bool:
    return case.grades_until is not None and now > case.grades_until


def _thanks(grade: int, *, bare: bool) -> str:
    """A low grade with its reason opens the case again; a bare one is asked for it."""
    if grade > DISSATISFIED:
        return "utter_rated"
    return "utter_rated_low" if bare else "utter_rated_low_reopened"


def _grade(turn: Turn) -> int | None:
    given = turn.entity("grade")
    return int(given) if given in {"1", "2", "3", "4", "5"} else grade_in(turn.text)


def _grades(number: str) -> list[tuple[str, str]]:
    """In the order 1 to 5, so that the digit typed is the grade."""
    return [(name, f'/rate{{"case_number": "{number}", "grade": "{grade}"}}') for grade, name in enumerate(_NAMES, 1)]
