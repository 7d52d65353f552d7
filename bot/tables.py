"""Tables that an office edits in Excel or WPS: CSV in any of the usual encodings, and XLSX; every cell is a text.

What is written opens with its numbers as texts (a case number or a phone must not become 1.8E+17), and no cell begins
a formula.
"""

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import IO, Any

LARGEST = 20 * 1024 * 1024
MOST_ROWS = 200_000
_MOST_COLUMNS = 200
"""A single cell far to the right makes every row that long."""
_LARGEST_UNPACKED = 400 * 1024 * 1024
_LONGEST_FIELD = 100_000
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""What XML cannot hold."""
_LONGEST_CELL = 32_767
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_ZIP = b"PK"
_LONGEST_TOLD = 20
_NARROWEST = 10
_WIDTHS = (
    (("时间", "期限", "更新", "日期"), 22),
    (("编号", "电话", "手机", "号码"), 18),
    (("标题", "内容", "地点", "问题", "答复", "地址"), 36),
    (("单位", "主办", "协办"), 22),
)


class TableRefused(Exception):
    """A table that cannot be used; ``problems`` name rows and columns, ``sentence`` the first of them."""

    retryable = False

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__(f"{len(problems)} problems")
        self.problems = tuple(problems)
        more = len(problems) - _LONGEST_TOLD
        shown = "\n".join(self.problems[:_LONGEST_TOLD])
        self.sentence = f"{shown}\n……还有 {more} 处" if more > 0 else shown


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """``number`` as a spreadsheet counts: the heading is row 1. ``cells`` by our names; blanks around are gone."""

    number: int
    cells: Mapping[str, str] = field(repr=False)


Columns = Mapping[str, Sequence[str]]
"""Our name of each column, and the headings it may have; the first is the one we write."""


def read_table(content: bytes, columns: Columns, needed: Iterable[str]) -> list[Row]:
    """The rows that hold anything.

    Raises:
        TableRefused: no table, too large, without a needed column, or without rows.
    """
    if len(content) > LARGEST:
        raise TableRefused([f"文件超过 {LARGEST // 1024 // 1024} MB，请分成几个"])
    lines = _xlsx_lines(content) if content.startswith(_ZIP) else _csv_lines(content)
    if not lines:
        raise TableRefused(["文件是空的"])
    places = _places(lines[0], columns)
    missing = [columns[name][0] for name in needed if name not in places]
    if missing:
        raise TableRefused([f"第 1 行（表头）少了：{'、'.join(missing)}"])
    rows = [
        Row(number=number, cells={name: line[at].strip() if at < len(line) else "" for name, at in places.items()})
        for number, line in enumerate(lines[1:], start=2)
        if any(cell.strip() for cell in line)
    ]
    if not rows:
        raise TableRefused(["除了表头没有内容"])
    return rows


CSV_BEGINS = "\ufeff".encode()
"""The byte order mark, by which Excel knows the encoding."""


def csv_lines(rows: Iterable[Sequence[str]]) -> bytes:
    """Some lines of a CSV, for one that is written bit by bit after ``CSV_BEGINS``."""
    written = io.StringIO()
    csv.writer(written).writerows([_harmless(cell) for cell in row] for row in rows)
    return written.getvalue().encode()


class XlsxWriter:
    """One sheet written bit by bit to a file on disk, its heading fixed; every cell is a text. Each call blocks."""

    def __init__(self, headings: Sequence[str], *, title: str, made_at: datetime) -> None:
        from openpyxl import Workbook  # noqa: PLC0415 - heavy, and seldom needed
        from openpyxl.utils import get_column_letter  # noqa: PLC0415 - as above

        self._book = Workbook(write_only=True)
        self._book.properties.created = self._book.properties.modified = made_at.replace(tzinfo=None)
        self._sheet = self._book.create_sheet(title=title[:31])
        self._sheet.freeze_panes = "A2"
        for at, heading in enumerate(headings, start=1):
            self._sheet.column_dimensions[get_column_letter(at)].width = _width(heading)
        self.add([headings])

    def add(self, rows: Iterable[Sequence[str]]) -> None:
        from openpyxl.cell import WriteOnlyCell  # noqa: PLC0415 - as above

        for line in rows:
            cells = [WriteOnlyCell(self._sheet, value=_printable(value)) for value in line]
            for cell in cells:
                cell.number_format = "@"
                cell.data_type = "s"
            self._sheet.append(cells)

    def save(self, file: IO[bytes]) -> None:
        self._book.save(file)


def write_csv(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """With a byte order mark, by which Excel knows the encoding."""
    return CSV_BEGINS + csv_lines([headings, *rows])


def write_xlsx(headings: Sequence[str], rows: Iterable[Sequence[str]], *, title: str, made_at: datetime) -> bytes:
    """One sheet, its heading fixed; every cell is a text. Blocks: call it beside the event loop."""
    writer, out = XlsxWriter(headings, title=title, made_at=made_at), io.BytesIO()
    writer.add(rows)
    writer.save(out)
    return out.getvalue()


def _width(heading: str) -> int:
    """Of a column, in digits: a day with its time, a number or a name is read without widening it."""
    fitting = [width for words, width in _WIDTHS if any(word in heading for word in words)]
    return max([*fitting, 2 * len(heading) + 3, _NARROWEST])


def _printable(value: str) -> str:
    return _FORBIDDEN.sub("", value)[:_LONGEST_CELL]


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def _as_meant(cell: str) -> str:
    """What ``_harmless`` put before a cell is gone again, or a table would come back otherwise than it went."""
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(_FORMULA) else cell


def _places(heading: Sequence[str], columns: Columns) -> dict[str, int]:
    known = {word.strip().lower(): name for name, words in columns.items() for word in (name, *words)}
    places: dict[str, int] = {}
    for at, word in enumerate(heading):
        name = known.get(word.strip().lower())
        if name is not None:
            places.setdefault(name, at)
    return places


def _csv_lines(content: bytes) -> list[list[str]]:
    text = _decoded(content)
    csv.field_size_limit(_LONGEST_FIELD)
    try:
        separator = max(",\t;", key=text.partition("\n")[0].count)
        read = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
        lines = [[_as_meant(cell) for cell in line] for line in read]
    except csv.Error as error:
        raise TableRefused(["不是正确的 CSV：多半是引号没有成对，或不是文本文件"]) from error
    if len(lines) > MOST_ROWS:
        raise TableRefused([f"超过 {MOST_ROWS} 行，请分成几个"])
    return lines


def _decoded(content: bytes) -> str:
    wide = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    encodings = ["utf-16"] if wide else ["utf-8-sig", "gb18030"]
    for encoding in encodings:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise TableRefused(["看不出文件的编码，请在表格软件里另存为“CSV UTF-8”"])


def _xlsx_lines(content: bytes) -> list[list[str]]:
    from openpyxl import load_workbook  # noqa: PLC0415 - heavy, and seldom needed

    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            unpacked = sum(each.file_size for each in packed.infolist())
        fits = unpacked <= _LARGEST_UNPACKED
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True) if fits else None
    except Exception as error:  # the library raises whatever the broken file makes it stumble over
        raise TableRefused(["不是正确的 XLSX 表格，请在表格软件里重新保存"]) from error
    if book is None:
        raise TableRefused(["表格解开后太大，请分成几个"])
    try:
        return _lines_of(book)
    except TableRefused:
        raise
    except Exception as error:  # cells are read only here, and are as broken as the file
        raise TableRefused(["不是正确的 XLSX 表格，请在表格软件里重新保存"]) from error


def _lines_of(book: Any) -> list[list[str]]:
    lines: list[list[str]] = []
    for line in book.worksheets[0].iter_rows(values_only=True, max_col=_MOST_COLUMNS):
        if len(lines) >= MOST_ROWS:
            raise TableRefused([f"超过 {MOST_ROWS} 行，请分成几个"])
        lines.append([_as_text(value) for value in line])
    return lines


def _as_text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
