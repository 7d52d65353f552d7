"""Tables go out and come back as they were, from any office's spreadsheet."""

import io
import zipfile
from datetime import UTC, datetime

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.tables import TableRefused, read_table, write_csv, write_xlsx

COLUMNS = {"number": ("受理编号", "编号"), "note": ("说明",)}
MADE_AT = datetime(2026, 11, 22, tzinfo=UTC)
CELLS = st.text("路灯坏了王女士Az09=+-@'\",;|　。é😀", max_size=12).map(str.strip)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("separator", [",", "\t", ";"])
def test_any_encoding_and_separator_of_a_spreadsheet_is_read(encoding, separator):
    text = f"编号{separator}说明\nWF1{separator}路灯\n\n{separator}\nWF2{separator}\n"
    rows = read_table(text.encode(encoding), COLUMNS, ["number"])
    assert [(row.number, row.cells["number"], row.cells["note"]) for row in rows] == [
        (2, "WF1", "路灯"),
        (5, "WF2", ""),
    ]


def test_long_numbers_stay_texts_in_excel_and_back():
    rows = [["250912101108115409", "13800138000"]]
    content = write_xlsx(["编号", "说明"], rows, title="台账", made_at=MADE_AT)
    [row] = read_table(content, COLUMNS, ["number"])
    assert (row.cells["number"], row.cells["note"]) == ("250912101108115409", "13800138000")


@pytest.mark.parametrize("evil", ["=1+1", "+86", "-x", "@cmd", "=HYPERLINK(1)"])
def test_no_cell_begins_a_formula(evil):
    from io import BytesIO

    from openpyxl import load_workbook

    assert f"'{evil}" in write_csv(["编号", "说明"], [["WF1", evil]]).decode()
    book = load_workbook(BytesIO(write_xlsx(["编号", "说明"], [["WF1", evil]], title="x", made_at=MADE_AT)))
    assert book.active["B2"].data_type == "s"


@settings(max_examples=30)
@given(st.lists(st.tuples(CELLS.filter(bool), CELLS), min_size=1, max_size=5))
def test_what_is_written_as_xlsx_is_read_again(rows):
    content = write_xlsx(["编号", "说明"], rows, title="表", made_at=MADE_AT)
    read = read_table(content, COLUMNS, ["number"])
    assert [(row.cells["number"], row.cells["note"]) for row in read] == rows


@settings(max_examples=30)
@given(st.lists(st.tuples(CELLS.filter(bool), CELLS), min_size=1, max_size=5))
def test_what_is_written_as_csv_is_read_again_also_what_looks_like_a_formula(rows):
    rows = [(number.lstrip("'") or "x", note.lstrip("'")) for number, note in rows]
    read = read_table(write_csv(["编号", "说明"], rows), COLUMNS, ["number"])
    assert [(row.cells["number"], row.cells["note"]) for row in read] == [
        (number.strip(), note.strip()) for number, note in rows
    ]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "空的"),
        ("说明\nx".encode(), "少了：受理编号"),
        ("编号,说明\n".encode(), "除了表头"),
        (b"PK\x03\x04 not really", "XLSX"),
        (b"\xff\xfe\x00", "编码"),
        ('编号,说明\n"WF1,x'.encode() + b"x" * 200_000, "CSV"),
    ],
)
def test_what_is_no_table_is_refused_with_the_reason(content, sentence):
    with pytest.raises(TableRefused) as caught:
        read_table(content, COLUMNS, ["number"])
    assert sentence in caught.value.sentence


@given(st.binary(max_size=300))
def test_whatever_is_read_is_a_table_or_refused(content):
    try:
        rows = read_table(content, COLUMNS, ["number"])
    except TableRefused:
        return
    assert rows


def test_what_unpacks_to_far_more_than_it_is_is_refused(monkeypatch):
    monkeypatch.setattr("bot.tables._LARGEST_UNPACKED", 1_000_000)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(3):
            archive.writestr(f"x{number}", b"\0" * 500_000)
    with pytest.raises(TableRefused) as caught:
        read_table(packed.getvalue(), COLUMNS, ["number"])
    assert "太大" in caught.value.sentence


def test_a_column_is_as_wide_as_what_stands_in_it():
    headings = ["受理编号", "登记时间", "区县"]
    made = write_xlsx(headings, [["WF261123000049", "2026年11月23日 13:18", "寒亭区"]], title="台账", made_at=MADE_AT)
    sheet = openpyxl.load_workbook(io.BytesIO(made)).active
    widths = [sheet.column_dimensions[letter].width for letter in "ABC"]
    assert [width >= needed for width, needed in zip(widths, (14, 20, 7), strict=True)] == [True] * 3
