"""Long texts in parts: all of it arrives, within the platform's limit, and no sign is torn."""

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.text import measure, split

UNITS = st.sampled_from(["bytes", "characters", "utf16"])
SIGNS = ["👨‍👩‍👧‍👦", "👍🏽", "🇨🇳", "❤️", "é", "1️⃣", "中", "a", "。", " ", "\n", "𠮷"]


def squeezed(text: str) -> str:
    return "".join(text.split())


@given(st.text(max_size=600), st.integers(4, 80), UNITS)
@example("𠮷" * 30, 5, "bytes")
@example("\u3000 开头" + "，" * 40, 7, "characters")
def test_nothing_is_lost_and_every_part_fits(text: str, limit: int, unit: str) -> None:
    parts = split(text, limit=limit, unit=unit)
    assert squeezed("".join(parts)) == squeezed(text)
    assert all(0 < measure(part, unit) <= limit for part in parts)
    assert all(part == part.strip() for part in parts)


@given(st.lists(st.sampled_from(SIGNS), max_size=200), st.integers(30, 90), UNITS)
def test_no_sign_is_torn(signs: list[str], limit: int, unit: str) -> None:
    for part in split("".join(signs), limit=limit, unit=unit):
        left = part
        for sign in sorted(SIGNS, key=len, reverse=True):
            left = left.replace(sign, "")
        assert left == "", part.encode("unicode-escape")


@given(st.text(alphabet=st.characters(categories=["Mn", "Me", "Mc"]), min_size=1, max_size=300))
def test_marks_without_end_do_not_hold_it_up(marks: str) -> None:
    parts = split("a" + marks, limit=20, unit="characters")
    assert "".join(parts) == "a" + marks
    assert unicodedata.category(marks[0]).startswith("M")


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", []),
        ("短", ["短"]),
        ("第一段内容。\n\n第二段内容，很长。", ["第一段内容。", "第二段内容，很长。"]),
        ("前面一句话。后面一句话。", ["前面一句话。", "后面一句话。"]),
        ("没有停顿的一长串文字要在哪里断", ["没有停顿的一长串文", "字要在哪里断"]),
        ("一。没有停顿的一长串文字", ["一。没有停顿的一长", "串文字"]),
    ],
)
def test_it_is_cut_where_a_reader_would_pause(text: str, parts: list[str]) -> None:
    assert split(text, limit=9, unit="characters") == parts


def test_units_of_text_messages_count_what_is_beyond_the_basic_plane_twice() -> None:
    assert [measure(text, "utf16") for text in ("", "中a", "𠮷", "👍🏽", "\ud83d")] == [0, 2, 2, 4, 1]
    assert split("𠮷" * 5, limit=5, unit="utf16") == ["𠮷𠮷", "𠮷𠮷", "𠮷"]


def test_a_limit_below_one_sign_still_ends() -> None:
    assert split("𠮷𠮷", limit=1, unit="bytes") == ["𠮷", "𠮷"]
