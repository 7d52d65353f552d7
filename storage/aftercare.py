"""What follows a case's end: the filer is asked once how content they are, and an operator may call (回访)."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

CONTENT_FROM = 3
"""Of five grades: from here up the filer is content (基本满意)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """The filer was asked at ``asked_at``; a grade counts before ``until``."""

    asked_at: datetime
    until: datetime


class Solved(StrEnum):
    """Whether the matter is solved, in the filer's words to whoever called."""

    YES = "yes"
    PARTLY = "partly"
    NO = "no"

    @property
    def label(self) -> str:
        return _SOLVED[self]


_SOLVED: Mapping[Solved, str] = {Solved.YES: "已解决", Solved.PARTLY: "部分解决", Solved.NO: "没有解决"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """A follow-up visit (回访): the newest of a case. ``reached`` False: nobody answered, and nothing else is known.

    ``tries``: how often it was tried, this time included. ``handling``: how often the case had been handled again
    before; a visit says nothing of what is done after it.
    """

    at: datetime
    reached: bool
    solved: Solved | None = None
    grade: int | None = None
    tries: int = 1
    handling: int = 0


def survey_document(survey: Survey | None) -> dict[str, Any] | None:
    return None if survey is None else asdict(survey)


def survey_of(document: Mapping[str, Any] | None) -> Survey | None:
    return None if document is None else Survey(**document)


def visit_document(visit: Visit | None) -> dict[str, Any] | None:
    return None if visit is None else {**asdict(visit), "solved": visit.solved and visit.solved.value}


def visit_of(document: Mapping[str, Any] | None) -> Visit | None:
    if document is None:
        return None
    solved = document["solved"]
    return Visit(**{**document, "solved": None if solved is None else Solved(solved)})
