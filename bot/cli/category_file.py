"""Past cases in a CSV file, as spreadsheets write them: any of the usual encodings, separators and column names."""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from channels.system_errors import why
from dialogs.wrong_files import csv_wrong

MOST_ROWS = 60_000
LARGEST = 512 * 1024 * 1024
_LONGEST_FIELD = 1_000_000
_NAMED = 5
_COLUMNS: Mapping[str, Sequence[str]] = {
    "title": ("title", "标题", "主题", "留言主题", "诉求标题", "工单标题"),
    "detail": ("detail", "详情", "留言详情", "内容", "诉求内容", "工单内容", "正文"),
    "label": ("label", "类别", "分类", "标签", "一级标签", "一级分类", "category"),
}
_OPTIONAL = "detail"


class FileRefused(Exception):
    """A file that cannot be used; ``sentence`` names it, the row and what to do."""

    retryable = False

    def __init__(self, path: Path, why: str) -> None:
        super().__init__(f"{path}: {why}")
        self.sentence = f"{path}：{why}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """``number`` as a spreadsheet counts: the heading is row 1."""

    number: int
    title: str
    detail: str
    label: str


def read_rows(path: Path, *, skip: bool = False) -> list[Row]:
    """The rows. ``skip``: leave out those without a label or without a text, instead of refusing the file.

    Raises:
        FileRefused: it is not there, not CSV, without the columns, without rows, or rows lack something.
    """
    reader = csv.reader(io.StringIO(_text(path), newline=""), dialect=_dialect(path))
    csv.field_size_limit(_LONGEST_FIELD)
    try:
        heading = [name.strip().lower() for name in next(reader, [])]
        rows = list(_rows(path, reader, _places(path, heading)))
    except csv.Error as error:
        raise FileRefused(path, f"第 {reader.line_num} 行附近{csv_wrong(error)}") from error
    kept = [row for row in rows if row.label and (row.title or row.detail)]
    if not skip:
        _refuse_incomplete(path, rows)
    if not kept:
        raise FileRefused(path, "除了表头没有可用的行")
    return kept


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > LARGEST:
            raise FileRefused(path, "文件超过 512 MB，请分批或只取近几年的数据")
        raw = path.read_bytes()
    except OSError as error:
        raise FileRefused(path, f"无法读取，{why(error)}") from error
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _decoded(path, raw, "utf-16")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return _decoded(path, raw, "gb18030")


def _decoded(path: Path, raw: bytes, encoding: str) -> str:
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError as error:
        raise FileRefused(path, "编码既不是 UTF-8 也不是 GB18030；请在表格软件中另存为“CSV UTF-8”") from error


def _dialect(path: Path) -> type[csv.Dialect]:
    """Tabs or semicolons where the heading has them; else commas."""

    class Dialect(csv.excel):
        delimiter = _separator(path)

    return Dialect


def _separator(path: Path) -> str:
    heading = _text(path).partition("\n")[0]
    return max(",", "\t", ";", key=heading.count)


def _places(path: Path, heading: Sequence[str]) -> Mapping[str, int]:
    places = {
        column: heading.index(name) for column, names in _COLUMNS.items() for name in reversed(names) if name in heading
    }
    missing = [f"{column}（{_COLUMNS[column][1]}）" for column in _COLUMNS if column not in {*places, _OPTIONAL}]
    if missing:
        raise FileRefused(path, f"第 1 行缺少列 {'、'.join(missing)}；应有 title,detail,label 三列（detail 可以没有）")
    return places


def _rows(path: Path, reader: Iterator[list[str]], places: Mapping[str, int]) -> Iterator[Row]:
    for number, fields in enumerate(reader, start=2):
        if number > MOST_ROWS + 1:
            raise FileRefused(path, f"超过 {MOST_ROWS} 行，请只取近几年的数据")
        if any(field.strip() for field in fields):
            of = {column: fields[at].strip() if at < len(fields) else "" for column, at in places.items()}
            yield Row(number=number, title=of["title"], detail=of.get("detail", ""), label=of["label"])


def _refuse_incomplete(path: Path, rows: Sequence[Row]) -> None:
    for what, numbers in {
        "没有类别（label）": [row.number for row in rows if not row.label],
        "标题和详情都是空的": [row.number for row in rows if not (row.title or row.detail)],
    }.items():
        if numbers:
            named = "、".join(str(number) for number in numbers[:_NAMED])
            more = f" 等 {len(numbers)} 行" if len(numbers) > _NAMED else " 行"
            raise FileRefused(path, f"第 {named}{more}{what}；补上，或加 --skip 跳过")
