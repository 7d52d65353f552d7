"""Alphabets, lengths, segments, signatures; the tables are those of 3GPP TS 23.038."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.sms.text import (
    Alphabet,
    aligned,
    alphabet_of,
    length,
    parts,
    room,
    segments,
    signature,
    signed,
    utf16_units,
)

FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467"
FLAG = "\U0001f1e8\U0001f1f3"
EXTENSION = "^{}\\[~]|€\f"


@pytest.mark.parametrize(
    ("text", "alphabet", "units", "cost"),
    [
        ("", Alphabet.GSM7, 0, 1),
        ("a" * 160, Alphabet.GSM7, 160, 1),
        ("a" * 161, Alphabet.GSM7, 161, 2),
        ("a" * 306, Alphabet.GSM7, 306, 2),
        ("a" * 307, Alphabet.GSM7, 307, 3),
        ("€" * 80, Alphabet.GSM7, 160, 1),
        ("€" * 81, Alphabet.GSM7, 162, 2),
        # 152 septets and an escaped character do not make 153: it goes into the next part
        ("a" * 152 + "€" + "a" * 151, Alphabet.GSM7, 305, 2),
        ("a" * 152 + "€" + "a" * 152, Alphabet.GSM7, 306, 3),
        ("`", Alphabet.UCS2, 1, 1),
        ("ç", Alphabet.UCS2, 1, 1),
        ("Ç", Alphabet.GSM7, 1, 1),
        ("长" * 70, Alphabet.UCS2, 70, 1),
        ("长" * 71, Alphabet.UCS2, 71, 2),
        ("长" * 134, Alphabet.UCS2, 134, 2),
        ("长" * 135, Alphabet.UCS2, 135, 3),
        ("a" * 70 + "长", Alphabet.UCS2, 71, 2),
        ("😀" * 35, Alphabet.UCS2, 70, 1),
        ("😀" * 36, Alphabet.UCS2, 72, 2),
        ("长" * 66 + "😀" + "长" * 66, Alphabet.UCS2, 134, 3),
    ],
)
def test_what_a_text_costs(text, alphabet, units, cost):
    assert (alphabet_of(text), length(text), segments(text)) == (alphabet, units, cost)


def test_the_alphabet_is_the_standards_own():
    assert sum(alphabet_of(chr(code)) is Alphabet.GSM7 for code in range(0x10000) if not 0xD800 <= code < 0xE000) == 137
    assert all(length(sign) == 2 for sign in EXTENSION)


@pytest.mark.parametrize("sign", [FAMILY, FLAG, "é\u0301\u0302", "👍🏽", "❤\ufe0f", "𠮷"])
@pytest.mark.parametrize("before", range(60, 68))
def test_no_part_ends_within_what_a_reader_sees_as_one_sign(sign, before):
    cut = parts("长" * before + sign + "长" * 70)
    assert sum(sign in part for part in cut) == 1
    assert all(utf16_units(part) <= 67 for part in cut)


SOME_SIGNS = st.sampled_from(["长", "a", "é", "€", "😀", "𠮷", FAMILY, FLAG, "e\u0301", "👍🏽", "。", " ", "\n", "`"])
TEXTS = st.one_of(
    st.lists(SOME_SIGNS, max_size=250).map("".join),
    st.lists(st.sampled_from(["a", "€", "{", "@", "\n"]), max_size=400).map("".join),
    st.text(max_size=200),
)


@given(TEXTS)
def test_parts_joined_are_the_text_and_each_fits(text):
    cut, alphabet = parts(text), alphabet_of(text)
    assert "".join(cut) == text
    alone, in_each = (160, 153) if alphabet is Alphabet.GSM7 else (70, 67)
    measured = [sum(2 if alphabet is Alphabet.GSM7 and sign in EXTENSION else 1 for sign in part) for part in cut]
    if alphabet is Alphabet.UCS2:
        measured = [len(part.encode("utf-16-be", "surrogatepass")) // 2 for part in cut]
    assert all(units <= (alone if len(cut) == 1 else in_each) for units in measured)
    assert segments(text) == max(1, len(cut))
    assert len(cut) <= 1 or sum(measured) > alone


@given(st.lists(SOME_SIGNS, max_size=250).map("".join))
def test_no_part_begins_with_what_belongs_to_the_sign_before(text):
    for part in parts(text)[1:]:
        assert unicodedata.combining(part[0]) == 0
        assert part[0] not in "\u200d\ufe0f"
        assert not "\U0001f3fb" <= part[0] <= "\U0001f3ff"
    for part in parts(text)[:-1]:
        assert part[-1] != "\u200d"
        assert not 0xD800 <= ord(part[-1]) < 0xDC00


def blindly(text):
    """As Kannel cuts: every so many units, through whatever is there."""
    if alphabet_of(text) is Alphabet.GSM7:
        return None
    encoded = text.encode("utf-16-be", "surrogatepass")
    return [encoded] if len(encoded) <= 140 else [encoded[at : at + 134] for at in range(0, len(encoded), 134)]


@given(st.lists(SOME_SIGNS, max_size=250).map("".join))
def test_an_aligned_text_is_cut_blindly_as_we_cut_it(text):
    given_text = "长" + text
    cut = [part.decode("utf-16-be", "surrogatepass") for part in blindly(aligned(given_text))]
    assert [part.rstrip(" ") for part in cut] == [part.rstrip(" ") for part in parts(given_text)]
    assert segments(aligned(given_text)) == segments(given_text)


@given(TEXTS)
def test_aligning_adds_blanks_alone(text):
    assert aligned(text).replace(" ", "") == text.replace(" ", "")


def test_most_texts_are_aligned_as_they_are():
    for text in ("您好", "长" * 300, "a" * 400, ""):
        assert aligned(text) == text


def test_the_signature_stands_in_front_once_and_counts():
    assert signature("某市信访局") == "【某市信访局】"
    assert signed("您好", "某市信访局") == "【某市信访局】您好"
    assert signed(signed("您好", "某市信访局"), "某市信访局") == "【某市信访局】您好"
    assert signed("hello", "") == "hello"
    assert room("某市信访局", messages=2) == 134 - 7 - 3
    assert segments(signed("长" * room("某市信访局", messages=2), "某市信访局")) == 2


@given(st.lists(st.sampled_from(["长", "😀", FLAG, "👍🏽", "e\u0301", "。"]), max_size=150), st.integers(0, 20))
def test_what_has_room_costs_no_more_than_it_was_given_room_for(signs, name):
    sign, text = "名" * name, ""
    for each in signs:
        if utf16_units(text + each) <= room(sign, messages=2):
            text += each
    assert segments(signed(text, sign)) <= 2


def test_a_signature_makes_of_a_latin_text_an_expensive_one():
    assert segments("a" * 160) == 1
    assert segments(signed("a" * 160, "某市")) == 3
