"""The filer's satisfaction with a case that was answered: five grades, in words or digits."""

import re
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from dialogs.actions.progress import RATEABLE, case_buttons, list_cases
from dialogs.actions.world import Turn, World, effect, hush, say, turn_of
from dialogs.nlu import commands
from dialogs.reasons import has_reason, words_of

_GRADES = (
    (1, re.compile(r"(?:非常|很|极|十分|太)不满意|差评|^1分|^一分")),
    (2, re.compile(r"不(?:太|大|怎么)?满意|^2分|^二分|^两分")),
    (3, re.compile(r"(?:基本|还算|一般|比较)满意|^3分|^三分")),
    (5, re.compile(r"(?:非常|很|十分|特别|挺)满意|好评|五星|^5分|^五分")),
    (4, re.compile(r"满意|^4分|^四分")),
)
_NAMES = ("非常不满意", "不满意", "基本满意", "满意", "非常满意")
_LOW = 2


def grade_in(text: str) -> int | None:
    """1 (very dissatisfied) to 5; None where the text says none."""
    return next((grade for grade, pattern in _GRADES if pattern.search(text)), None)


class Rate(Action):
    def __init__(self, world: World) -> None:
        self._world = world

    def name(self) -> str:
        return "action_rate"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[Any]:
        turn = turn_of(tracker)
        named = turn.entity("case_number") or next(iter(commands.case_numbers(turn.text)), "")
        mine = await self._world.cases.mine(turn.conversation_id)
        cases = [case for case in mine if case.state in RATEABLE and (not named or case.number == named)]
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
        if grade is None:
            say(
                dispatcher,
                "utter_ask_grade",
                number=cases[0].number,
                title=cases[0].title,
                buttons=_grades(cases[0].number),
            )
            return hush(tracker)
        effect(dispatcher, "rate_case", number=cases[0].number, grade=grade, words=turn.text[:500])
        say(dispatcher, _thanks(grade, turn.text), number=cases[0].number)
        return []


def _thanks(grade: int, words: str) -> str:
    """A low grade with its reason opens the case again; a bare one is asked for it."""
    if grade > _LOW:
        return "utter_rated"
    return "utter_rated_low_reopened" if has_reason(words_of(words)) else "utter_rated_low"


def _grade(turn: Turn) -> int | None:
    given = turn.entity("grade")
    return int(given) if given in {"1", "2", "3", "4", "5"} else grade_in(turn.text)


def _grades(number: str) -> list[tuple[str, str]]:
    """In the order 1 to 5, so that the digit typed is the grade."""
    return [(name, f'/rate{{"case_number": "{number}", "grade": "{grade}"}}') for grade, name in enumerate(_NAMES, 1)]
