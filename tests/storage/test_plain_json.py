"""What is kept as JSON is what the standard library reads and writes, only faster."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from hypothesis import given
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
