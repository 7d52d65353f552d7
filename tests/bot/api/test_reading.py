"""Bodies of any shape are read, or refused with a reason; nothing else happens."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.api.problems import Problem
from bot.api.reading import body_model, parse_json
from bot.api.schemas.cases import CaseIn, TransitionIn

JSON = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


def refused(read) -> Problem | None:
    try:
        read()
    except Problem as problem:
        return problem
    return None


@given(st.binary(max_size=300))
def test_any_bytes_are_a_value_or_a_problem(body):
    problem = refused(lambda: parse_json(body))
    assert problem is None or (problem.kind.status == 400 and problem.detail)


@given(JSON)
def test_every_json_value_is_read_as_it_is(value):
    assert parse_json(json.dumps(value).encode()) == value


@pytest.mark.parametrize("model", [CaseIn, TransitionIn])
@given(data=st.data())
def test_any_object_is_taken_or_its_wrong_fields_are_named(model, data):
    fields = st.sampled_from([*model.model_fields, "x"])
    value = data.draw(st.dictionaries(fields, JSON, max_size=6))
    problem = refused(lambda: body_model(model, json.dumps(value).encode()))
    assert problem is None or (problem.kind.status == 422 and problem.errors)


def test_edge_white_space_does_not_count_as_words():
    with pytest.raises(Problem):
        body_model(TransitionIn, json.dumps({"to": "needs_info", "note": " \n "}).encode())
    assert body_model(TransitionIn, b'{"to": "needs_info", "note": " a\\r\\nb "}').note == "a\nb"
