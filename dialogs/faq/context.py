"""A question that names no subject, after an answer: 那要带什么材料？多久呢？在哪办？

It is about what was answered last. One answer on the same subject that tells just this is given; several are offered;
none is guessed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from dialogs.faq.answers import ELSEWHERE
from dialogs.faq.aspects import Aspect, asks_of_lateness, aspect_of, follows_up, still_against
from dialogs.faq.search import OFFERED, Answers, Finding, Found

REMEMBERED = timedelta(minutes=30)
_NEXT = {
    "review": "recheck",
    "recheck": "after_recheck",
    "finish_deadline": "review",
    "opinion_letter": "review",
    "hotline_deadline": "hotline_rights",
    "hotline_supervision": "hotline_rights",
}
"""What comes after a step that somebody is still not content with."""
LAST_STEP = "after_recheck"
_LATE = {
    "accept_deadline": "shirking",
    "transfer": "shirking",
    "finish_deadline": "extension",
    "extension": "extension",
    "hotline_deadline": "hotline_supervision",
}
"""What is told of the time that has passed. Of a missed time to ask for review nothing approved is known."""
_ANYWHERE = {Aspect.SECRET: "privacy_use"}
"""What is told alike of whatever subject."""
_MAY_BE_CHOSEN = frozenset({Aspect.TIME, Aspect.MATERIALS, Aspect.WHERE, Aspect.WHO})
"""Of these several answers on one subject are worth a choice; of the rest they are about different things."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LastAnswer:
    """What was answered last, as the conversation keeps it."""

    id: str
    at: datetime

    def kept(self) -> dict[str, str]:
        """Plain JSON."""
        return {"id": self.id, "at": self.at.isoformat()}


def read_last(kept: Any, *, now: datetime) -> LastAnswer | None:
    """What is kept, while it is fresh."""
    if not isinstance(kept, dict) or "id" not in kept or "at" not in kept:
        return None
    at = datetime.fromisoformat(str(kept["at"]))
    return LastAnswer(id=str(kept["id"]), at=at) if timedelta(0) <= now - at <= REMEMBERED else None


def in_context(answers: Answers, question: str, last: LastAnswer | None, *, today: date) -> Finding | None:
    """What ``question`` comes to after ``last``; None where it follows nothing up, or nothing tells of it."""
    before = answers.get(last.id, today=today) if last else None
    if before is not None and still_against(question):
        return _next_step(answers, before.id, _NEXT, today)
    if before is not None and asks_of_lateness(question):
        return _next_step(answers, before.id, _LATE, today)
    if before is None or not follows_up(question):
        return None
    aspect = aspect_of(question)
    telling = [answer for answer in answers.of_topic(before.topic, today=today) if aspect in answer.aspects]
    if before.topic == ELSEWHERE:
        telling = []
    if before in telling:
        telling = [before]
    elif aspect not in _MAY_BE_CHOSEN and len(telling) > 1:
        telling = []
    alike = answers.get(_ANYWHERE.get(aspect, ""), today=today) if aspect else None
    telling = telling or ([alike] if alike and before.topic != ELSEWHERE else [])
    found = tuple(Found(answer=answer, score=1.0, asked=answer.question) for answer in telling[:OFFERED])
    why = {"after": before.id, "topic": before.topic, "aspect": str(aspect), "telling": [a.id for a in telling]}
    return Finding(found=found, sure=len(telling) == 1, near=len(telling) > 1, by="context", why=why) if found else None


def _next_step(answers: Answers, before: str, steps: Mapping[str, str], today: date) -> Finding | None:
    """The answer on the step after ``before``; None where the approved answers tell of none."""
    then = answers.get(steps.get(before, ""), today=today)
    if then is None:
        return None
    found = (Found(answer=then, score=1.0, asked=then.question),)
    return Finding(found=found, sure=True, near=False, by="context", why={"after": before, "next": then.id})
