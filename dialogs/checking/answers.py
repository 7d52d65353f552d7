"""The approved answers: each entry by itself, and what is doubtful about them together."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from dialogs.checking.findings import Finding, error, warning
from dialogs.checking.sources import Source
from dialogs.faq.answers import Answer, AnswersRefused, answer_of, check_ids
from dialogs.faq.checking import doubts

FILE = "answers.yml"


def check_answers(source: Source, today: date | None) -> Iterator[Finding]:
    """Every entry that cannot be read. ``today``: what is doubtful as of that day is told as well."""
    if not isinstance(source.data, list):
        yield error(FILE, None, "应是问答的列表：每条以 - id: 开头，有 question、answer、source、valid_from")
        return
    answers: list[Answer] = []
    for number, entry in enumerate(source.data):
        try:
            answers.append(answer_of(entry))
        except AnswersRefused as refused:
            yield error(FILE, source.line(number), str(refused))
    try:
        check_ids(answers)
    except AnswersRefused as refused:
        yield error(FILE, _line(source, str(refused).split()[-1]), str(refused))
        return
    if today is not None:
        for doubt in doubts(answers, today=today):
            level = error if doubt.wrong else warning
            yield level(FILE, _line(source, doubt.id), f"{doubt.id}：{doubt.sentence}")


def _line(source: Source, answer_id: str) -> int | None:
    """Of the last entry of that id: of two, it is the one too many."""
    entries: list[Any] = source.data
    numbers = [n for n, e in enumerate(entries) if isinstance(e, dict) and str(e.get("id")) == answer_id]
    return source.line(numbers[-1]) if numbers else None
