"""Replies to the bot's own notices: what was asked back, and what is said of an answer, reaches the case.

The notices say "请直接回复"; the person then writes as to somebody who knows. Which case is meant is known from the
cases alone, so it is read here, before the engine; what is said and done is an action's (``action_answer_notice``).
"""

import json
import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from dialogs.case_questions import CaseQuestions, Said
from dialogs.nlu import commands
from dialogs.nlu.case_words import is_dropped, is_settled, meant, of_handling
from dialogs.nlu.matter import Categories
from dialogs.nlu.places import find_place
from dialogs.nlu.verdict import DISSATISFIED, is_a_statement, is_another_matter, verdict
from dialogs.ports import Cases, CaseView

ASKED_BACK = "needs_info"
_JUDGED_FOR = timedelta(days=30)
_REASON_FOR = timedelta(hours=24)
_FRAGMENTS_FOR = timedelta(minutes=15)
_MOST = 7
_GRADED = re.compile(r"(?:我|就|给|打|评|选)*([1-5])[分星]?(?:[，,。.、；;：:\s]+.{1,180})?", re.DOTALL)
"""The digit that the notice of the end asks for, and a word."""
_NO_GRADE = re.compile(r"(?:我|就|给|打|评|选)*(?:0|[6-9]|10)[分星]?")


class NoticeReplies:
    """Reads replies to notices; one port call for what may be one, none for the rest."""

    def __init__(self, cases: Cases, categories: Categories) -> None:
        self._cases = cases
        self._categories = categories
        self.questions = CaseQuestions(cases)

    async def payload(self, said: Said, slots: Mapping[str, Any]) -> str:
        """The payload that carries the reply to its case; "" where it is none.

        ``slots`` are the conversation's: which case was just added to, or asked the reason of.
        """
        grade, states = verdict(said.text), is_a_statement(said.text)
        if grade is None and not states and (said.text or not said.sent):
            return ""
        mine = await self._cases.mine(said.conversation_id)
        return self._judged(said, mine, grade, slots) or (
            self._added(said, mine, slots) if states or not said.text else ""
        )

    async def graded(self, said: Said, options: Sequence[Mapping[str, Any]]) -> str:
        """The payload of a digit that answers the question after the end; "" where no such question is the newest.

        A number that is no grade has the grades told once more.
        ``options`` are the choices that were offered since: then the digit is for them.
        """
        text = unicodedata.normalize("NFKC", said.text).strip()
        digit = _GRADED.fullmatch(text)
        if digit is None and not _NO_GRADE.fullmatch(text):
            return ""
        offered = max((datetime.fromisoformat(each["at"]) for each in options), default=None)
        asked = [
            case
            for case in await self._cases.mine(said.conversation_id)
            if case.asked_at and case.grades_until and said.at <= case.grades_until
            if offered is None or case.asked_at > offered
        ]
        newest = sorted(asked, key=lambda case: case.asked_at or said.at)[-1:]
        if not newest:
            return ""
        return _payload("rate", newest, grade=digit[1]) if digit else f'/rate{{"case_number": "{newest[0].number}"}}'

    async def reason(self, said: Said, slots: Mapping[str, Any]) -> str:
        """The payload of words that were asked for, why somebody is not content; "" where none were, or it is none."""
        awaited = _fresh(slots.get("reason_for"), said.at, _REASON_FOR)
        if not awaited or not is_a_statement(said.text) or is_dropped(said.text) or is_settled(said.text):
            return ""
        return self._judged(said, await self._cases.mine(said.conversation_id), verdict(said.text), slots)

    def _judged(self, said: Said, mine: Sequence[CaseView], grade: int | None, slots: Mapping[str, Any]) -> str:
        rateable = [case for case in mine if case.answered]
        judged = [case for case in rateable if _last(case) > said.at - _JUDGED_FOR] or _spoken_of(said.text, rateable)
        awaited = _fresh(slots.get("reason_for"), said.at, _REASON_FOR)
        if awaited and is_a_statement(said.text) and (grade is None or grade <= DISSATISFIED):
            asked = [case for case in rateable if case.number == awaited["number"]]
            if asked and self._same(said, asked, by_place=True, by_category=False):
                return _payload("rate", asked, grade=str(awaited["grade"]))
        if grade is None:
            return ""
        judged = self._same(said, judged, by_place=True)
        return _payload("rate", judged, grade=str(grade)) if judged else ""

    def _added(self, said: Said, mine: Sequence[CaseView], slots: Mapping[str, Any]) -> str:
        asked = self._same(said, [case for case in mine if case.state == ASKED_BACK], by_place=False)
        if asked:
            return _payload("add", asked)
        just = _fresh(slots.get("added_to"), said.at, _FRAGMENTS_FOR)
        if not just:
            return ""
        same = self._same(said, [c for c in mine if c.open and c.number == just["number"]], by_place=True)
        return _payload("add", same) if same else ""

    def _same(
        self, said: Said, cases: Sequence[CaseView], *, by_place: bool, by_category: bool = True
    ) -> list[CaseView]:
        """The cases that the words may mean; those named by number alone, where any is."""
        named = commands.case_numbers(said.text)
        kept = [case for case in cases if not named or case.number in named]
        by = {"by_place": by_place, "by_category": by_category}
        return [
            case
            for case in kept
            if not is_another_matter(said.text, case.title, self._categories, accuses=case.accusation, **by)
        ]


def _spoken_of(text: str, cases: Sequence[CaseView]) -> list[CaseView]:
    """Of cases that were closed long ago, the one that the words speak of; none where that is open."""
    if not of_handling(text):
        return []
    kin = meant(text, cases) or (list(cases) if not find_place(text) else [])
    return kin if len(kin) == 1 else []


def _last(case: CaseView) -> datetime:
    return max((step.at for step in case.steps), default=case.filed_at)


def _fresh(kept: Any, now: datetime, longest: timedelta) -> Mapping[str, Any] | None:
    return kept if kept and now - datetime.fromisoformat(kept["at"]) <= longest else None


def _payload(topic: str, cases: Sequence[CaseView], **entities: str) -> str:
    numbers = [case.number for case in cases[:_MOST]]
    return "/answer_notice" + json.dumps({"topic": topic, "case_number": numbers, **entities})
