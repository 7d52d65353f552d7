"""Approved answers: read from a file, each with its source and the day it came into force."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One approved answer. ``variants`` are other ways to ask for it."""

    id: str
    question: str
    variants: tuple[str, ...]
    text: str
    source: str
    valid_from: date

    @property
    def said(self) -> str:
        """The answer as it is given: with source and date."""
        day = f"{self.valid_from.year}年{self.valid_from.month}月{self.valid_from.day}日"
        return f"{self.text}\n（依据：{self.source}，{day}起施行）"


class AnswersRefused(Exception):
    """The file of answers is incomplete; the message names the entry and the key."""

    retryable = False
    sentence = "政策问答文件有误，请按提示修改"


def load_answers(path: Path) -> tuple[Answer, ...]:
    """Read ``answers.yml``.

    Raises:
        AnswersRefused: an entry lacks a key, or two share an id.
    """
    answers = tuple(_answer(raw) for raw in YAML(typ="safe").load(path))
    seen: set[str] = set()
    for answer in answers:
        if answer.id in seen:
            raise AnswersRefused(f"two answers are called {answer.id}")
        seen.add(answer.id)
    return answers


def questions_of(answers: Sequence[Answer]) -> list[tuple[str, str]]:
    """Every way of asking, each with the id of its answer."""
    return [(text, answer.id) for answer in answers for text in (answer.question, *answer.variants)]


def _answer(raw: Mapping[str, Any]) -> Answer:
    try:
        return Answer(
            id=str(raw["id"]),
            question=str(raw["question"]),
            variants=tuple(str(v) for v in raw["variants"]),
            text=str(raw["answer"]).strip(),
            source=str(raw["source"]),
            valid_from=_day(raw["valid_from"]),
        )
    except (KeyError, TypeError, ValueError) as wrong:
        raise AnswersRefused(f"answer {raw.get('id', '?')}: {wrong}") from wrong


def _day(value: Any) -> date:
    return value if isinstance(value, date) else date.fromisoformat(str(value))
