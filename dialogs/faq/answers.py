"""Approved answers: each with its source, the days it holds, and whom it is for."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from dialogs.faq.aspects import Aspect
from dialogs.faq.sources import Source, read_day, read_sources, spoken_day

LONGEST_QUESTION = 60
LONGEST_ANSWER = 1000
MOST_ANSWERS = 5000
_ID = re.compile(r"[A-Za-z0-9_\-]{1,40}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One approved answer.

    ``variants`` are other ways to ask for it. ``valid_to`` is its last day. ``districts``: where it holds, none
    for everywhere. ``topic`` and ``aspects`` say what a follow-up question may find it by.
    """

    id: str
    question: str
    variants: tuple[str, ...]
    text: str
    source: str
    valid_from: date
    sources: tuple[Source, ...] = ()
    valid_to: date | None = None
    department: str = ""
    districts: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    topic: str = ""
    aspects: frozenset[Aspect] = field(default_factory=frozenset)

    @property
    def said(self) -> str:
        """The answer as it is given: with its source and since when that is in force."""
        cited = "；".join(source.shown for source in self.sources) or self.source
        days = {source.since for source in self.sources if source.since} or {self.valid_from}
        since = "、".join(spoken_day(day) for day in sorted(days))
        return f"{self.text}\n（依据：{cited}，{since}起施行）"

    @property
    def asked(self) -> tuple[str, ...]:
        """Every way of asking for it, the question first."""
        return (self.question, *self.variants)

    def holds(self, today: date) -> bool:
        """Whether it may be given today."""
        return self.valid_from <= today and (self.valid_to is None or today <= self.valid_to)


class AnswersRefused(Exception):
    """The file of answers is wrong; ``sentence`` tells staff the entry and what it lacks."""

    retryable = False

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.sentence = f"政策问答文件有误：{problem}"


def load_answers(path: Path) -> tuple[Answer, ...]:
    """Read ``answers.yml``.

    Raises:
        AnswersRefused: it is no YAML, an entry lacks a key, or two share an id.
    """
    try:
        raw = YAML(typ="safe").load(path)
    except (YAMLError, UnicodeDecodeError) as wrong:
        raise AnswersRefused(f"{path.name}: {wrong}") from wrong
    if not isinstance(raw, list):
        raise AnswersRefused(f"{path.name}: a list of answers is expected")
    return check_ids(tuple(answer_of(entry) for entry in raw))


def check_ids(answers: Sequence[Answer]) -> tuple[Answer, ...]:
    """The answers, where no two share an id and they are not too many.

    Raises:
        AnswersRefused: two do, or they are.
    """
    seen: set[str] = set()
    for answer in answers:
        if answer.id in seen:
            raise AnswersRefused(f"two answers are called {answer.id}")
        seen.add(answer.id)
    if len(seen) > MOST_ANSWERS:
        raise AnswersRefused(f"{len(seen)} answers; at most {MOST_ANSWERS}")
    return tuple(answers)


def answer_of(raw: Any) -> Answer:
    """One entry of the file.

    Raises:
        AnswersRefused: naming the entry and the key.
    """
    name = raw.get("id", "?") if isinstance(raw, Mapping) else "?"
    try:
        return _answer(raw)
    except KeyError as wrong:
        raise AnswersRefused(f"answer {name}: {wrong.args[0]} is missing") from wrong
    except (TypeError, ValueError, AttributeError) as wrong:
        raise AnswersRefused(f"answer {name}: {wrong}") from wrong


def _answer(raw: Mapping[str, Any]) -> Answer:
    sources = read_sources(raw["source"])
    valid_from = read_day(raw["valid_from"])
    valid_to = read_day(raw["valid_to"]) if raw.get("valid_to") else None
    if valid_to and valid_to < valid_from:
        raise ValueError("valid_to is before valid_from")
    return Answer(
        id=_matching(str(raw["id"])),
        question=_bounded(raw["question"], LONGEST_QUESTION, "question"),
        variants=_texts(raw.get("variants")),
        text=_bounded(raw["answer"], LONGEST_ANSWER, "answer"),
        source="；".join(source.text for source in sources),
        sources=sources,
        valid_from=valid_from,
        valid_to=valid_to,
        department=str(raw.get("department") or ""),
        districts=_texts(raw.get("districts")),
        keywords=_texts(raw.get("keywords")),
        topic=str(raw.get("topic") or ""),
        aspects=frozenset(Aspect(name) for name in _texts(raw.get("aspects"))),
    )


def _texts(raw: Any) -> tuple[str, ...]:
    if isinstance(raw, str):
        raise TypeError(f"a list is expected, not {raw!r}")
    return tuple(text for text in (str(one).strip() for one in raw or ()) if text)


def _bounded(raw: Any, longest: int, key: str) -> str:
    text = str(raw or "").strip()
    if not text:
        raise ValueError(f"{key} is empty")
    if len(text) > longest:
        raise ValueError(f"{key} has {len(text)} characters; at most {longest}")
    return text


def _matching(name: str) -> str:
    if not _ID.fullmatch(name):
        raise ValueError(f"id {name!r}: letters, digits, - and _, at most 40")
    return name
