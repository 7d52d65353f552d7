"""Approved answers as a table that an office edits in Excel or WPS, as JSONL, and as the YAML that the bot reads."""

import csv
import io
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from ruamel.yaml import YAML

from dialogs.faq.answers import Answer, AnswersRefused, all_of, answer_of, answers_in, check_ids
from dialogs.wrong_files import csv_wrong, json_wrong

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
    reader = csv.reader(io.StringIO(text.lstrip("\ufeff")))
    try:
        rows = list(reader)
    except csv.Error as wrong:
        raise AnswersRefused(f"第{reader.line_num}行附近{csv_wrong(wrong)}") from wrong
    if not rows:
        raise AnswersRefused("表是空的")
    header = [name.strip() for name in rows[0]]
    if missing := [name for name in _NEEDED if name not in header]:
        raise AnswersRefused(f"第1行：缺少这些列：{'、'.join(missing)}")
    return all_of(
        (f"第{number}行", partial(_from_row, dict(zip(header, row, strict=False))))
        for number, row in enumerate(rows[1:], 2)
        if any(map(str.strip, row))
    )


def from_jsonl(text: str) -> tuple[Answer, ...]:
    """Raises AnswersRefused, naming the line."""
    lines = enumerate(text.lstrip("\ufeff").split("\n"), 1)
    return all_of((f"第{number}行", partial(_from_line, line)) for number, line in lines if line.strip())


def from_yaml(text: str) -> tuple[Answer, ...]:
    """Raises AnswersRefused, naming the answer."""
    return answers_in(text.lstrip("\ufeff"))


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


def _from_line(line: str) -> Answer:
    try:
        return answer_of(json.loads(line))
    except (ValueError, RecursionError) as wrong:
        raise AnswersRefused(json_wrong(wrong)) from wrong


def _from_row(row: Mapping[str, str]) -> Answer:
    return answer_of(_raw(row))


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
