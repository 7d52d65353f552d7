"""Approved answers as a table that an office edits in Excel or WPS, as JSONL, and as the YAML that the bot reads."""

import csv
import io
import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from dialogs.faq.answers import Answer, AnswersRefused, answer_of, check_ids

COLUMNS = {
    "编号": "id",
    "问题": "question",
    "其他问法": "variants",
    "答复": "answer",
    "依据": "source",
    "施行日期": "valid_from",
    "失效日期": "valid_to",
    "部门": "department",
    "适用地区": "districts",
    "关键词": "keywords",
    "主题": "topic",
    "方面": "aspects",
}
_LISTS = frozenset({"variants", "districts", "keywords", "aspects"})
_NEEDED = ("编号", "问题", "答复", "依据", "施行日期")
_PARTED = re.compile(r"[\n；;|]")
_FORMULA = ("=", "+", "-", "@")
_HEAD = "# 审定的政策问答。每条都要有依据和施行日期；机器人只说这里有的。字段说明见 docs/editing-answers.md。\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What an import does to one answer. ``what``: 新增, 修改 or 删除; ``fields``: what is worded otherwise."""

    id: str
    what: str
    fields: tuple[str, ...] = ()


def plain(answer: Answer) -> dict[str, Any]:
    """The answer as it stands in the file; what is empty is left out."""
    raw: dict[str, Any] = {
        "id": answer.id,
        "question": answer.question,
        "variants": list(answer.variants),
        "answer": answer.text,
        "source": answer.source,
        "valid_from": answer.valid_from.isoformat(),
        "valid_to": answer.valid_to.isoformat() if answer.valid_to else "",
        "department": answer.department,
        "districts": list(answer.districts),
        "keywords": list(answer.keywords),
        "topic": answer.topic,
        "aspects": sorted(str(aspect) for aspect in answer.aspects),
    }
    return {key: value for key, value in raw.items() if value not in ("", [])}


def to_csv(answers: Iterable[Answer]) -> str:
    """With a byte order mark, by which Excel knows the encoding. A cell never begins a formula."""
    written = io.StringIO()
    rows = csv.writer(written)
    rows.writerow(COLUMNS)
    for answer in answers:
        raw = plain(answer)
        rows.writerow([_cell(raw.get(key, "")) for key in COLUMNS.values()])
    return "\ufeff" + written.getvalue()


def to_jsonl(answers: Iterable[Answer]) -> str:
    return "".join(json.dumps(plain(answer), ensure_ascii=False) + "\n" for answer in answers)


def to_yaml(answers: Iterable[Answer]) -> str:
    written = io.StringIO()
    yaml = YAML()
    yaml.width = 100_000
    yaml.dump([plain(answer) for answer in answers], written)
    return _HEAD + written.getvalue()


def from_csv(text: str) -> tuple[Answer, ...]:
    """Raises AnswersRefused, naming the row as Excel numbers it."""
    rows = list(csv.reader(io.StringIO(text.lstrip("\ufeff"))))
    if not rows:
        raise AnswersRefused("表是空的")
    header = [name.strip() for name in rows[0]]
    if missing := [name for name in _NEEDED if name not in header]:
        raise AnswersRefused(f"第1行：缺少这些列：{'、'.join(missing)}")
    return _numbered(
        (number, dict(zip(header, row, strict=False)))
        for number, row in enumerate(rows[1:], 2)
        if any(map(str.strip, row))
    )


def from_jsonl(text: str) -> tuple[Answer, ...]:
    """Raises AnswersRefused, naming the line."""
    found = []
    for number, line in enumerate(text.lstrip("\ufeff").split("\n"), 1):
        if line.strip():
            found.append(_at(number, partial(_from_line, line)))
    return check_ids(found)


def from_yaml(text: str) -> tuple[Answer, ...]:
    """Raises AnswersRefused, naming the answer."""
    try:
        raw = YAML(typ="safe").load(text)
    except YAMLError as wrong:
        raise AnswersRefused(str(wrong)) from wrong
    if not isinstance(raw, list):
        raise AnswersRefused("应当是一个列表")
    return check_ids([answer_of(entry) for entry in raw])


def changes(before: Sequence[Answer], after: Sequence[Answer]) -> list[Change]:
    """What becomes of each answer, in the order of the file, removed ones last."""
    old = {answer.id: plain(answer) for answer in before}
    new = {answer.id: plain(answer) for answer in after}
    found = [
        Change(id=name, what="修改" if name in old else "新增", fields=_differing(old.get(name, {}), raw))
        for name, raw in new.items()
        if raw != old.get(name)
    ]
    return [*found, *(Change(id=name, what="删除") for name in old if name not in new)]


def merged(before: Sequence[Answer], coming: Sequence[Answer]) -> tuple[Answer, ...]:
    """Those of before, with the coming ones in their places and new ones at the end."""
    new = {answer.id: answer for answer in coming}
    kept = [new.pop(answer.id, answer) for answer in before]
    return check_ids([*kept, *new.values()])


def _differing(old: Mapping[str, Any], new: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(name for name, key in COLUMNS.items() if old and old.get(key) != new.get(key))


def _numbered(rows: Iterable[tuple[int, Mapping[str, str]]]) -> tuple[Answer, ...]:
    found: list[Answer] = []
    seen: dict[str, int] = {}
    for number, row in rows:
        answer = _at(number, partial(_from_row, row))
        if answer.id in seen:
            raise AnswersRefused(f"第{number}行：编号 {answer.id} 和第{seen[answer.id]}行重复")
        seen[answer.id] = number
        found.append(answer)
    return check_ids(found)


def _from_line(line: str) -> Answer:
    return answer_of(json.loads(line))


def _from_row(row: Mapping[str, str]) -> Answer:
    return answer_of(_raw(row))


def _at(number: int, read: Callable[[], Answer]) -> Answer:
    try:
        return read()
    except (AnswersRefused, ValueError) as wrong:
        raise AnswersRefused(f"第{number}行：{wrong}") from wrong


def _raw(row: Mapping[str, str]) -> dict[str, Any]:
    raw: dict[str, Any] = {}
    for name, key in COLUMNS.items():
        cell = row.get(name, "").strip()
        cell = cell.removeprefix("'")
        raw[key] = [part.strip() for part in _PARTED.split(cell) if part.strip()] if key in _LISTS else cell
    return raw


def _cell(value: Any) -> str:
    text = "\n".join(value) if isinstance(value, list) else str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text
