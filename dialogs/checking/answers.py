"""The approved answers: each entry by itself, and what is doubtful about them together."""

import re
from collections.abc import Iterator
from datetime import date
from typing import Any

from dialogs.checking.findings import Finding, error, warning
from dialogs.checking.sources import Source
from dialogs.faq.answers import Answer, AnswersRefused, answer_of, check_ids
from dialogs.faq.checking import doubts

FILE = "answers.yml"
_IN_CHINESE = (
    (r"(\w+) is missing", r"缺少 \1"),
    (r"(\w+) is empty", r"\1 是空的"),
    (r"(\w+) has (\d+) characters; at most (\d+)", r"\1 有 \2 字，最多 \3 字"),
    (r"valid_to is before valid_from", "失效日期早于施行日期"),
    (r"a list is expected, not", "这里应是列表 [问法, 问法]，现在是"),
    (r"id (.+): letters, digits, - and _, at most 40", r"id \1 只能用字母、数字、- 和 _，最多 40 个字符"),
    (r"two answers are called (\S+)", r"有两条的 id 都是 \1"),
    (r"Invalid isoformat string: (.+)", r"日期 \1 应写成 2022-05-01"),
    (r"'(\w+)' is not a valid Aspect", r"aspects 里不认识 \1"),
    (r"(\d+) answers; at most (\d+)", r"一共 \1 条，最多 \2 条"),
)


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
            yield error(FILE, source.line(number), _in_chinese(str(refused)))
    try:
        check_ids(answers)
    except AnswersRefused as refused:
        yield error(FILE, _line(source, str(refused).split()[-1]), _in_chinese(str(refused)))
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


def _in_chinese(refused: str) -> str:
    entry, colon, wrong = refused.partition(": ")
    name = entry.removeprefix("answer ") if colon and entry.startswith("answer ") else ""
    told = wrong if name else refused
    for english, chinese in _IN_CHINESE:
        if found := re.search(english, told):
            told = told[: found.start()] + found.expand(chinese) + told[found.end() :]
            break
    return f"{name}：{told}" if name else told
