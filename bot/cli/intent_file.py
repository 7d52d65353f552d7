"""Labelled texts in a CSV file, ``text,intent``: what ``evaluate nlu`` reads."""

import csv
import io
from dataclasses import dataclass
from pathlib import Path

from channels.system_errors import why
from dialogs.wrong_files import csv_wrong

LARGEST = 20_000_000
"""Bytes."""
_COLUMNS = ("text", "intent")
_NAMED = 5


class IntentFileRefused(Exception):
    """``sentence`` names the file, the row where it is one, and what is wrong."""

    retryable = False

    def __init__(self, path: Path, what: str) -> None:
        super().__init__(f"{path}: {what}")
        self.sentence = f"{path}：{what}"


@dataclass(frozen=True, slots=True, kw_only=True)
class IntentFile:
    """``rows``: (text, intent) in their order. ``notes``: what the reader should know of how it was read."""

    rows: list[tuple[str, str]]
    notes: list[str]


def read_intent_file(path: Path) -> IntentFile:
    """Read it; rows that are wholly empty are left out and named.

    Raises:
        IntentFileRefused: no such file, no CSV, no such columns, a row without text or intent, no rows.
    """
    text, notes = _decoded(path)
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows: list[tuple[str, str]] = []
    empty: list[int] = []
    try:
        places = _places(path, next(reader, []))
        for fields in reader:
            if not any(field.strip() for field in fields):
                empty.append(reader.line_num)
            else:
                rows.append(_row(path, fields, places, reader.line_num))
    except csv.Error as error:
        raise IntentFileRefused(path, f"第 {reader.line_num} 行{csv_wrong(error)}") from error
    if not rows:
        raise IntentFileRefused(path, "除了表头没有数据行")
    return IntentFile(rows=rows, notes=[*notes, *_empty_rows(empty)])


def _decoded(path: Path) -> tuple[str, list[str]]:
    try:
        if path.stat().st_size > LARGEST:
            raise IntentFileRefused(path, f"文件大于 {LARGEST // 1_000_000} MB")
        raw = path.read_bytes()
    except OSError as error:
        raise IntentFileRefused(path, f"打不开文件，{why(error)}") from error
    try:
        return raw.decode("utf-8-sig"), []
    except UnicodeDecodeError:
        pass
    try:
        return raw.decode("gb18030"), ["文件不是 UTF-8，已按 GB18030（GBK）读取"]
    except UnicodeDecodeError as error:
        raise IntentFileRefused(path, "编码既不是 UTF-8 也不是 GB18030；请另存为“CSV UTF-8”") from error


def _places(path: Path, heading: list[str]) -> tuple[int, int]:
    names = [name.strip().lower() for name in heading]
    missing = [name for name in _COLUMNS if name not in names]
    if missing:
        raise IntentFileRefused(path, f"第 1 行缺少列 {'、'.join(missing)}；表头应为 text,intent")
    return names.index("text"), names.index("intent")


def _row(path: Path, fields: list[str], places: tuple[int, int], line: int) -> tuple[str, str]:
    text, intent = (fields[at].strip() if at < len(fields) else "" for at in places)
    if not text or not intent:
        raise IntentFileRefused(path, f"第 {line} 行没有{'句子（text）' if not text else '意图（intent）'}")
    return text, intent


def _empty_rows(lines: list[int]) -> list[str]:
    if not lines:
        return []
    named = "、".join(str(line) for line in lines[:_NAMED])
    more = "等 " if len(lines) > _NAMED else ""
    return [f"跳过了 {len(lines)} 个空行（第 {named} {more}行）"]
