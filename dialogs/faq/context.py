"""A question that names no subject, after an answer: 那要带什么材料？多久呢？在哪办？

It is about what was answered last. One answer on the same subject that tells just this is given; several are offered;
none is guessed.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from dialogs.faq.aspects import aspect_of, follows_up
from dialogs.faq.search import OFFERED, Answers, Finding, Found

REMEMBERED = timedelta(minutes=30)


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
    if before is None or not follows_up(question):
        return None
    aspect = aspect_of(question)
    telling = [answer for answer in answers.of_topic(before.topic, today=today) if aspect in answer.aspects]
    if before in telling:
        telling = [before]
    found = tuple(Found(answer=answer, score=1.0, asked=answer.question) for answer in telling[:OFFERED])
    why = {"after": before.id, "topic": before.topic, "aspect": str(aspect), "telling": [a.id for a in telling]}
    return Finding(found=found, sure=len(telling) == 1, near=len(telling) > 1, by="context", why=why) if found else None
