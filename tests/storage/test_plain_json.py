"""What is kept as JSON is what the standard library reads and writes, only faster."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from storage.plain_json import from_json, to_json

_TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
_PLAIN = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | _TEXTS,
    lambda inner: st.lists(inner) | st.dictionaries(_TEXTS, inner),
)


@dataclass
class Thing:
    at: int = 1


@given(_PLAIN)
def test_either_library_reads_what_the_other_wrote(value):
    assert json.loads(to_json(value)) == value
    assert from_json(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()) == value
    assert from_json(json.dumps(value)) == value


@given(
    st.integers().map(lambda number: number * 10**17) | st.integers(-(2**70), 2**70) | st.integers(min_value=10**400)
)
@example(2**63)
@example(2**64)
@example(-(2**63) - 1)
def test_a_long_integer_keeps_each_digit_or_is_refused(number):
    """What others wrote is read as it stands; what we keep has 64 bits at most, and says so."""
    for written in (json.dumps({"n": [number]}), json.dumps({"n": [number]}).encode(), str(number), f"[{number},0.5]"):
        read, meant = from_json(written), json.loads(written)
        assert (read, repr(read)) == (meant, repr(meant))
    if -(2**63) <= number < 2**64:
        assert (from_json(to_json(number)), type(from_json(to_json(number)))) == (number, int)
    else:
        with pytest.raises(TypeError, match="64-bit"):
            to_json(number)


def test_chinese_stays_as_it_is_and_nothing_is_padded():
    assert to_json({"说": ["路灯坏了", 1]}) == '{"说":["路灯坏了",1]}'.encode()


@pytest.mark.parametrize("value", [datetime(2026, 1, 1, tzinfo=UTC), Thing(), {1: "a"}, {"a"}, "\ud800"])
def test_what_is_not_plain_is_refused(value):
    with pytest.raises(TypeError):
        to_json({"value": value})


@pytest.mark.parametrize("text", ["笑\ud83d", "\ude00脸", "\ud83d\ude00"])
def test_half_a_character_that_was_kept_is_read(text):
    assert from_json(json.dumps({"text": text})) == json.loads(json.dumps({"text": text}))


@pytest.mark.parametrize("content", [b"", b"{", b'{"a": NaN}', b'"\xff"'])
def test_what_is_no_json_is_refused(content):
    with pytest.raises(ValueError, match=r"."):
        from_json(content)
